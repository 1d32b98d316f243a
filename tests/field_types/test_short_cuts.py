"""Short cuts of readers give what the library behind them gives, for every value that takes them."""

import phonenumbers
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.email import _PLAIN
from loomwork.field_types.phone import _CHINESE_MOBILE


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_a_plain_address_reads_as_the_library_reads_it(value: str) -> None:
    wanted = validate_email(value, check_deliverability=False, strict=True, test_environment=True).normalized
    assert FIELD_TYPES["email"].reader({})(value)[0] == wanted


@given(st.from_regex(_CHINESE_MOBILE, fullmatch=True))
def test_a_chinese_mobile_number_reads_as_the_library_reads_it(value: str) -> None:
    number = phonenumbers.parse(value, "CN")
    assert phonenumbers.is_possible_number(number)
    assert FIELD_TYPES["phone"].reader({})(value)[0] == phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.E164
    )
