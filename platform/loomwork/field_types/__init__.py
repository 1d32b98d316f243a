"""The closed list of field types, one folder each."""

from loomwork.core.registry import Registry
from loomwork.field_types.base import FieldType
from loomwork.field_types.boolean import Boolean
from loomwork.field_types.choice import Choice
from loomwork.field_types.date import Date
from loomwork.field_types.decimal import Decimal
from loomwork.field_types.email import Email
from loomwork.field_types.instant import Instant
from loomwork.field_types.integer import Integer
from loomwork.field_types.link import Link
from loomwork.field_types.long_text import LongText
from loomwork.field_types.money import Money
from loomwork.field_types.phone import Phone
from loomwork.field_types.text import Text
from loomwork.field_types.user import User

BUILTIN: tuple[FieldType, ...] = (
    Text(),
    LongText(),
    Integer(),
    Decimal(),
    Money(),
    Boolean(),
    Date(),
    Instant(),
    Choice(),
    Email(),
    Phone(),
    Link(),
    User(),
)
"""Every type, in the order of the palette. A new type is one folder and one line here."""

FIELD_TYPES: Registry[FieldType] = Registry("field type", BUILTIN)
