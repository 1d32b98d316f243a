"""Entities and fields as frozen objects: types resolved, columns computed, system fields added."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from loomwork.catalog.draft import SYSTEM_NAMESPACE, Document, Draft
from loomwork.catalog.freezing.arrange import is_hidden
from loomwork.catalog.freezing.choices import freeze_choices, role_choices
from loomwork.catalog.model import ChoiceSet, Entity, Field, Index, Rule, Unique, Validation
from loomwork.catalog.ranks import effective_ranks, ordered
from loomwork.core.i18n import Label
from loomwork.core.kinds import ColumnSpec, Kind
from loomwork.field_types.base import FieldType, Origin

_NO_LABEL: Label = MappingProxyType({})
_SYSTEM_FIELDS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("id", "text", {"en": "Record id", "zh-CN": "记录编号"}),
    ("created_at", "instant", {"en": "Created at", "zh-CN": "创建时间"}),
    ("created_by", "user", {"en": "Created by", "zh-CN": "创建人"}),
    ("updated_at", "instant", {"en": "Updated at", "zh-CN": "更新时间"}),
    ("updated_by", "user", {"en": "Updated by", "zh-CN": "更新人"}),
    ("owner_id", "user", {"en": "Owner", "zh-CN": "负责人"}),
    ("row_version", "integer", {"en": "Version", "zh-CN": "版本"}),
    ("deleted_at", "instant", {"en": "Deleted at", "zh-CN": "删除时间"}),
)
"""Name, field type, label."""
_OWN_COLUMNS: Mapping[str, tuple[ColumnSpec, ...]] = {"id": (ColumnSpec(Kind.ID),)}
"""Columns that differ from those of the type: the id is text to people and an id to the database."""
_HIDDEN = frozenset({"id", "row_version", "deleted_at"})
_INDEXED = frozenset({"created_at", "owner_id"})
_BASE_CURRENCY = {"company": "currency"}
"""The default that stands for the company's base currency, whatever it is."""


class EntityFreezer:
    """Freezes the entities of one run; remembers what many fields share."""

    def __init__(self, draft: Draft, choice_sets: Mapping[str, ChoiceSet]) -> None:
        self._types = draft.types
        self._choice_sets = choice_sets
        self._sources = {"roles": role_choices(draft.sound("role"))}
        self._currency = draft.company_currency
        self._system = tuple(self._system_parts(name, kind, label) for name, kind, label in _SYSTEM_FIELDS)

    def entity(self, document: Document) -> Entity:
        """One entity, without its relations."""
        body = document.body
        fields = self._fields(document.name, body["fields"])
        return Entity(
            name=document.name,
            app=document.app,
            label=body["label"],
            plural=body.get("plural", body["label"]),
            help=body.get("help", _NO_LABEL),
            icon=body.get("icon", "file-text"),
            colour=body.get("colour", "grey"),
            title_field=body.get("title_field") or guess_title(fields),
            fields=MappingProxyType(fields),
            relations=MappingProxyType({}),
            validations=_validations(body.get("validations", {})),
            rules=_rules(body.get("rules", {})),
            uniques=tuple(
                Unique(name, tuple(one["fields"]), one.get("message")) for name, one in body.get("unique", {}).items()
            ),
            indexes=tuple(Index(name, tuple(one["fields"])) for name, one in body.get("indexes", {}).items()),
            state_field=body.get("state_field", ""),
            is_system=document.namespace == SYSTEM_NAMESPACE,
            is_single=body.get("single", False),
            summary_fields=tuple(body.get("summary_fields", ())),
            bulk_fields=tuple(body.get("bulk_fields", ())),
        )

    def _fields(self, entity: str, bodies: Mapping[str, Any]) -> dict[str, Field]:
        ranks = effective_ranks(bodies)
        shared = MappingProxyType({"_company_currency": self._currency, "_entity": entity})
        fields = {}
        for name in sorted(ranks, key=ranks.__getitem__):
            fields[name] = self._field(name, bodies[name], ranks[name], shared)
        for name, field_type, label, columns, target in self._system:
            fields[name] = Field(
                name=name,
                entity=entity,
                type=field_type,
                label=label,
                help=_NO_LABEL,
                order="zz",
                props=shared,
                columns=columns,
                readonly=name != "owner_id",
                indexed=name in _INDEXED,
                sortable=field_type.sort_column(shared) is not None,
                hidden=name in _HIDDEN,
                is_system=True,
                target=target,
            )
        return fields

    def _system_parts(
        self, name: str, type_name: str, label: Label
    ) -> tuple[str, FieldType, Label, tuple[ColumnSpec, ...], str]:
        field_type = self._types[type_name]
        columns = _OWN_COLUMNS.get(name) or field_type.columns({})
        return name, field_type, label, columns, field_type.target({})

    def _field(self, name: str, body: Mapping[str, Any], order: str, shared: Mapping[str, Any]) -> Field:
        field_type = self._types[body["type"]]
        own = body.get("properties")
        props = self._props(own, shared) if own else shared
        get = body.get
        return Field(
            name=name,
            entity=shared["_entity"],
            type=field_type,
            label=body["label"],
            help=get("help", _NO_LABEL),
            order=order,
            props=props,
            columns=field_type.columns(props),
            required=get("required", False),
            readonly=get("readonly", False),
            unique=get("unique", False),
            indexed=get("indexed", False),
            searchable=get("searchable", False),
            sortable=get("sortable", True) and field_type.sort_column(props) is not None,
            hidden=get("hidden", False),
            default=self._currency if get("default") == _BASE_CURRENCY else get("default"),
            classification=get("classification", "internal"),
            group=get("group", ""),
            target=field_type.target(props),
        )

    def _props(self, own: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
        """The field's properties with what the catalog resolves for its type: choices, currency, own entity."""
        props = {**own, **shared}
        if "choices" in own:
            props["_choices"] = freeze_choices(own["choices"])
        elif "choice_set" in own:
            found = self._choice_sets.get(own["choice_set"])
            props["_choices"] = found.choices if found else MappingProxyType({})
        elif "choices_from" in own:
            props["_choices"] = self._sources[own["choices_from"]]
        return MappingProxyType(props)


def guess_title(fields: Mapping[str, Field]) -> str:
    """The title field of an entity that names none: `name`, else its first text field, else the id."""
    if "name" in fields:
        return "name"
    texts = (field for field in fields.values() if field.type.search_suffixes and not field.is_system)
    return next((field.name for field in texts if field.type.origin is not Origin.FORMULA), "id")


def _validations(bodies: Mapping[str, Any]) -> tuple[Validation, ...]:
    return tuple(
        Validation(name, one["check"], one["message"], one.get("field", ""))
        for name, one in ordered(bodies).items()
        if not is_hidden(one)
    )


def _rules(bodies: Mapping[str, Any]) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            name=name,
            when=one["when"],
            require=tuple(one.get("require", ())),
            lock=tuple(one.get("lock", ())),
            show=tuple(one.get("show", ())),
            set=one.get("set"),
            message=one.get("message"),
        )
        for name, one in ordered(bodies).items()
        if not is_hidden(one)
    )
