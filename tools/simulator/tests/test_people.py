"""Personal data look real, check out, and belong to nobody."""

import re

SAFE_MAIL = re.compile(r".+@(example\.(com|org|net)|[a-z]+\.example)")
SAFE_PHONES = {
    "DE": r"(030 23125\d{3}|040 66969\d{3}|0221 4710\d{3}|0171 39200\d{2}|0176 040690\d{2})",
    "US": r"\(\d{3}\) 555-01\d{2}",
    "BR": r"\(\d{2}\) 9000\d-\d{4}",
    "GB": r"07700 900\d{3}",
}
POSTAL_CODES = {"DE": r"\d{5}", "US": r"\d{5}", "BR": r"\d{5}-\d{3}", "GB": r"[A-Z]{1,2}\d{1,2} \d[A-Z]{2}"}


def is_cpf(text: str) -> bool:
    """Both check digits: each is the weighted sum of the digits before it, times 10, modulo 11, with 10 as 0."""
    digits = [int(character) for character in text if character.isdigit()]
    if len(digits) != 11:
        return False
    sums = [sum(d * (length + 1 - i) for i, d in enumerate(digits[:length])) for length in (9, 10)]
    return [total * 10 % 11 % 10 for total in sums] == digits[9:]


def is_iban(text: str) -> bool:
    """The number that begins with the account has the rest 1 by 97."""
    moved = text[4:] + text[:4]
    return len(text) == 22 and int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def test_cpf_of_brazilians_only(long_zone):
    rows = long_zone.rows("select country_code, national_id from shop_customers where _op <> 'd'")
    assert all((national_id is not None) == (country == "BR") for country, national_id in rows)
    assert all(is_cpf(national_id) for _, national_id in rows if national_id)


def test_accounts_and_cards(long_zone):
    rows = long_zone.rows("select payment_method, card_number_masked, account_reference from shop_payments")
    for method, card, account in rows:
        assert (card is not None) == (method == "card")
        assert (account is not None) == (method in ("paypal", "pix", "invoice"))
        assert card is None or re.fullmatch(r"\d{6}\*{6}\d{4}", card)
        assert account is None or (is_iban(account) if method == "invoice" else SAFE_MAIL.fullmatch(account))
    assert {"card", "paypal", "invoice", "pix", "boleto", "voucher"} == {method for method, _, _ in rows}


def test_addresses_that_nobody_has(long_zone):
    emails = long_zone.rows(
        "select email from shop_customers where _op <> 'd' union all select contact_email from erp_suppliers"
        " union all select guest_email from placed where guest_email is not null"
    )
    assert all(SAFE_MAIL.fullmatch(email) for (email,) in emails)
    long_zone.none("""
        select lower(email) from shop_customers where _op in ('c', 'r') group by 1 having count(*) > 1
    """)


def test_phones_that_nobody_has(long_zone):
    rows = long_zone.rows("select country_code, phone from shop_customers where _op <> 'd'")
    assert all(re.fullmatch(SAFE_PHONES[country], phone) for country, phone in rows)


def test_postal_codes(long_zone):
    rows = long_zone.rows("select country_code, postal_code from shop_addresses where _op <> 'd'")
    assert all(re.fullmatch(POSTAL_CODES[country], code) for country, code in rows)


def test_ip_addresses_that_nobody_has(long_zone):
    long_zone.none("select ip from web_events where not (ip like '198.18.%' or ip like '2001:db8:%')")
