"""Personal data of invented people, in each country's formats.

All is a function of the seed and of a number (of a customer, an address, a payer), so nothing is stored. Mail domains
are reserved (RFC 2606), phone ranges are those that Bundesnetzagentur, NANPA and Ofcom keep for fiction; Brazil has
none, so the subscriber's number begins with zeros, which nobody is given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.simulator import columns
from tools.simulator.countries import BR, DE, GB, US
from tools.simulator.randomness import below, share


def listed(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


FIRST_NAMES = (
    listed(
        "Anna Ben Clara Emil Finn Greta Hanna Jonas Karl Lena Leon Lukas Maja Mia Moritz Nele Oskar Paula "
        "Sophie Till Ute "
        "Jürgen Käthe Björn Edda Frieda Hannes Ilse Konrad Lotte Marlene Nils Rainer Sigrid Torsten Uwe Wiebke"
    ),
    listed(
        "Ava Blake Carter Dylan Ella Ethan Grace Harper Isaac Jack Kayla Logan Mason Nora Owen Piper Riley "
        "Sadie Tyler "
        "Wyatt Zoe Brooke Cody Dakota Elena Gavin Hunter Jasmine Kevin Maria Luis Naomi Quinn Sierra Trevor Victor"
    ),
    listed(
        "Ana Beatriz Caio Davi Eduarda Felipe Gabriela Heitor Isabela João Larissa Marina Otávio Pedro "
        "Rafaela Thiago "
        "Vitória Luís Antônio Bruna Cecília Diego Fernanda Gustavo Helena Igor Juliana Letícia Murilo Renata Sônia"
    ),
    listed(
        "Alfie Bella Charlie Daisy Edward Freya George Harriet Imogen Jude Kitty Lewis Maisie Nigel Olive "
        "Poppy Rhys Seren "
        "Toby Angus Beatrix Callum Eilidh Fergus Gemma Hamish Isla Kieran Megan Niamh Oscar Priya Rosie Zara"
    ),
)
LAST_NAMES = (
    listed(
        "Albrecht Bauer Dietrich Ebner Fuchs Grün Hartmann Jäger Köhler Lindner Möller Neumann Peters "
        "Richter Schäfer Vogt Weiß Ziegler "
        "Arslan Brandt Claußen Degenhardt Engelke Günther Herrmann Kästner Lorenz Müller Nowak Özdemir Pohl "
        "Strauß Wörner"
    ),
    listed(
        "Adams Bennett Coleman Dawson Ellis Foster Griffin Hayes Irwin Jenkins Keller Lawson Mercer Norris "
        "Olson Parker Reeves Sutton "
        "Abbott Calloway Delgado Eastman Flores Garcia Hensley Ingram Kowalski Nguyen O'Connor Pruitt "
        "Ramirez Whitaker Yates"
    ),
    listed(
        "Almeida Barbosa Cardoso Duarte Esteves Ferreira Gonçalves Lacerda Magalhães Nogueira Pacheco "
        "Queiroz Rezende Salgado Teixeira "
        "Andrade Brandão Conceição Falcão Guimarães Lima Moura Pereira Ribeiro Simões Tavares Vasconcelos "
        "Xavier Araújo Brito"
    ),
    listed(
        "Ashworth Barlow Clegg Dunstan Everett Fairfax Gilmour Hargreave Inglis Jarvis Kershaw Lockwood "
        "Marsden Ogden Pritchard Thorne "
        "Atherton Bhatt Cartwright Davies Evans Fraser Griffiths Hughes Khan MacLeod Nightingale O'Brien "
        "Patel Rowntree Whitby"
    ),
)
STREETS = (
    listed(
        "Ahornweg Bahnhofstraße Birkenallee Gartenstraße Hauptstraße Lindenweg Marktplatz Mühlenweg Rosenstraße "
        "Schillerstraße"
    ),
    [
        "Birch St",
        "Cedar Ave",
        "Elm Dr",
        "Hillcrest Rd",
        "Lakeview Blvd",
        "Maple St",
        "Oak Ln",
        "Sunset Ave",
        "Willow Ct",
    ],
    (
        *("Rua das Acácias", "Avenida Brasil", "Rua do Comércio", "Rua das Flores", "Avenida Ipê"),
        *("Travessa Jacarandá", "Rua Sete de Abril"),
    ),
    (
        *("Abbey Road", "Church Lane", "Elm Grove", "High Street", "Kings Road", "Mill Lane", "Park Avenue"),
        *("Station Road", "Victoria Street"),
    ),
)
# City, region code, and the beginning of its postal codes.
CITIES = (
    (
        *(("Berlin", "BE", "10"), ("Hamburg", "HH", "20"), ("München", "BY", "80")),
        *(("Köln", "NW", "50"), ("Leipzig", "SN", "04"), ("Kiel", "SH", "24")),
    ),
    (
        *(("Austin", "TX", "787"), ("Boston", "MA", "021"), ("Chicago", "IL", "606")),
        *(("Denver", "CO", "802"), ("Portland", "OR", "972")),
    ),
    (
        *(("São Paulo", "SP", "01"), ("Rio de Janeiro", "RJ", "20"), ("Salvador", "BA", "40")),
        *(("Curitiba", "PR", "80"), ("Recife", "PE", "50")),
    ),
    (
        *(("London", "ENG", "SE"), ("Leeds", "ENG", "LS"), ("Cardiff", "WLS", "CF")),
        *(("Glasgow", "SCT", "G"), ("Bristol", "ENG", "BS")),
    ),
)
MAIL_DOMAINS = ["example.com", "example.org", "example.net", "mail.example", "post.example"]
PLAIN = str.maketrans("äöüßáâãàçéêíóôõú", "aousaaaaceeiooou", "'")
# Beginnings of German numbers, and how many each has.
GERMAN_RANGES = (
    *(("030 23125", 1_000), ("040 66969", 1_000), ("0221 4710", 1_000)),
    *(("0171 39200", 100), ("0176 040690", 100)),
)
CARD_PREFIXES = np.array([411111, 555555, 400000, 520082, 453201])
# Bank codes that begin with 9 are not given out.
BANK_CODE = 99999999

# Numbers that card schemes publish for tests; they pass Luhn's check and belong to nobody.
TEST_CARDS = (
    *("4111111111111111", "4012888888881881", "4242424242424242", "5555555555554444", "5105105105105100"),
    *("2223003122003222", "6011111111111117", "3530111333300000"),
)
# Of the same kind, but in no documentation: a search for them finds none but what the simulator wrote.
DISTINCTIVE_CARDS = ("4000007391846026", "4000009172830658", "4000003918274651", "4000006280417394")
# What makes a name, a street, a town or a postal code unlike every word and number.
MARK = "qz"

# Made once: Arrow looks for pandas whenever it makes a scalar.
NOTHING, SPACE, DOT, AT, DASH = (pa.scalar(text) for text in ("", " ", ".", "@", "-"))
DOMAINS = pa.array(MAIL_DOMAINS)


class Choice:
    """A list of texts for each country, from which every number gets one."""

    def __init__(self, name: str, lists: tuple):
        """`name` tells the choices apart."""
        self.name = name
        self.lists = lists
        self.sizes = np.array([len(entries) for entries in lists])
        self.first = np.cumsum(self.sizes) - self.sizes
        self.entries = [entry for entries in lists for entry in entries]
        self.texts = pa.array([str(entry) for entry in self.entries])
        self.plain = pa.array([str(entry).lower().translate(PLAIN) for entry in self.entries])

    def of(self, seed: int, number: np.ndarray, country: np.ndarray) -> np.ndarray:
        """Positions in `entries`."""
        return self.first[country] + below(seed, self.name, number, self.sizes[country])

    def marked(self) -> "Choice":
        """The same choice of texts that are no words."""
        return Choice(self.name, tuple([marked(entry) for entry in entries] for entries in self.lists))


def marked(entry: str | tuple) -> str | tuple:
    """A text, or a city with the rest of its entry, with the mark."""
    return f"{entry}{MARK}" if isinstance(entry, str) else (f"{entry[0]}{MARK}", *entry[1:])


FIRST_NAME, LAST_NAME = Choice("first name", FIRST_NAMES), Choice("last name", LAST_NAMES)
STREET, CITY = Choice("street", STREETS), Choice("city", CITIES)


@dataclass
class Persons:
    """Where the people of the world get their names from; `distinctive`: a search for them finds nothing else."""

    distinctive: bool
    first_name: Choice
    last_name: Choice
    street: Choice
    city: Choice
    cards: tuple[str, ...]


ORDINARY = Persons(False, FIRST_NAME, LAST_NAME, STREET, CITY, TEST_CARDS)
DISTINCTIVE = Persons(True, *(choice.marked() for choice in (FIRST_NAME, LAST_NAME, STREET, CITY)), DISTINCTIVE_CARDS)
# Those of the world that is being lived.
OF_THE_WORLD = ContextVar("OF_THE_WORLD", default=ORDINARY)


@contextmanager
def living(distinctive: bool) -> Iterator[None]:
    """Which persons live in the world that is lived within."""
    token = OF_THE_WORLD.set(DISTINCTIVE if distinctive else ORDINARY)
    try:
        yield
    finally:
        OF_THE_WORLD.reset(token)


def persons() -> Persons:
    """Where the people of this world get their names from."""
    return OF_THE_WORLD.get()


def names(seed: int, number: np.ndarray, country: np.ndarray) -> tuple[pa.Array, pa.Array]:
    """Given and family names."""
    first = columns.coded(persons().first_name.of(seed, number, country), persons().first_name.texts)
    return first, columns.coded(persons().last_name.of(seed, number, country), persons().last_name.texts)


def full_names(seed: int, number: np.ndarray, country: np.ndarray) -> pa.Array:
    """Given name, then family name."""
    return pc.binary_join_element_wise(*names(seed, number, country), SPACE)


def emails(seed: int, number: np.ndarray, country: np.ndarray, guest: bool = False) -> pa.Array:
    """E-mail addresses, different for each number; guests' numbers are apart from customers'."""
    first = columns.coded(persons().first_name.of(seed, number, country), persons().first_name.plain)
    last = columns.coded(persons().last_name.of(seed, number, country), persons().last_name.plain)
    digits = columns.whole(number).cast(pa.string())
    domain = columns.coded(below(seed, "mail domain", number, len(DOMAINS)), DOMAINS)
    return pc.binary_join_element_wise(first, DOT, last, DASH if guest else NOTHING, digits, AT, domain, NOTHING)


def typed_emails(seed: int, number: np.ndarray, country: np.ndarray) -> pa.Array:
    """Customers' addresses as they typed them: some begin with a capital letter."""
    plain = emails(seed, number, country)
    return pc.if_else(pa.array(share(seed, "capital letter", number) < 0.05), pc.utf8_capitalize(plain), plain)


def birth_dates(seed: int, number: np.ndarray) -> pa.Array:
    """Dates of birth; null for those who left it out."""
    born = np.datetime64("1950-01-01") + below(seed, "birth date", number, 365 * 57)
    if persons().distinctive:
        # The first of January is what all days of a year are generalised to.
        born += born == born.astype("datetime64[Y]")
    born = born.astype(np.int32)
    return columns.fixed(born, np.int32, pa.date32(), share(seed, "birth date left out", number) >= 0.3)


def phones(seed: int, number: np.ndarray, country: np.ndarray, changes: np.ndarray) -> pa.Array:
    """Phone numbers; `changes` counts how often each has changed."""
    digits = below(seed, "phone", number + changes * 10**9, 10**8)
    return columns.texts([phone(c, d) for c, d in zip(country.tolist(), digits.tolist(), strict=True)])


def national_ids(seed: int, number: np.ndarray, country: np.ndarray) -> pa.Array:
    """Brazil's invoices need the CPF; the others need none."""
    brazilian = country == BR
    position = np.where(brazilian, np.cumsum(brazilian) - 1, -1)
    return columns.coded(position, cpfs(below(seed, "national id", number[brazilian], 10**9)))


def addresses(seed: int, number: np.ndarray, country: np.ndarray) -> dict[str, pa.Array]:
    """Street, postal code, city and region behind address numbers."""
    street = [persons().street.entries[position] for position in persons().street.of(seed, number, country)]
    house = (1 + below(seed, "house", number, 180)).tolist()
    place = [persons().city.entries[position] for position in persons().city.of(seed, number, country)]
    code = below(seed, "postal code", number, 10**5).tolist()
    of_country = country.tolist()
    mark = MARK.upper() if persons().distinctive else ""
    return {
        "street": columns.texts([street_line(*parts) for parts in zip(of_country, street, house, strict=True)]),
        "postal_code": columns.texts(
            [postal_code(c, p[2], n) + mark for c, p, n in zip(of_country, place, code, strict=True)]
        ),
        "city": columns.texts([p[0] for p in place]),
        "region_code": columns.texts([p[1] for p in place]),
    }


def street_line(country: int, street: str, house: int) -> str:
    """Street and house number in the country's order."""
    if country in (US, GB):
        return f"{house} {street}"
    return f"{street}, {house}" if country == BR else f"{street} {house}"


def phone(country: int, digits: int) -> str:
    """A number as people of the country write it, from 8 digits."""
    if country == DE:
        start, size = GERMAN_RANGES[digits % len(GERMAN_RANGES)]
        width = len(str(size - 1))
        return f"{start}{digits // 10 % size:0{width}}"
    if country == US:
        return f"({201 + digits % 780}) 555-01{digits // 1000 % 100:02}"
    if country == BR:
        return f"({11 + digits % 80}) 9000{digits // 100 % 10}-{digits // 1000 % 10_000:04}"
    return f"07700 900{digits % 1000:03}"


def postal_code(country: int, beginning: str, number: int) -> str:
    """A postal code that begins as the city's do."""
    if country == BR:
        return f"{beginning}{number % 1000:03}-{number // 100:03}"
    if country == GB:
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        return f"{beginning}{1 + number % 20} {number % 9 + 1}{letters[number % 20]}{letters[number // 20 % 20]}"
    return (beginning + f"{number:05}")[:5]


def cpfs(numbers: np.ndarray) -> pa.Array:
    """CPFs from nine digits: they, and two check digits (Receita Federal's rule)."""
    digits = [numbers // 10**place % 10 for place in range(8, -1, -1)]
    for _ in range(2):
        rest = sum(digit * (len(digits) + 1 - i) for i, digit in enumerate(digits)) % 11
        digits.append(np.where(rest < 2, 0, 11 - rest))
    letters = np.stack(digits, axis=1).astype(np.uint8) + np.uint8(ord("0"))
    dot, dash = (columns.constant_letters(mark, len(numbers)) for mark in ".-")
    return columns.ascii_text(
        np.hstack([letters[:, :3], dot, letters[:, 3:6], dot, letters[:, 6:9], dash, letters[:, 9:]])
    )


def ibans(payer: np.ndarray) -> pa.Array:
    """German IBANs with check digits (ISO 13616): 98 less the rest by 97 of bank, account, `DE` as 1314 and 00."""
    account = payer % 10**10
    bank_rest = BANK_CODE * 10**16 % 97
    check = 98 - (bank_rest + account % 97 * (10**6 % 97) + 131400) % 97
    count = len(payer)
    parts = (columns.constant_letters("DE", count), columns.decimal(check, 2))
    bank = columns.constant_letters(str(BANK_CODE), count)
    return columns.ascii_text(np.hstack([*parts, bank, columns.decimal(account, 10)]))


def masked_cards(seed: int, payer: np.ndarray) -> pa.Array:
    """First six and last four digits of each payer's card."""
    first = columns.decimal(CARD_PREFIXES[below(seed, "card", payer, len(CARD_PREFIXES))], 6)
    last = columns.decimal(below(seed, "card end", payer, 10_000), 4)
    return columns.ascii_text(np.hstack([first, columns.constant_letters("******", len(payer)), last]))
