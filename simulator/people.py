"""Personal data of invented people, in each country's formats: a function of the seed and the customer's number, so nothing is stored.

Mail domains and, where a country has some, phone ranges are reserved for fiction (RFC 2606, Ofcom, NANPA 555-01xx).
"""

from dataclasses import dataclass

import numpy as np

from simulator.randomness import below, share

FIRST_NAMES = (
    "Anna Ben Clara Emil Finn Greta Hanna Jonas Karl Lena Leon Lukas Maja Mia Moritz Nele Oskar Paula Sophie Till Ute Jürgen Käthe".split(),
    "Ava Blake Carter Dylan Ella Ethan Grace Harper Isaac Jack Kayla Logan Mason Nora Owen Piper Riley Sadie Tyler Wyatt Zoe".split(),
    "Ana Beatriz Caio Davi Eduarda Felipe Gabriela Heitor Isabela João Larissa Marina Otávio Pedro Rafaela Thiago Vitória Luís".split(),
    "Alfie Bella Charlie Daisy Edward Freya George Harriet Imogen Jude Kitty Lewis Maisie Nigel Olive Poppy Rhys Seren Toby".split(),
)
LAST_NAMES = (
    "Albrecht Bauer Dietrich Ebner Fuchs Grün Hartmann Jäger Köhler Lindner Möller Neumann Peters Richter Schäfer Vogt Weiß Ziegler".split(),
    "Adams Bennett Coleman Dawson Ellis Foster Griffin Hayes Irwin Jenkins Keller Lawson Mercer Norris Olson Parker Reeves Sutton".split(),
    "Almeida Barbosa Cardoso Duarte Esteves Ferreira Gonçalves Lacerda Magalhães Nogueira Pacheco Queiroz Rezende Salgado Teixeira".split(),
    "Ashworth Barlow Clegg Dunstan Everett Fairfax Gilmour Hargreave Inglis Jarvis Kershaw Lockwood Marsden Ogden Pritchard Thorne".split(),
)
STREETS = (
    "Ahornweg Bahnhofstraße Birkenallee Gartenstraße Hauptstraße Lindenweg Marktplatz Mühlenweg Rosenstraße Schillerstraße".split(),
    ["Birch St", "Cedar Ave", "Elm Dr", "Hillcrest Rd", "Lakeview Blvd", "Maple St", "Oak Ln", "Sunset Ave", "Willow Ct"],
    ["Rua das Acácias", "Avenida Brasil", "Rua do Comércio", "Rua das Flores", "Avenida Ipê", "Travessa Jacarandá", "Rua Sete de Abril"],
    ["Abbey Road", "Church Lane", "Elm Grove", "High Street", "Kings Road", "Mill Lane", "Park Avenue", "Station Road", "Victoria Street"],
)
# City, region code, and the beginning of its postal codes.
CITIES = (
    (("Berlin", "BE", "10"), ("Hamburg", "HH", "20"), ("München", "BY", "80"), ("Köln", "NW", "50"), ("Leipzig", "SN", "04"), ("Kiel", "SH", "24")),
    (("Austin", "TX", "787"), ("Boston", "MA", "021"), ("Chicago", "IL", "606"), ("Denver", "CO", "802"), ("Portland", "OR", "972")),
    (("São Paulo", "SP", "01"), ("Rio de Janeiro", "RJ", "20"), ("Salvador", "BA", "40"), ("Curitiba", "PR", "80"), ("Recife", "PE", "50")),
    (("London", "ENG", "SE"), ("Leeds", "ENG", "LS"), ("Cardiff", "WLS", "CF"), ("Glasgow", "SCT", "G"), ("Bristol", "ENG", "BS")),
)
MAIL_DOMAINS = np.array(["example.com", "example.org", "example.net", "mail.example", "post.example"])
PLAIN = str.maketrans("äöüßáâãàçéêíóôõú", "aousaaaaceeiooou")
CARD_PREFIXES = np.array(["411111", "555555", "400000", "520082", "453201"])


@dataclass
class Person:
    """Lists of text by person; None where someone has none."""

    first_name: list
    last_name: list
    email: list
    phone: list
    birth_date: np.ndarray
    national_id: list


@dataclass
class Address:
    """Lists of text by address."""

    street: list
    postal_code: list
    city: list
    region: list


def persons(seed: int, number: np.ndarray, country: np.ndarray, phones: np.ndarray) -> Person:
    """The people behind customer numbers; `phones` counts how often each has changed the phone number."""
    first = choose(seed, "first name", number, country, FIRST_NAMES)
    last = choose(seed, "last name", number, country, LAST_NAMES)
    domain = MAIL_DOMAINS[below(seed, "mail domain", number, len(MAIL_DOMAINS))]
    email = [
        f"{f.lower().translate(PLAIN)}.{name.lower().translate(PLAIN)}{n}@{d}"
        for f, name, n, d in zip(first, last, number.tolist(), domain, strict=True)
    ]
    digits = below(seed, "phone", number + phones * 10**9, 10**8).tolist()
    days = below(seed, "birth date", number, 365 * 57)
    birth = np.datetime64("1950-01-01") + days.astype("timedelta64[D]")
    birth[share(seed, "birth date left out", number) < 0.3] = np.datetime64("NaT")
    ids = [national_id(c, n) for c, n in zip(country.tolist(), below(seed, "national id", number, 10**9).tolist(), strict=True)]
    return Person(first, last, email, [phone(c, d) for c, d in zip(country.tolist(), digits, strict=True)], birth, ids)


def addresses(seed: int, number: np.ndarray, country: np.ndarray) -> Address:
    """Addresses behind address numbers."""
    street = choose(seed, "street", number, country, STREETS)
    house = (1 + below(seed, "house", number, 180)).tolist()
    place = choose(seed, "city", number, country, CITIES)
    code = below(seed, "postal code", number, 10**5).tolist()
    countries = country.tolist()
    return Address(
        street=[f"{h} {s}" if c in (1, 3) else f"{s}, {h}" if c == 2 else f"{s} {h}" for c, s, h in zip(countries, street, house, strict=True)],
        postal_code=[postal_code(c, p[2], n) for c, p, n in zip(countries, place, code, strict=True)],
        city=[p[0] for p in place],
        region=[p[1] for p in place],
    )


def choose(seed: int, name: str, number: np.ndarray, country: np.ndarray, lists: tuple) -> list:
    """One entry for each number, of the list of its country."""
    sizes = np.array([len(entries) for entries in lists])
    index = below(seed, name, number, sizes[country])
    return [lists[c][i] for c, i in zip(country.tolist(), index.tolist(), strict=True)]


def phone(country: int, digits: int) -> str:
    """A number as people of the country write it."""
    text = f"{digits:08}"
    if country == 0:
        return f"+49 15{text[0]} {text[1:]}0"
    if country == 1:
        return f"({200 + digits % 700}) 555-01{text[-2:]}"
    if country == 2:
        return f"+55 ({11 + digits % 80}) 9{text[:4]}-{text[4:]}"
    return f"07700 900{text[-3:]}"


def postal_code(country: int, beginning: str, number: int) -> str:
    """A postal code that begins as the city's do."""
    if country == 2:
        return f"{beginning}{number % 1000:03}-{number // 100:03}"
    if country == 3:
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        return f"{beginning}{1 + number % 20} {number % 9 + 1}{letters[number % 20]}{letters[number // 20 % 20]}"
    return (beginning + f"{number:05}")[:5]


def national_id(country: int, number: int) -> str | None:
    """Brazil's invoices need the CPF: nine digits and two check digits (Receita Federal's rule); the others need none."""
    if country != 2:
        return None
    digits = [int(d) for d in f"{number:09}"]
    for _ in range(2):
        total = sum(d * w for d, w in zip(digits, range(len(digits) + 1, 1, -1), strict=True))
        digits.append(0 if total % 11 < 2 else 11 - total % 11)
    text = "".join(map(str, digits))
    return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"


def iban(number: int) -> str:
    """A German IBAN of an invented bank, with its check digits (ISO 13616)."""
    account = f"99999999{number % 10**10:010}"
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02}{account}"


def masked_card(seed: int, number: np.ndarray) -> list:
    """First six and last four digits of the card of each number."""
    prefix = CARD_PREFIXES[below(seed, "card", number, len(CARD_PREFIXES))]
    last = below(seed, "card end", number, 10_000).tolist()
    return [f"{p}******{n:04}" for p, n in zip(prefix, last, strict=True)]
