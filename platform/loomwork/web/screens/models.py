"""What each screen shows, as frozen values: templates read these and nothing else, so they never ask a database.

Shapes: texts are already in the reader's language; `html` are safe snippets made by the field types' templates;
`spec` dictionaries are what the browser's widgets need (see `specs.py`).
"""

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from loomwork.web.screens.offers import NextStep, QuickAction
from loomwork.web.screens.told import Day, FilePanel


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as shown in avatars and menus."""

    id: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One way through the product; `key` is the entity or view it leads to."""

    label: str
    url: str
    icon: str
    key: str = ""
    is_current: bool = False
    count: int | None = None
    may_create: bool = False


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A collapsible group of the sidebar."""

    key: str
    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame around every page: sidebar, user, what the phone's bottom bar leads to."""

    product: str
    company: str
    person: Person
    personal: tuple[NavItem, ...] = ()
    groups: tuple[NavGroup, ...] = ()
    favourites: tuple[NavItem, ...] = ()
    apps: tuple[NavItem, ...] = ()
    bottom: tuple[NavItem, ...] = ()
    console_url: str = ""


@dataclass(frozen=True, slots=True)
class ViewTab:
    """One view of an entity: from metadata, or saved by the reader."""

    key: str
    label: str
    url: str
    is_current: bool = False
    is_own: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter: field | operator | value."""

    index: int
    icon: str
    field: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list; `card` is the place of its value on the phone."""

    path: str
    label: str
    is_end: bool = False
    is_title: bool = False
    sort: str = ""
    sort_url: str = ""
    card: str = ""
    may_edit: bool = False
    late: str = ""
    """The yes/no field that says whether the value is overdue."""
    width: int = 0
    """Width in pixels that the view gives it; 0 leaves it to what it holds."""


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """A heading over several columns; an empty label spans columns without a group."""

    label: str
    span: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row; `wire` is JSON text for editing, empty when the cell cannot be edited; `late` says how late.

    `typed` is what the editor shows where the wire form reads badly.
    """

    html: Markup
    path: str
    is_end: bool = False
    card: str = ""
    wire: str = ""
    hint: str = ""
    is_late: bool = False
    late: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record in a list; its card on the phone has a `mark`, and uncovers its `offers` when it is swiped."""

    id: str
    number: int
    version: int
    title: str
    url: str
    cells: tuple[Cell, ...]
    mark: str = ""
    offers: tuple[QuickAction, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A labelled figure: in the footer, on tiles, in the highlights strip."""

    label: str
    value: str
    full: str = ""
    html: Markup | None = None
    url: str = ""
    icon: str = ""
    caption: str = ""
    """A line below the figure; `tone` is plain, warn, up or down."""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ListTable:
    """The part of a list that changes with filter, sort and page."""

    entity: str
    columns: tuple[Column, ...]
    groups: tuple[ColumnGroup, ...]
    rows: tuple[Row, ...]
    count: int | None
    is_capped: bool
    first: int
    previous_url: str
    next_url: str
    sums: tuple[Figure, ...]
    is_filtered: bool
    clear_url: str
    state_url: str
    """Address of the list in its present state, without the page."""
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list screen."""

    entity: str
    label: str
    singular: str
    icon: str
    table: ListTable
    tabs: tuple[ViewTab, ...]
    chips: tuple[Chip, ...]
    has_groups: bool
    search: str
    sort_label: str
    may_create: bool
    may_import: bool
    may_export: bool
    may_delete: bool
    may_update: bool
    is_changed: bool
    is_favourite: bool
    base_url: str
    spec: dict[str, Any]
    """For the browser: fields that may be filtered, columns, sorts, the present view's state."""
    actions: "tuple[ActionButton, ...]" = ()
    view_words: str = ""
    """The condition of the view itself, and where a list without it is."""
    without_url: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A field with its value on a record page."""

    name: str
    label: str
    html: Markup
    is_wide: bool = False
    wire: str = ""
    typed: str = ""
    is_masked: bool = False
    may_reveal: bool = False
    is_computed: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class DetailSection:
    """A foldable group of details."""

    key: str
    label: str
    details: tuple[Detail, ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class PathStep:
    """One stage of the path; `state` is done, now, next, won or lost."""

    value: str
    label: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActionButton:
    """A button that metadata adds to a record."""

    name: str
    label: str
    icon: str
    url: str
    is_primary: bool = False
    is_outside: bool = False
    """Whether it leads to another system, in a tab of its own."""


@dataclass(frozen=True, slots=True)
class StagePath:
    """The stages a record goes through, and the step that comes next: a plain move, or an action."""

    field: str
    steps: tuple[PathStep, ...]
    position: int
    next_value: str = ""
    next_label: str = ""
    action: ActionButton | None = None

    @property
    def note(self) -> str:
        """How long the record has been where it stands."""
        return self.steps[self.position - 1].note if self.position > 0 else ""


@dataclass(frozen=True, slots=True)
class RelatedCard:
    """A related record as a card: its name, a line below it, a badge."""

    row: Row
    line: str
    badge: Markup


@dataclass(frozen=True, slots=True)
class Related:
    """A list of records that belong to the shown one."""

    name: str
    label: str
    entity: str
    count: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    all_url: str
    new_url: str = ""
    may_remove: bool = False
    """Whether a row can be removed from here with one press."""
    cards: "tuple[RelatedCard, ...]" = ()
    """The rows as cards, where the page shows them so."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record screen."""

    entity: str
    id: str
    version: int
    title: str
    icon: str
    colour: str
    plural: str
    singular: str
    list_url: str
    badges: tuple[Markup, ...]
    subtitles: tuple[Markup, ...]
    highlights: tuple[Figure, ...]
    path: StagePath | None
    sections: tuple[DetailSection, ...]
    related: tuple[Related, ...]
    days: tuple[Day, ...]
    more_url: str
    actions: tuple[ActionButton, ...]
    may_update: bool
    may_delete: bool
    may_share: bool
    may_note: bool
    is_deleted: bool
    is_favourite: bool
    spec: dict[str, Any]
    note_count: int = 0
    quick: tuple[QuickAction, ...] = ()
    head: tuple[QuickAction, ...] = ()
    """Quick actions that the head shows on a desk, the primary one last."""
    files: FilePanel | None = None
    next_step: NextStep | None = None
    composer: tuple[NavItem, ...] = ()
    """What else can be written down beside a note."""
    kinds: tuple[tuple[str, str], ...] = ()
    """What the timeline can be narrowed to beside notes and changes: key and name."""


@dataclass(frozen=True, slots=True)
class FormItem:
    """One place in a form: a field's widget, or its value when it cannot be changed."""

    name: str
    label: str
    span: int
    required: bool
    help: str
    spec: dict[str, Any]
    wire: str
    html: Markup
    mode: str
    """`edit`, `read`, `computed` or `masked`."""
    error: str = ""
    may_reveal: bool = False
    totals: "tuple[FormItem, ...]" = ()
    """Figures below a child table, the last one the grand total."""
    typed: str = ""
    """What the input shows where the wire form reads badly."""


@dataclass(frozen=True, slots=True)
class FormSection:
    """A titled block of a form in columns."""

    key: str
    label: str
    columns: int
    items: tuple[FormItem, ...]


@dataclass(frozen=True, slots=True)
class FormTab:
    """One tab of a form."""

    key: str
    label: str
    sections: tuple[FormSection, ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form for a new or an existing record; `logic` is what the browser evaluates while typing."""

    entity: str
    id: str
    version: int
    heading: str
    subtitle: str
    tabs: tuple[FormTab, ...]
    logic: dict[str, Any]
    record: dict[str, Any]
    cancel_url: str
    is_simple: bool
    form: str = ""
