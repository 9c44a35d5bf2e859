"""Texts whose identifiers are known."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import duckdb

KINDS = ("email", "phone", "card", "iban", "national_id", "name")
# What redact_text() finds: Faker makes no customer numbers.
FOUND = (*KINDS, "person_id")
# Sentences by language: what announces an identifier, what does not, and what holds none though it has numbers.
SENTENCES = {
    "de": {
        "email": ["Meine Mailadresse lautet {}.", "Bitte an {} schreiben!", "({})", "Antwort bitte an: {}"],
        "phone": ["Rufen Sie mich unter {} an.", "Tel.: {}", "Ab 18 Uhr erreichbar: {}", "Sonst {}.", "Handy {}"],
        "card": ["Ich habe mit der Karte {} bezahlt.", "Kartennummer {}", "Abgebucht wurde von der Visa {}!"],
        "iban": ["Bitte auf {} erstatten.", "IBAN: {}", "Mein Konto ist {}, danke."],
        "national_id": [
            "Meine Steuer-ID ist {}.",
            "Für die Rechnung: {}.",
            "Ausweis {}",
            "Steuer-Identifikationsnummer {}",
        ],
        "name": ["Viele Grüße, {}", "Bestellt auf den Namen {}.", "Ich heiße {} und warte.", "MfG\n{}", "{} hier."],
        "none": [
            "Die Bestellung {order} kam am {date} an.",
            "Das Gerät {product} kostet {price}.",
            "EAN {ean}, gekauft am {date}.",
            "Sendungsnummer {parcel} ist seit {time} Uhr unterwegs.",
            "{product} läuft mit Version 10.15.7, 55 Zoll, 2x 512 GB.",
            "Nach 14 Tagen nur noch 80 % Akku.",
            "Rechnung Nr. {order} über {price} fehlt.",
            "Auf Platz 100-200 von 1.000.000!",
        ],
    },
    "en": {
        "email": ["My address is {}.", "Please write to {}!", "({})", "Reply to: {}"],
        "phone": ["Call me on {}.", "Phone: {}", "I'm at {} after six.", "Or {}.", "Mobile {}"],
        "card": ["I paid with card {}.", "Card number {}", "You charged my Visa {}!"],
        "iban": ["Please refund to {}.", "IBAN: {}", "My account is {}, thanks."],
        "national_id": ["My number is {}.", "SSN {}", "For the invoice: {}.", "National Insurance number {}"],
        "name": [
            "Regards, {}",
            "It was ordered in the name of {}.",
            "I'm {} and I'm waiting.",
            "Thanks\n{}",
            "{} here.",
        ],
        "none": [
            "Order {order} arrived on {date}.",
            "The {product} costs {price}.",
            "EAN {ean}, bought on {date}.",
            "Tracking number {parcel} has not moved since {time}.",
            "{product} runs version 10.15.7, 55 inches, 2x 512 GB.",
            "After 14 days only 80 % battery.",
            "Invoice no. {order} over {price} is missing.",
            "Ranked 100-200 of 1,000,000!",
        ],
    },
    "pt": {
        "email": ["Meu e-mail é {}.", "Escrevam para {}!", "({})", "Resposta para: {}"],
        "phone": ["Liguem para {}.", "Tel.: {}", "Estou no {} depois das seis.", "Ou {}.", "Celular {}"],
        "card": ["Paguei com o cartão {}.", "Cartão {}", "Cobraram no meu Visa {}!"],
        "iban": ["Reembolso para {}, por favor.", "IBAN: {}", "Minha conta é {}, obrigado."],
        "national_id": ["Meu CPF é {}.", "CPF {}", "Para a nota: {}.", "CNPJ ou CPF: {}"],
        "name": [
            "Atenciosamente, {}",
            "Comprado em nome de {}.",
            "Sou {} e estou esperando.",
            "Obrigado\n{}",
            "{} aqui.",
        ],
        "none": [
            "O pedido {order} chegou em {date}.",
            "O {product} custa {price}.",
            "EAN {ean}, comprado em {date}.",
            "O rastreio {parcel} está parado desde {time}.",
            "{product} com versão 10.15.7, 55 polegadas, 2x 512 GB.",
            "Depois de 14 dias só 80 % de bateria.",
            "A fatura {order} de {price} não veio.",
            "Entre 100-200 de 1.000.000!",
        ],
    },
}
LOCALES = {"de_DE": "de", "en_US": "en", "pt_BR": "pt", "en_GB": "en"}
PRODUCTS = [
    "WH-1000XM4",
    "QE55Q80C",
    "Galaxy S23",
    "iPhone 15 Pro",
    "ThinkPad T14 G4",
    "EOS R50",
    "B08N5WRWNW",
    "MX-3000/55",
]


@dataclass(frozen=True)
class Text:
    """A text, its language, the names known of who it belongs to, and (kind, begin, end) of what is hidden."""

    text: str
    language: str
    names: tuple[str, ...]
    hidden: tuple[tuple[str, int, int], ...]


def generated(per_locale: int, seed: int) -> list[Text]:
    """Texts of one to four sentences in the formats of Faker for the four countries."""
    from faker import Faker

    made = []
    for locale, language in LOCALES.items():
        faker, dice = Faker(locale), random.Random(f"{locale} {seed}")
        faker.seed_instance(f"{locale} {seed}")
        made += [text_of(faker, dice, locale, language) for _ in range(per_locale)]
    return made


def text_of(faker, dice: random.Random, locale: str, language: str) -> Text:
    """One text; two in three hide something."""
    person = (faker.first_name(), faker.last_name())
    text, hidden = "", []
    for _ in range(dice.randint(1, 4)):
        kind = dice.choice(KINDS) if dice.random() < 0.4 else "none"
        sentence = dice.choice(SENTENCES[language][kind])
        text += dice.choice([" ", " ", "\n"]) if text else ""
        if kind == "none":
            text += sentence.format(**numbers(faker, dice, locale))
            continue
        value = identifier(faker, dice, locale, kind, person)
        before, behind = sentence.split("{}")
        hidden.append((kind, len(text) + len(before), len(text) + len(before) + len(value)))
        text += before + value + behind
    return Text(text, language, person, tuple(hidden))


def identifier(faker, dice: random.Random, locale: str, kind: str, person: tuple[str, str]) -> str:
    """A value of a kind, as people of the country write it."""
    if kind == "email":
        return dice.choice([faker.email, faker.free_email, faker.company_email])()
    if kind == "phone":
        return dice.choice([faker.phone_number, getattr(faker, "cellphone_number", faker.phone_number)])()
    if kind == "card":
        number = faker.credit_card_number()
        return (
            dice.choice(["", " ", "-"]).join(number[at : at + 4] for at in range(0, 16, 4))
            if len(number) == 16
            else number
        )
    if kind == "iban":
        iban = faker.iban()
        return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4)) if dice.random() < 0.5 else iban
    if kind == "national_id":
        return national_id(faker, dice, locale)
    first, last = person
    return dice.choice(
        [f"{first} {last}", f"{first} {last}", f"{first} {last}".upper(), f"{last}, {first}", first, last]
    )


def national_id(faker, dice: random.Random, locale: str) -> str:
    """The tax or social number of a country. Faker has no German tax number and identity card: made here."""
    if locale == "de_DE":
        if dice.random() < 0.3:
            return (
                dice.choice("CFGHJKLMNPRTVWXYZ")
                + "".join(dice.choices("CFGHJKLMNPRTVWXYZ0123456789", k=8))
                + str(dice.randint(0, 9))
            )
        number = tax_number(dice)
        return dice.choice([number, f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"])
    if locale == "pt_BR":
        cpf = faker.cpf()
        return dice.choice([cpf, cpf, "".join(filter(str.isdigit, cpf)), faker.cnpj()])
    return faker.ssn()


def tax_number(dice: random.Random) -> str:
    """Ten digits of which one stands twice, and their check digit (ISO 7064, MOD 11,10)."""
    digits = dice.sample(range(10), 9)
    digits.insert(dice.randint(1, 8), digits[0])
    if digits[0] == 0:
        return tax_number(dice)
    product = 10
    for digit in digits:
        total = (digit + product) % 10 or 10
        product = 2 * total % 11
    return "".join(map(str, digits)) + str((11 - product) % 10)


def numbers(faker, dice: random.Random, locale: str) -> dict[str, str]:
    """Numbers that identify nobody."""
    day = faker.date_object()
    amount = dice.randint(100, 1_000_000) / 100
    comma = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    return {
        "order": dice.choice(
            [f"O{dice.randrange(10**9):09}", str(dice.randrange(10**9, 10**10)), f"2025-{dice.randrange(10**6):06}"]
        ),
        "date": f"{day:%Y-%m-%d}"
        if dice.random() < 0.3
        else f"{day:%m/%d/%Y}"
        if locale == "en_US"
        else f"{day:%d.%m.%Y}",
        "price": f"€ {comma}" if locale == "de_DE" else f"R$ {comma}" if locale == "pt_BR" else f"${amount:,.2f}",
        "ean": faker.ean13(),
        "parcel": dice.choice([str(dice.randrange(10**11, 10**12)), f"1Z{dice.randrange(10**16):016}"]),
        "product": dice.choice(PRODUCTS),
        "time": f"{dice.randrange(24):02}:{dice.randrange(60):02}",
    }


def simulated(landing: Path, warehouse: Path) -> list[Text]:
    """The texts of a simulated landing zone that was built, with the names by which the build redacts them."""
    answers = landing.resolve().with_name(f"{landing.name}_answers") / "hidden_personal_data.jsonl"
    hidden: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for line in answers.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        hidden.setdefault((told["table"], told["key"], told["column"]), []).append((told["kind"], told["text"]))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(CLEAR_TEXTS).fetchall()
    return [
        Text(text, language, (names,), places(text, hidden.get((table, key, column), [])))
        for table, key, column, text, names, language in rows
    ]


def places(text: str, hidden: list[tuple[str, str]]) -> tuple[tuple[str, int, int], ...]:
    """Where the hidden words stand; they come last in their text, or first in an agent's greeting."""
    return tuple((kind, at := text.rfind(words), at + len(words)) for kind, words in hidden)


CLEAR_TEXTS = """
with requesters as (
    select tickets.ticket_id, coalesce(names, split_part(requester_email, '@', 1)) as names
    from pii.pii_support__tickets as tickets
    left join pii.person_names as persons on tickets.customer_key = name_key
), reviews as (
    select
        'reviews', review_id, title, body, language_code,
        concat_ws(' ', author_name, customers.names, guests.names) as names
    from pii.pii_reviews__reviews as reviews
    inner join staging.stg_reviews__reviews as staged using (review_id)
    left join pii.person_names as customers on reviews.customer_key = customers.name_key
    left join pii.person_names as guests on staged.order_id = guests.name_key
)
select 'reviews' as "table", review_id as key, 'body' as "column", body as text, names, language_code from reviews
union all select 'reviews', review_id, 'title', title, names, language_code from reviews
union all
select 'tickets', ticket_id, 'subject', subject, names, language_code
from pii.pii_support__tickets inner join requesters using (ticket_id)
inner join staging.stg_support__tickets using (ticket_id)
union all
select 'messages', message_id, 'body', body, concat_ws(' ', author_name, names), language_code
from pii.pii_support__messages inner join staging.stg_support__messages using (message_id)
left join requesters using (ticket_id)
left join staging.stg_support__tickets using (ticket_id)
union all
select 'nps_responses', response_id, 'comment', comment, coalesce(customers.names, guests.names, ''), language_code
from pii.pii_surveys__nps_responses as responses
inner join staging.stg_surveys__nps_responses as staged using (response_id)
left join pii.person_names as customers on responses.customer_key = customers.name_key
left join pii.person_names as guests on staged.order_id = guests.name_key
where comment is not null
union all
select 'mentions', mention_id, 'text', text, author_handle, language_code
from pii.pii_social__mentions inner join staging.stg_social__mentions using (mention_id)
"""
