"""Texts as words, and words of a seed found in them: what the models of texts share."""

import re
from collections.abc import Iterable, Iterator, Sequence

# Texts are read up to this length: what a longer one says stands at its beginning, and a pasted log is no opinion.
MOST_CHARACTERS = 2_000
MOST_PARTS = 3
PAUSE = "."
SMILEYS = "☀-➿\U0001f300-\U0001faff"
# What stands for redacted values, words, smileys, marks of exclamation and question, and pauses.
APOSTROPHE = "\u2019"
WORD = re.compile(rf"\[\w+\]|[^\W\d_]+(?:['{APOSTROPHE}-][^\W\d_]+)*|[{SMILEYS}]|[!?]|[.,;:…\n]+")


def words(text: str) -> list[str]:
    """Words in lower case, smileys, ! and ?, and PAUSE between sentences; without what stands for redacted values."""
    found = WORD.findall(text[:MOST_CHARACTERS])
    return [
        PAUSE if word[0] in ".,;:…\n" else word.lower().replace(APOSTROPHE, "'") for word in found if word[0] != "["
    ]


def spoken(said: Sequence[str]) -> list[str]:
    """The same without pauses."""
    return [word for word in said if word != PAUSE]


class Dictionary:
    """What words mean, by language: a meaning is a number from 0, and a word may have several.

    An entry has up to three words, of which the last may end in a `*` for any ending. A text whose language is not
    known, or has no entry, is read by the entries of all languages.
    """

    def __init__(self, entries: Iterable[tuple[str, str, int]]):
        """`entries`: language, word, meaning. Raises ValueError for an entry that can never be found."""
        self.single: dict[str, dict[str, int]] = {}
        self.phrases: dict[str, dict[str, list[tuple[list[str], int]]]] = {}
        self.known: dict[tuple[str, str], int] = {}
        for language, entry, meaning in entries:
            parts = entry.lower().split()
            if not 1 <= len(parts) <= MOST_PARTS or parts[-1] == "*" or "*" in " ".join(parts)[:-1]:
                raise ValueError(
                    f"seed word {entry!r} ({language}): expected one to {MOST_PARTS} words, "
                    "and a * only at the end of the last"
                )
            for name in {language, ""}:
                if len(parts) == 1:
                    single = self.single.setdefault(name, {})
                    single[parts[0]] = single.get(parts[0], 0) | 1 << meaning
                else:
                    self.phrases.setdefault(name, {}).setdefault(parts[0], []).append((parts, 1 << meaning))

    def find(self, said: Sequence[str], language: str | None) -> Iterator[tuple[int, int, bool]]:
        """Each word or phrase of a text in turn: where it begins, its meanings as bits, and whether it is a phrase."""
        name = language if language in self.single or language in self.phrases else ""
        at = 0
        while at < len(said):
            bits, length = self.phrase(name, said[at : at + MOST_PARTS])
            yield at, bits or self.meaning(name, said[at]), length > 1
            at += length

    def meaning(self, language: str, word: str) -> int:
        """What one word may mean, as bits; 0 for nothing."""
        found = self.known.get((language, word))
        if found is None:
            single = self.single.get(language, {})
            found = single.get(word, 0)
            for end in range(1, len(word) + 1):
                found |= single.get(f"{word[:end]}*", 0)
            self.known[language, word] = found
        return found

    def phrase(self, language: str, said: Sequence[str]) -> tuple[int, int]:
        """What the words at the beginning of `said` mean together, and how many they are; 0 and 1 for no phrase."""
        for parts, bit in self.phrases.get(language, {}).get(said[0], ()):
            if len(parts) <= len(said) and all(map(fits, said, parts)):
                return bit, len(parts)
        return 0, 1


def fits(word: str, pattern: str) -> bool:
    """Whether a word is of a pattern."""
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
