"""Rights out of roles: for an entity and an action, the row rules and what each opens of every field.

One grant joins action, rows and fields; rights are united cell by cell, never rows and fields apart.
"""

from collections.abc import Mapping
from dataclasses import replace

from loomwork.catalog.model import Catalog, Entity, Grant
from loomwork.core.errors import NotAllowed
from loomwork.permissions.actor import Actor
from loomwork.query.access import CellAccess, EntityAccess, RowRule
from loomwork.query.formulas import Formulas
from loomwork.query.refusals import refused_action

ALWAYS_READ = frozenset({"id", "row_version"})
NEVER_WRITTEN = frozenset({"id", "row_version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at"})
_CLOSED = EntityAccess((), {})


class Policy:
    """The rights of a set of roles under one catalog. Made once per set of roles, asked by every request.

    `key` identifies the rights, not the person: two people with equal roles share compiled plans.
    """

    def __init__(
        self,
        catalog: Catalog,
        formulas: Formulas,
        roles: frozenset[str],
        *,
        has_shares: bool = True,
        knows_colleagues: bool = False,
    ) -> None:
        self.catalog = catalog
        self.roles = roles
        self.has_shares = has_shares
        self.knows_colleagues = knows_colleagues
        self.key = ",".join(sorted(roles)) + "+shares" * has_shares + "+colleagues" * knows_colleagues
        self._formulas = formulas
        self._grants: dict[str, list[Grant]] = {}
        for name in sorted(roles):
            role = catalog.roles.get(name)
            for grant in role.grants if role else ():
                self._grants.setdefault(grant.entity, []).append(grant)
        self._made: dict[tuple[str, str], EntityAccess] = {}
        self._written: dict[tuple[str, str], Mapping[str, frozenset[int]]] = {}

    @property
    def abilities(self) -> frozenset[str]:
        """Rights without an entity."""
        found = (self.catalog.roles[name].abilities for name in self.roles if name in self.catalog.roles)
        return frozenset().union(*found)

    def grants(self, entity: str, action: str) -> list[Grant]:
        """The grants that hold an action on an entity, in a fixed order."""
        return [grant for grant in self._grants.get(entity, ()) if action in grant.actions]

    def may(self, entity: str, action: str) -> bool:
        """Whether some grant holds the action at all."""
        return bool(self.grants(entity, action))

    def entity(self, name: str, action: str = "read") -> EntityAccess:
        """Row rules and cells for an action (cells are reading rights)."""
        key = (name, action)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._make(self.catalog.entities[name], action)
        return found

    def _make(self, entity: Entity, action: str) -> EntityAccess:
        grants = self.grants(entity.name, action)
        if not grants:
            return _CLOSED
        rules = tuple(self._rule(entity, grant) for grant in grants)
        everything = frozenset(range(len(grants)))
        cells: dict[str, CellAccess] = {}
        for name in entity.fields:
            if name in ALWAYS_READ:
                cells[name] = CellAccess(plain=everything)
                continue
            plain = frozenset(n for n, grant in enumerate(grants) if self._gives(entity, grant, name))
            masked = frozenset(n for n, grant in enumerate(grants) if name in grant.mask) - plain
            cells[name] = CellAccess(plain, masked)
        return EntityAccess(rules, cells)

    def _gives(self, entity: Entity, grant: Grant, name: str) -> bool:
        """Whether a grant opens a field: by its name, or by a star, which holds nothing made of what is hidden there."""
        if not reads(grant, name):
            return False
        return name in grant.read or not self._tells_hidden(entity, grant, name, frozenset())

    def _tells_hidden(self, entity: Entity, grant: Grant, name: str, above: frozenset[str]) -> bool:
        """Whether a formula is made, in however many steps, of a field that the grant masks or takes away."""
        formula = self._formulas.of_field(entity, entity.fields[name])
        if formula is None or name in above:
            return False
        for path in formula.dependencies:
            head, *tail = path.split(".")
            field = entity.fields.get(head)
            if field is None:
                continue
            if head in grant.mask or head in grant.except_ or self._tells_hidden(entity, grant, head, above | {name}):
                return True
            if tail and field.is_link and self._is_hidden_behind(field.target, tail):
                return True
        return False

    def _is_hidden_behind(self, target: str, path: list[str]) -> bool:
        """Whether these roles hide what lies behind a link: a grant masks it or takes it away, and none gives it."""
        head, *tail = path
        entity, grants = self.catalog.entities.get(target), self._grants.get(target, ())
        field = entity.fields.get(head) if entity is not None else None
        if field is None:
            return False
        is_hidden = any(head in grant.mask or head in grant.except_ for grant in grants)
        if is_hidden and not any(reads(grant, head) for grant in grants):
            return True
        return bool(tail) and field.is_link and self._is_hidden_behind(field.target, tail)

    def _rule(self, entity: Entity, grant: Grant) -> RowRule:
        formula = None
        if grant.rows == "formula" or grant.rows_formula:
            formula = self._formulas.condition(entity.name, grant.rows_formula).ir
        kind = "formula" if formula is not None else grant.rows
        label = f"{grant.role}/{grant.name}"
        return RowRule(kind, formula, entity.state_field, tuple(sorted(grant.states)), label)

    def writable(self, entity: Entity, action: str) -> Mapping[str, frozenset[int]]:
        """For every field, the numbers of the row rules (of that action) under which it may be written."""
        key = (entity.name, action)
        found = self._written.get(key)
        if found is None:
            grants = self.grants(entity.name, action)
            found = self._written[key] = {
                name: frozenset(n for n, grant in enumerate(grants) if writes(grant, name)) for name in entity.fields
            }
        return found


def reads(grant: Grant, field: str) -> bool:
    """Whether a grant opens a field for plain reading."""
    if field in grant.except_ or field in grant.mask:
        return False
    return "*" in grant.read or field in grant.read


def writes(grant: Grant, field: str) -> bool:
    """Whether a grant lets a field be written; what one may not read plainly one may not write by a star."""
    if field in NEVER_WRITTEN or field in grant.except_:
        return False
    return field in grant.write or ("*" in grant.write and field not in grant.mask)


class SystemAccess:
    """Every row and every cell: the platform's own eyes, for row rules, roll-ups and checks. Opened by name only."""

    key = "system"
    has_shares = False
    knows_colleagues = False

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._made: dict[str, EntityAccess] = {}

    def entity(self, name: str, action: str = "read") -> EntityAccess:
        """All of it."""
        found = self._made.get(name)
        if found is None:
            cells = {field: CellAccess(plain=frozenset({0})) for field in self._catalog.entities[name].fields}
            found = self._made[name] = EntityAccess((RowRule("all"),), cells)
        return found


class Policies:
    """The policies of one catalog version, by set of roles."""

    def __init__(self, catalog: Catalog, formulas: Formulas) -> None:
        self._catalog = catalog
        self._formulas = formulas
        self._made: dict[tuple[frozenset[str], bool, bool], Policy] = {}
        self.system = SystemAccess(catalog)

    def of(self, actor: Actor) -> "Policy | SystemAccess":
        """The rights of an actor."""
        if actor.is_system:
            return self.system
        key = (actor.roles, actor.has_shares, actor.colleagues is not None)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Policy(
                self._catalog, self._formulas, actor.roles, has_shares=key[1], knows_colleagues=key[2]
            )
        return found

    def may(self, actor: Actor, entity: str, action: str) -> bool:
        """Whether the actor may do the action on some record of the entity; token scopes narrow it."""
        if not scope_allows(actor, action):
            return False
        policy = self.of(actor)
        return policy.may(entity, action) if isinstance(policy, Policy) else True

    def has_ability(self, actor: Actor, ability: str) -> bool:
        """Whether the actor holds a right without an entity."""
        policy = self.of(actor)
        return ability in policy.abilities if isinstance(policy, Policy) else True


READ_ACTIONS = frozenset({"read", "export"})


def scope_allows(actor: Actor, action: str) -> bool:
    """Whether a token's scopes let an action through; a signed-in person has no scopes to narrow him."""
    if actor.scopes is None:
        return True
    if action in READ_ACTIONS:
        return bool(actor.scopes & {"read", "write", "admin"})
    if action == "import":
        return bool(actor.scopes & {"import", "write", "admin"})
    return bool(actor.scopes & {"write", "admin"})


def within_import(actor: Actor) -> Actor:
    """The actor inside an import whose door he came through.

    A token made for imports alone may there look up, create and change what its user may, and nowhere else.
    """
    if actor.scopes is None or "import" not in actor.scopes:
        return actor
    return replace(actor, scopes=actor.scopes | {"write"})


def not_allowed(action: str, entity: str) -> NotAllowed:
    """The refusal of an action on an entity."""
    return refused_action(action, entity)
