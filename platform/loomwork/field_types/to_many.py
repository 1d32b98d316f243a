"""What the types of many records have in common: they have no column of their own, and are a list of links to formulas."""

from loomwork.core.kinds import ColumnSpec, ValueShape
from loomwork.field_types.base import FieldType, Props


class ToMany(FieldType):
    """Records of the entity that the property `entity` names."""

    group = "relation"
    sort_suffix = None
    may_be_unique = False

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        """None: they lie in a table of their own."""
        return ()

    def target(self, props: Props) -> str:
        """The entity of the records."""
        return str(props.get("entity", ""))

    def shape(self, props: Props) -> ValueShape:
        """A list of links."""
        return ValueShape("list", entity=self.target(props), item="link")
