"""Presidio's pattern recognisers on the same texts, without a network.

Its models of language would have to be fetched from where they are published, so spaCy only splits words here, and the
names of the person come as a list of words to deny, as they come to redact_text(). It has no recogniser of CPF or CNPJ.
"""

import re
import time

from tools.benchmarks.redaction.texts import Text

ENTITIES = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "US_SSN": "national_id",
    "US_ITIN": "national_id",
    "UK_NINO": "national_id",
    "DE_TAX_ID": "national_id",
    "DE_ID_CARD": "national_id",
    "PERSON": "name",
}
LANGUAGES = ["de", "en", "pt", "es"]
REGIONS = ["DE", "US", "BR", "GB"]


def engine():
    """An analyzer with the recognisers of ENTITIES for all languages."""
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, predefined_recognizers
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class WordsOnly(SpacyNlpEngine):
        def __init__(self):
            super().__init__()
            self.nlp = {language: spacy.blank(language) for language in LANGUAGES}

    # The list of domains that it carries, instead of the newest one.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    registry = RecognizerRegistry(supported_languages=LANGUAGES)
    names = "Email CreditCard Iban UsSsn UsItin UkNino DeTaxId DeIdCard".split()
    for language in LANGUAGES:
        for name in names:
            registry.add_recognizer(getattr(predefined_recognizers, f"{name}Recognizer")(supported_language=language))
        registry.add_recognizer(
            predefined_recognizers.PhoneRecognizer(supported_language=language, supported_regions=REGIONS)
        )
    return AnalyzerEngine(registry=registry, nlp_engine=WordsOnly(), supported_languages=LANGUAGES)


def found_by_presidio(texts: list[Text]) -> tuple[list[list[tuple[str, int, int, float]]], float]:
    """(kind, begin, end, score) of what it finds in each text, and the microseconds that a text takes."""
    from presidio_analyzer import PatternRecognizer

    analyzer = engine()
    started = time.process_time()
    found = []
    for text in texts:
        language = text.language if text.language in LANGUAGES else "en"
        words = [re.escape(word) for name in text.names for word in name.split() if len(word) > 1]
        person = [PatternRecognizer("PERSON", deny_list=words, supported_language=language)] if words else []
        results = analyzer.analyze(text.text, language, entities=list(ENTITIES), ad_hoc_recognizers=person)
        found.append([(ENTITIES[result.entity_type], result.start, result.end, result.score) for result in results])
    return found, (time.process_time() - started) / len(texts) * 1e6


def at_least(found: list[list[tuple[str, int, int, float]]], score: float) -> list[list[tuple[str, int, int]]]:
    """Spans of some score; of those that overlap the one with the highest, then the longest."""
    kept = []
    for spans in found:
        chosen: list[tuple[str, int, int]] = []
        for kind, begin, end, rated in sorted(spans, key=lambda span: (-span[3], span[1] - span[2])):
            if rated >= score and not any(begin < e and b < end for _, b, e in chosen):
                chosen.append((kind, begin, end))
        kept.append(sorted(chosen, key=lambda span: span[1]))
    return kept
