"""What looks like personal data: names of columns, and values by their form and check digits."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

# Names that hold personal data wherever they stand, by class. The first that fits the whole name counts; a wrong guess
# is corrected in the contract, by another class or by `not_personal`.
PERSONAL_NAMES = {
    r"customer_id": "person_id",
    r"(.*_)?e?mail(_address)?": "email",
    r"(.*_)?(phone|telephone|mobile|fax|whatsapp|telefon|telefone|handy|celular)(_(no|nr|number))?": "phone",
    r"(.*_)?(first|last|given|family|middle|full|maiden|birth|author|contact|customer|user|display)_?name": "name",
    r"(.*_)?(surname|nickname|recipient|vorname|nachname|sobrenome|handle|signed_by)": "name",
    r"(.*_)?ip(_?addr(ess)?)?": "ip_address",
    r"(.*_)?(street(_.*)?|strasse|city|address(_line_?[0-9]?)?|rua|endereco)": "address",
    r"(.*_)?(postal_?code|post_?code|zip(_?code)?|plz|cep)": "postal_code",
    r"(.*_)?(birth_?da(te|y)|date_of_birth|dob|geburtsdatum|data_nascimento)": "birth_date",
    r"(.*_)?(national_id|ssn|social_security(_number)?|cpf|nino|tax_?payer_id)": "national_id",
    r"(.*_)?(steuer_?id|passport(_(no|number))?)": "national_id",
    r"(.*_)?(iban|card_?number(_masked)?|pan|account_(number|reference))": "payment",
    r"(.*_)?(device_id|advertising_id|idfa|imei|mac_address)": "device_id",
    r"(.*_)?(comment|message|note|text|body)": "free_text",
}
# Nothing in a value without one of these is worth a closer look, nor is a number behind some letters, as most keys are,
# or a time.
SUSPICIOUS = re.compile(
    r"(?![A-Za-z]{1,4}-?\d{1,12}$|\d{4}-\d\d-\d\d).*?(?:@|\d(?:\D{0,3}\d){5}|:.*:|\d\.\d)", re.DOTALL
)
EMAIL = re.compile(r"[\w.!#$%&*+/=?^`{|}~'-]+@(?:[\w-]+\.)+[a-zA-Z]{2,24}")
IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[0-9A-Z]){11,30}")
CARD = re.compile(r"(?:4\d{3}|5[0-8]\d{2}|2[2-7]\d{2}|6\d{3}|3[0-9]\d{2})(?:[ -]?\d){8,15}")
CPF = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}")
SSN = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]")
PHONE = re.compile(
    r"\+\d{1,3}(?:[ ()./-]{0,3}\d){6,14}|\(0?\d{2,5}\) ?\d(?:[ /-]?\d){4,9}|0[1-9]\d{1,4}[ /-]\d(?:[ -]?\d){4,8}"
    r"|\d{3}([-.])\d{3}\1\d{4}|\d{2} 9?\d{4}-\d{4}"
)

IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F.]{0,15}){2,7}")


@dataclass(frozen=True)
class Kind:
    """One kind of personal value. `sure`: one value is enough, as nothing else is written so."""

    classification: str
    words: str
    matches: Callable[[str], bool]
    sure: bool = False


def class_of_name(name: str) -> str | None:
    """The class that a column's name suggests, written in whatever case."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[ .-]+", "_", name).lower()
    return next((kind for pattern, kind in PERSONAL_NAMES.items() if re.fullmatch(pattern, plain)), None)


def kinds_of_value(value: str) -> list[Kind]:
    """The kinds that a whole value looks like."""
    value = value.strip()
    if len(value) > 100 or not SUSPICIOUS.match(value):
        return []
    return [kind for kind in KINDS if kind.matches(value)]


def digits_of(value: str) -> list[int]:
    """Its digits."""
    return [int(character) for character in value if character in "0123456789"]


def is_iban(value: str) -> bool:
    """A country's letters, check digits and an account that go together (ISO 13616)."""
    if not IBAN.fullmatch(value):
        return False
    packed = value.replace(" ", "")
    return int("".join(str(int(character, 36)) for character in packed[4:] + packed[:4])) % 97 == 1


def is_card(value: str) -> bool:
    """13 to 19 digits that begin as card schemes' do and pass Luhn's check."""
    if not CARD.fullmatch(value):
        return False
    digits = digits_of(value)
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def is_cpf(value: str) -> bool:
    """Eleven digits of which the last two are the checks of the others; not one digit eleven times."""
    if not CPF.fullmatch(value):
        return False
    digits = digits_of(value)
    if len(set(digits)) == 1:
        return False
    for size in (9, 10):
        rest = sum(digit * (size + 1 - place) for place, digit in enumerate(digits[:size])) % 11
        if digits[size] != (0 if rest < 2 else 11 - rest):
            return False
    return True


def is_ip_address(value: str) -> bool:
    """An address of the internet, not one that is no single machine's."""
    if not IP_ADDRESS.fullmatch(value):
        return False
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_loopback or address.is_multicast)


KINDS = [
    Kind("email", "e-mail addresses", lambda value: EMAIL.fullmatch(value) is not None, sure=True),
    Kind("payment", "IBANs with their check digits", is_iban, sure=True),
    Kind("payment", "card numbers that pass Luhn's check", is_card),
    Kind("national_id", "CPFs with their check digits", is_cpf),
    Kind("national_id", "US social security numbers", lambda value: SSN.fullmatch(value) is not None),
    Kind("national_id", "national insurance numbers", lambda value: NINO.fullmatch(value) is not None),
    Kind("phone", "phone numbers", lambda value: PHONE.fullmatch(value) is not None),
    Kind("ip_address", "IP addresses", is_ip_address),
]
