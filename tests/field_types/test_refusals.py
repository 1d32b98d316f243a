"""What a refusal says of the value, and of those that would be taken."""

from typing import Any

import pytest

from loomwork.core.errors import Refused
from loomwork.field_types import FIELD_TYPES


def said(kind: str, value: Any, **properties: Any) -> str:
    """The sentence by which a type refuses a value."""
    found = FIELD_TYPES[kind]
    with pytest.raises(Refused) as told:
        found.reader(properties)(value)
    return told.value.message


@pytest.mark.parametrize(("value", "shown"), [(True, "true"), (False, "false"), ([1], "[…]"), ({}, "{…}")])
def test_values_stand_in_messages_as_the_client_wrote_them(value: Any, shown: str) -> None:
    assert f"“{shown}” is not a number" in said("decimal", value)


def test_a_few_possible_names_are_all_listed() -> None:
    wrong = {"entity": "crm.contact", "id": "0192f0c1-7b2a-7c3d-8e4f-0123456789ab"}
    assert "possible: crm.account, crm.lead." in said("link_any", wrong, entities=["crm.account", "crm.lead"])


def test_of_many_possible_names_the_near_ones_are_listed_or_the_first_with_a_sign_of_more() -> None:
    assert "possible: 广东省." in said("address", {"province": "广冻省"}, country="CN")
    assert ", …." in said("address", {"province": "某地"}, country="CN")
