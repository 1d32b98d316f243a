"""The effective metadata as frozen objects: what every layer above reads, never dictionaries of raw JSON.

A `Catalog` is immutable and content-addressed. Nothing is looked up by guess: names are resolved when it is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loomwork.core.i18n import Label
from loomwork.core.kinds import ColumnSpec
from loomwork.field_types.base import FieldType

SYSTEM_COLUMNS = ("id", "created_at", "created_by", "updated_at", "updated_by", "owner_id", "row_version", "deleted_at")


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of an entity, its type and properties resolved.

    Shapes: `default` is a wire value, or `{"formula": text}`; `columns` are the type's columns for these properties;
    `classification` is public, internal, personal or sensitive. Beside the author's properties, `props` holds what the
    catalog resolves for the type: `_choices` (value → Choice), `_company_currency`, `_entity` and `_result`.
    """

    name: str
    entity: str
    type: FieldType
    label: Label
    help: Label
    order: str
    props: Mapping[str, Any]
    columns: tuple[ColumnSpec, ...]
    required: bool = False
    readonly: bool = False
    unique: bool = False
    indexed: bool = False
    searchable: bool = False
    sortable: bool = True
    hidden: bool = False
    is_system: bool = False
    default: Any = None
    classification: str = "internal"
    group: str = ""
    target: str = ""
    """Entity that the field points to (link, user, unit, tree parent, many-to-many, child table); empty otherwise."""

    @property
    def is_link(self) -> bool:
        """Whether the field's main column is the id of a record of `target`."""
        return (
            bool(self.target)
            and bool(self.columns)
            and self.columns[0].suffix == ""
            and self.columns[0].entity == self.target
        )


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A to-many relation seen from an entity.

    Shapes: `kind` is `reverse` (records of `entity` whose link field `via` points here) or `join` (many-to-many;
    `via` is the many-to-many field `owner.via`, `is_owner` tells on which side we stand).
    """

    name: str
    kind: str
    entity: str
    via: str
    owner: str = ""
    is_owner: bool = False
    label: Label | None = None
    is_child: bool = False
    """Whether the records belong to the parent (child table): saved with it, deleted with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """A condition that every saved record must meet; `check` is formula text, `field` the place of the message."""

    name: str
    check: str
    message: Label
    field: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """While `when` holds: fields required, locked, shown or set. Holds in every form and at every door.

    `show` hides the fields while `when` does not hold; `set` gives values by formula on each save while it holds.
    """

    name: str
    when: str
    require: tuple[str, ...] = ()
    lock: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    set: Mapping[str, str] | None = None
    message: Label | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Unique:
    """A combination of fields that no two living records share; records that lack one of the values are left out."""

    name: str
    fields: tuple[str, ...]
    message: Label | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """An index that metadata asks for: `fields` in order; `-` before a name means descending."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """An entity with everything resolved; `name` is qualified (`lib.book`), `table` is `lib__book`."""

    name: str
    app: str
    label: Label
    plural: Label
    help: Label
    icon: str
    colour: str
    title_field: str
    fields: Mapping[str, Field]
    relations: Mapping[str, Relation]
    validations: tuple[Validation, ...] = ()
    rules: tuple[Rule, ...] = ()
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    state_field: str = ""
    parent_field: str = ""
    """For child entities: the link field to the parent."""
    is_system: bool = False
    is_single: bool = False
    """Whether there is one record only, such as the company's own settings."""
    summary_fields: tuple[str, ...] = ()
    """Fields shown under the title on cards, in look-ups and on the phone."""
    bulk_fields: tuple[str, ...] = ()
    """Fields with a button of their own when several records are picked."""

    @property
    def table(self) -> str:
        """Physical table name."""
        return self.name.replace(".", "__")

    def find(self, name: str) -> Field | None:
        """The field of that name, system fields included."""
        return self.fields.get(name)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One value of a choice set; `closes` is `won`, `lost` or empty for stage sets; `share` 0-100 fills its glyph."""

    value: str
    label: Label
    colour: str = "grey"
    icon: str = ""
    order: str = ""
    active: bool = True
    closes: str = ""
    share: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceSet:
    """A named, ordered set of choices, shared by fields."""

    name: str
    label: Label
    choices: Mapping[str, Choice]


@dataclass(frozen=True, slots=True, eq=False)
class Grant:
    """One grant of a role: actions × rows × fields × states.

    Shapes: `actions` of create, read, update, delete, restore, export, import, share and action names;
    `rows` is `all`, `own`, `team`, `unit`, `unit_and_below`, or a formula over the record (kept in `rows_formula`);
    `read`/`write` are field names, `*` for all; `mask` are readable only masked; `except_` are taken away from `*`;
    `states` are values of the entity's state field, empty for every state.
    """

    role: str
    name: str
    entity: str
    actions: frozenset[str]
    rows: str = "all"
    rows_formula: str = ""
    read: frozenset[str] = frozenset({"*"})
    write: frozenset[str] = frozenset({"*"})
    mask: frozenset[str] = frozenset()
    except_: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """A role; `abilities` are rights without an entity (`manage_users`, `read_metadata`, `operate`)."""

    name: str
    app: str
    label: Label
    help: Label
    grants: tuple[Grant, ...]
    abilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A component that engines interpret themselves: form, view, page, action, mapping, navigation, seed.

    Shapes: `body` is the effective JSON, layered and checked against its schema; `name` is qualified.
    """

    kind: str
    name: str
    app: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class App:
    """A loaded app package."""

    name: str
    namespace: str
    version: str
    label: Label
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """All effective metadata of one version, immutable.

    Shapes: `components[kind][qualified name]`; `sources["<kind>/<name>#<pointer>"]` is the layer that gave the value: one
    entry for each component and one for each patch (`layers.source_of` finds the nearest);
    `raw[kind][name]` is the effective JSON of every component (for the metadata API, diff and export);
    `messages[language][key]` are translated texts.
    """

    version: str
    apps: Mapping[str, App]
    entities: Mapping[str, Entity]
    choice_sets: Mapping[str, ChoiceSet]
    roles: Mapping[str, Role]
    components: Mapping[str, Mapping[str, Component]]
    raw: Mapping[str, Mapping[str, Mapping[str, Any]]]
    sources: Mapping[str, str]
    messages: Mapping[str, Mapping[str, str]]

    def entity(self, name: str) -> Entity:
        """The entity of that name.

        Raises: NotFound with the nearest known name.
        """
        found = self.entities.get(name)
        if found is None:
            from loomwork.core.diagnostics import did_you_mean
            from loomwork.core.errors import NotFound

            raise NotFound(
                f'there is no entity "{name}"; {did_you_mean(name, self.entities)}'.rstrip("; "), code="unknown_entity"
            )
        return found

    def of_kind(self, kind: str) -> Mapping[str, Component]:
        """All components of a kind by qualified name."""
        return self.components.get(kind, {})
