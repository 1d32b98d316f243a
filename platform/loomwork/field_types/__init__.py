"""The closed list of field types, one folder each."""

from loomwork.core.registry import Registry
from loomwork.field_types.address import Address
from loomwork.field_types.auto_number import AutoNumber
from loomwork.field_types.base import FieldType
from loomwork.field_types.boolean import Boolean
from loomwork.field_types.child_table import ChildTable
from loomwork.field_types.choice import Choice
from loomwork.field_types.code import Code
from loomwork.field_types.colour import Colour
from loomwork.field_types.date import Date
from loomwork.field_types.decimal import Decimal
from loomwork.field_types.duration import Duration
from loomwork.field_types.email import Email
from loomwork.field_types.encrypted_text import EncryptedText
from loomwork.field_types.file import File
from loomwork.field_types.formula import Formula
from loomwork.field_types.image import Image
from loomwork.field_types.instant import Instant
from loomwork.field_types.integer import Integer
from loomwork.field_types.json import Json
from loomwork.field_types.link import Link
from loomwork.field_types.link_any import LinkAny
from loomwork.field_types.location import Location
from loomwork.field_types.long_text import LongText
from loomwork.field_types.many_to_many import ManyToMany
from loomwork.field_types.money import Money
from loomwork.field_types.multi_choice import MultiChoice
from loomwork.field_types.percent import Percent
from loomwork.field_types.person_name import PersonName
from loomwork.field_types.phone import Phone
from loomwork.field_types.progress import Progress
from loomwork.field_types.rate import Rate
from loomwork.field_types.rating import Rating
from loomwork.field_types.rich_text import RichText
from loomwork.field_types.roll_up import RollUp
from loomwork.field_types.signature import Signature
from loomwork.field_types.tags import Tags
from loomwork.field_types.text import Text
from loomwork.field_types.time import Time
from loomwork.field_types.tree_parent import TreeParent
from loomwork.field_types.unit import Unit
from loomwork.field_types.url import Url
from loomwork.field_types.user import User

BUILTIN: tuple[FieldType, ...] = (
    Text(),
    LongText(),
    RichText(),
    Email(),
    Phone(),
    Url(),
    Address(),
    PersonName(),
    Integer(),
    Decimal(),
    Percent(),
    Rate(),
    Money(),
    Rating(),
    Progress(),
    Boolean(),
    Choice(),
    MultiChoice(),
    Tags(),
    Date(),
    Instant(),
    Time(),
    Duration(),
    Link(),
    ManyToMany(),
    LinkAny(),
    ChildTable(),
    TreeParent(),
    User(),
    Unit(),
    File(),
    Image(),
    Signature(),
    AutoNumber(),
    Formula(),
    RollUp(),
    Colour(),
    Location(),
    Code(),
    Json(),
    EncryptedText(),
)
"""Every type, in the order of the palette. A new type is one folder and one line here."""

FIELD_TYPES: Registry[FieldType] = Registry("field type", BUILTIN)
