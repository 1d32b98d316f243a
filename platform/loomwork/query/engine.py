"""The query engine of one catalog version: plans by shape, run many times. Immutable but for its caches."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.clock import today_in
from loomwork.core.errors import Broken
from loomwork.core.i18n import DEFAULT_LANGUAGE
from loomwork.expressions.env import UserContext
from loomwork.expressions.ir import Node
from loomwork.expressions.sql.portable import check_portable
from loomwork.expressions.types import FormulaType
from loomwork.query.access import Access
from loomwork.query.calendar import CompanyCalendar, zone_binds
from loomwork.query.context import make_build
from loomwork.query.decode import say_in
from loomwork.query.formulas import Formulas
from loomwork.query.frames import Frame
from loomwork.query.groups import GroupPlan, compile_group
from loomwork.query.keyset import Order, fingerprint, read_cursor, write_cursor
from loomwork.query.lift import Lifted, lift
from loomwork.query.params import cache_key, settle_params, type_params
from loomwork.query.refusals import check_limit, check_size, not_found, refused_action, unknown_entity
from loomwork.query.select import SelectPlan, Shape, compile_select, count_statement, search_groups
from loomwork.query.to_many import attach, label_anywhere
from loomwork.query.tree import COUNT_CAP, MAX_LIMIT, Page, Query
from loomwork.storage.database import Work
from loomwork.storage.search import Frequent, match_text
from loomwork.storage.tables import Tables

T = TypeVar("T")
CACHED_PLANS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Who reads: the rights, the values that row rules bind, and the person as formulas see him."""

    access: Access
    binds: Mapping[str, Any]
    user: UserContext
    zone: str
    language: str = DEFAULT_LANGUAGE


class QueryEngine:
    """Runs queries for a reader. Every statement carries the reader's rights; there is no way round."""

    def __init__(
        self,
        catalog: Catalog,
        tables: Tables,
        formulas: Formulas,
        dialect: Any,
        *,
        unseal: Callable[..., Any] | None = None,
    ) -> None:
        self.catalog = catalog
        self.tables = tables
        self.formulas = formulas
        self._dialect = dialect
        self._plans: OrderedDict[Hashable, Any] = OrderedDict()
        self._lifted: OrderedDict[Hashable, Lifted] = OrderedDict()
        self.unseal = unseal
        self.calendar = CompanyCalendar(tables)
        self._frequent = Frequent()

    # Plans.

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """A plan by its key, made at its first use; the oldest go when there are too many."""
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = make()
            if len(self._plans) > CACHED_PLANS:
                self._plans.popitem(last=False)
        return found

    def formula_of(self, entity: Entity, field: Field) -> Node | None:
        """The tree of a field that is computed when read."""
        if field.columns:
            return None
        formula = self.formulas.of_field(entity, field)
        return formula.ir if formula else None

    def build(self, access: Access) -> Any:
        """A fresh build for a statement under some rights."""
        return make_build(self.tables, access, self.formula_of)

    # Running.

    def get(
        self,
        work: Work,
        reader: Reader,
        entity: str,
        record_id: str,
        fields: Sequence[str] = (),
        *,
        trash: bool = False,
    ) -> dict[str, Any]:
        """One record as a wire object.

        Raises: NotFound for a record that is not there, and in the same words for one that the reader may not see.
        """
        paths = tuple(fields)
        shape = Shape(self._dialect, single=True, trash=trash)
        key = ("get", reader.access.key, entity, paths, trash)
        plan = self.kept(
            key, lambda: compile_select(self.build(reader.access), self._entity(entity), paths, shape=shape)
        )
        rows = work.rows(plan.prepared, {**self.binds(work, reader), "id": record_id})
        if not rows:
            raise not_found(entity)
        return self._wire(work, reader, entity, plan, rows)[0]

    def get_many(
        self, work: Work, reader: Reader, entity: str, ids: Sequence[str], fields: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Several records by id, in no given order; those not there or not seen are missing."""
        from loomwork.core.jsonio import canonical

        if not reader.access.entity(self._entity(entity)).rules:
            # Without any right to the entity all of them are missing: a refusal would tell that there are some.
            return []
        paths = tuple(fields)
        shape = Shape(self._dialect, ids=True)
        key = ("many", reader.access.key, entity, paths)
        plan = self.kept(
            key,
            lambda: compile_select(
                self.build(reader.access), self._entity(entity), paths, order=Order(("id",)), shape=shape
            ),
        )
        packed = canonical(list(ids)) if self.tables.dialect == "sqlite" else list(ids)
        rows = work.rows(plan.prepared, {**self.binds(work, reader), "ids": packed, "limit": len(ids)})
        return self._wire(work, reader, entity, plan, rows)

    def run(self, work: Work, reader: Reader, query: Query, *, most: int = MAX_LIMIT) -> Page:
        """A page of records; whoever wants no page for eyes says how many rows it takes at `most`.

        Raises: NotFound for an unknown entity; InvalidInput for unknown paths, bad formulas, cursors and limits;
        NotAllowed for an entity or a field that is closed to the reader.
        """
        self._check_open(reader, query.entity)
        check_size(query)
        limit = check_limit(query.limit, most=most)
        where = self._where(query)
        sort = query.sort or self._newest_first(reader, query.entity)
        mark = fingerprint(query, sort)
        size = len(sort) + (not any(part.lstrip("-") == "id" for part in sort))
        cursor = read_cursor(query.cursor, mark, size) if query.cursor else None
        search = self._search(reader, query)
        if search is None:
            return Page([], count=0 if query.count else None)
        is_frequent = bool(search) and self._is_frequent(work, query.entity, search)
        order = Order(sort, cursor, mark)
        plan = self._select_plan(reader, query, where, order, is_frequent=is_frequent)
        values = {**self.binds(work, reader), **search}
        for one in where:
            values.update(one.values)
        keyed = {f"k{n}": value for n, value in enumerate(cursor.values)} if cursor else {}
        rows = self._fetch_page(work, plan, {**values, **keyed, "limit": limit + 1})
        page = self._page(work, reader, query, plan, rows, order)
        if not query.count:
            return page
        count, capped = self._count(work, reader, query, where, values)
        return Page(page.rows, page.next_cursor, page.previous_cursor, count, capped)

    def _newest_first(self, reader: Reader, entity: str) -> tuple[str, ...]:
        """The order that is used when none is asked for; ids rise with time where the reader sees no instant."""
        rights = reader.access.entity(entity)
        is_seen = not (rights.is_closed("created_at") or rights.is_only_masked("created_at"))
        return ("-created_at",) if is_seen else ("-id",)

    def _fetch_page(self, work: Work, plan: SelectPlan, values: dict[str, Any]) -> list[Sequence[Any]]:
        from loomwork.query.keyset import bad_cursor

        try:
            return work.rows(plan.prepared, values)
        except Broken:
            if "k0" in values:
                raise bad_cursor() from None
            raise

    def _select_plan(
        self,
        reader: Reader,
        query: Query,
        where: list[Lifted],
        order: Order,
        *,
        is_frequent: bool,
    ) -> SelectPlan:
        key = (
            "list",
            reader.access.key,
            query.entity,
            query.fields,
            tuple(one.key for one in where),
            tuple(order.sort),
            order.pattern,
            bool(query.search),
            is_frequent,
            query.trash,
        )
        shape = Shape(self._dialect, trash=query.trash, search=bool(query.search), is_frequent=is_frequent)

        def make() -> SelectPlan:
            nodes, build = [one.node for one in where], self.build(reader.access)
            return compile_select(build, query.entity, query.fields, where=nodes, order=order, shape=shape)

        return self.kept(key, make)

    def _page(
        self,
        work: Work,
        reader: Reader,
        query: Query,
        plan: SelectPlan,
        rows: list[Sequence[Any]],
        order: Order,
    ) -> Page:
        has_more = len(rows) > query.limit
        rows = rows[: query.limit]
        is_first, backwards = order.cursor is None, order.is_backwards
        if backwards:
            rows.reverse()

        def at(row: Sequence[Any], *, back: bool) -> str:
            return write_cursor([row[n] for n in plan.keys], order.mark, backwards=back)

        has_next, has_previous = (not is_first, has_more) if backwards else (has_more, not is_first)
        next_cursor = at(rows[-1], back=False) if rows and has_next else ""
        previous_cursor = at(rows[0], back=True) if rows and has_previous else ""
        return Page(self._wire(work, reader, query.entity, plan, rows), next_cursor, previous_cursor)

    def _wire(
        self, work: Work, reader: Reader, entity: str, plan: SelectPlan, rows: Sequence[Sequence[Any]]
    ) -> list[dict[str, Any]]:
        say_in(reader.language)
        result = list(map(plan.read, rows))
        if plan.to_many:
            attach(self, work, reader, entity, plan.to_many, result)
        if plan.anywhere:
            label_anywhere(self, work, reader, plan.anywhere, result)
        if plan.sealed and self.unseal is not None:
            for wire in result:
                for key, field in plan.sealed:
                    if isinstance(wire[key], str):
                        wire[key] = self.unseal(wire[key], entity, field.name, wire["id"])
        return result

    def _count(
        self, work: Work, reader: Reader, query: Query, where: list[Lifted], values: dict[str, Any]
    ) -> tuple[int, bool]:
        exact = query.count == "exact"
        key = (
            "count",
            reader.access.key,
            query.entity,
            tuple(one.key for one in where),
            bool(query.search),
            query.trash,
            exact,
        )
        shape = Shape(self._dialect, trash=query.trash, search=bool(query.search))
        nodes = [one.node for one in where]
        prepared = self.kept(
            key, lambda: count_statement(self.build(reader.access), query.entity, nodes, shape, exact=exact)
        )
        found = int(work.rows(prepared, values if exact else {**values, "cap": COUNT_CAP + 1})[0][0])
        return (found, False) if exact else (min(found, COUNT_CAP), found > COUNT_CAP)

    def group(self, work: Work, reader: Reader, query: Query) -> dict[str, Any]:
        """A grouped query: `{columns, rows}`; rows hold dimensions and measures by key.

        Raises: as `run`; InvalidInput when neither group nor measures are given.
        """
        self._check_open(reader, query.entity)
        check_size(query)
        where = self._where(query)
        search = self._search(reader, query)
        measures = [
            (one, self.lifted(query.entity, one.filter, {}, f"m{n}") if one.filter else None)
            for n, one in enumerate(query.measures)
        ]
        key = (
            "group", reader.access.key, query.entity, query.group, query.sort, bool(query.search), tuple(one.key for one in where),
            tuple((one.name, one.function, one.path, lifted.key if lifted else "") for one, lifted in measures),
        )  # fmt: skip
        shape = Shape(self._dialect, search=bool(query.search))

        def make(*, wide: bool) -> GroupPlan:
            return compile_group(
                self.build(reader.access), query, [(one, lifted.node if lifted else None) for one, lifted in measures],
                where=[one.node for one in where], shape=shape, wide=wide,
            )  # fmt: skip

        plan = self.kept((*key, False), lambda: make(wide=False))
        values = {
            **self.binds(work, reader),
            **(search or {}),
            "a_zone": reader.zone,
            "limit": check_limit(query.limit, most=10_000),
        }
        for one in [*where, *(lifted for _, lifted in measures if lifted)]:
            values.update(one.values)
        try:
            rows = work.rows(plan.prepared, values)
        except Broken as fault:
            if "integer overflow" not in str(fault.__cause__):
                raise
            plan = self.kept((*key, True), lambda: make(wide=True))
            rows = work.rows(plan.prepared, values)
        say_in(reader.language)
        found = [plan.read(row) for row in rows] if search is not None else []
        label_anywhere(self, work, reader, plan.anywhere, found)
        return {"columns": list(plan.columns), "rows": found}

    # Parts of a query.

    def _entity(self, name: str) -> str:
        if name not in self.catalog.entities:
            raise unknown_entity(name, self.catalog)
        return name

    def _check_open(self, reader: Reader, name: str) -> None:
        if not reader.access.entity(self._entity(name)).rules:
            raise refused_action("read", name)

    def _where(self, query: Query) -> list[Lifted]:
        found: list[Lifted] = []
        if query.filter:
            found.append(self.lifted(query.entity, query.filter, query.params, "f", query.param_types))
        if query.conditions:
            from loomwork.expressions.conditions import compile_conditions

            node = compile_conditions(query.conditions, scope=self.formulas.scope, entity=query.entity).ir
            found.append(lift(node, "c"))
        return found

    def lifted(
        self,
        entity: str,
        text: str,
        params: Mapping[str, Any],
        prefix: str,
        given: Mapping[str, FormulaType] = MappingProxyType({}),
    ) -> Lifted:
        """A filter text as a shape and its values; equal texts are parsed once."""
        types = type_params(params, given)
        key = (entity, text, prefix, cache_key(types))
        found = self._lifted.get(key)
        if found is None:
            formula = self.formulas.condition(entity, text, types)
            check_portable(formula.ir)
            found = self._lifted[key] = lift(formula.ir, prefix)
            if len(self._lifted) > CACHED_PLANS:
                self._lifted.popitem(last=False)
        if not params:
            return found
        values = settle_params(found.node, params)
        return Lifted(found.node, {**found.values, **{f"p_{name}": value for name, value in values.items()}}, found.key)

    def _search(self, reader: Reader, query: Query) -> dict[str, Any] | None:
        """The bind values of a search; empty without one, None when it can find nothing."""
        if not query.search:
            return {}
        groups = self.kept(
            ("search", reader.access.key, query.entity),
            lambda: search_groups(Frame(self.build(reader.access), query.entity)),
        )
        entity, dialect = self.catalog.entities[query.entity], self.tables.dialect
        values = {f"search{n}": match_text(entity, query.search, names, dialect) for n, (_, names) in enumerate(groups)}
        return values if values and all(values.values()) else None

    def _is_frequent(self, work: Work, entity: str, search: Mapping[str, str]) -> bool:
        """Whether the words of a search are so frequent that the planner may look for them in the order of the list."""
        is_planned = self.tables.dialect == "postgresql"
        return is_planned and self._frequent.are(work, self.tables.entities[entity], search.values())

    def binds(self, work: Work, reader: Reader) -> dict[str, Any]:
        """The values that every statement of a reader may bind: row rules and formulas."""
        user = reader.user
        context = {
            "c_now": work.now, "c_zone": reader.zone, "c_user": user.id, "c_unit": user.unit, "c_units": list(user.units),
            "c_teams": list(user.teams), "c_roles": list(user.roles), "c_today": today_in(reader.zone), "c_calendar": self.calendar.text(work),
        }  # fmt: skip
        if work.dialect == "sqlite":
            return {**reader.binds, **context}
        return {**reader.binds, **context, **zone_binds(reader.zone)}
