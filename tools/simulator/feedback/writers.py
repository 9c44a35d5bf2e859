"""Who writes, and what slips into their texts: their own personal data, which the answers tell."""

from dataclasses import dataclass

import numpy as np

from tools.simulator import people
from tools.simulator.customers import HOME_LANGUAGES, LANGUAGES, Customers
from tools.simulator.leads import LEADS
from tools.simulator.randomness import Dice
from tools.simulator.texts import BOOKS

# Keeps guests' phones apart from customers'.
GUESTS = 10**8
# An e-mail address slips in most often.
KINDS = ("email", "email", "email", "phone", "phone", "name", "name", "national_id", "card")


@dataclass(frozen=True)
class Person:
    """Somebody who writes; `customer` is 0 for guests and leads, `national_id` None where the country asks for none."""

    customer: int
    country: int
    language: str
    first_name: str
    last_name: str
    email: str
    phone: str
    national_id: str | None

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Text:
    """A text, and what it quotes: pairs of kind and the exact words."""

    text: str
    hidden: tuple[tuple[str, str], ...] = ()


def persons(seed: int, customers: Customers, customer: np.ndarray, other: np.ndarray, country: np.ndarray):
    """People by customer's number, or 0 for guests and leads: then by the number of the order or lead in `other`."""
    guest = customer == 0
    number = np.where(guest, other, customer)
    first, last = (names.to_pylist() for names in people.names(seed, number, country))
    emails = np.empty(len(number), dtype=object)
    lead = guest & (other > LEADS)
    asked = guest & ~lead
    emails[asked] = people.emails(seed, number[asked], country[asked], guest=True).to_pylist()
    emails[lead] = people.emails(seed, number[lead], country[lead]).to_pylist()
    emails[~guest] = people.typed_emails(seed, number[~guest], country[~guest]).to_pylist()
    index = (customer - 1).clip(0)
    changes = np.where(guest, 0, customers.phones[index])
    phones = people.phones(seed, np.where(asked, GUESTS + other, number), country, changes).to_pylist()
    ids = people.national_ids(seed, number, np.where(guest, 0, country)).to_pylist()
    language = np.where(guest, HOME_LANGUAGES[country], customers.language[index])
    codes = [LANGUAGES[code] for code in language.tolist()]
    whole = (customer.tolist(), country.tolist(), codes, first, last, emails.tolist(), phones, ids)
    return [Person(*values) for values in zip(*whole, strict=True)]


def slip(dice: Dice, person: Person, sentences: list[str], chance: float, separator: str = " ") -> Text:
    """Sentences as one text, of which some end with a sentence that quotes the writer's personal data."""
    if not dice.chance(chance):
        return Text(separator.join(sentences))
    kind = dice.of(KINDS)
    if kind == "national_id" and person.national_id is None:
        kind = "phone"
    value = quoted(dice, kind, person)
    said = dice.of(BOOKS[person.language].HIDDEN[kind]).format(value=value)
    return Text(separator.join([*sentences, said]), ((kind, value),))


def quoted(dice: Dice, kind: str, person: Person) -> str:
    """Personal data as people type them: with or without what stands between the digits."""
    if kind == "card":
        number = dice.of(people.persons().cards)
        separator = dice.of(["", " ", " ", "-"])
        return separator.join(number[at : at + 4] for at in range(0, len(number), 4))
    if kind == "national_id":
        return "".join(filter(str.isdigit, person.national_id)) if dice.chance(0.3) else person.national_id
    return {"email": person.email, "phone": person.phone, "name": person.name}[kind]
