"""The one who acts. Fixed where the request comes in, passed down as a value, never a global, never absent."""

from dataclasses import dataclass, field
from typing import Any

from loomwork.core.errors import NotSignedIn
from loomwork.expressions.env import UserContext


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Whose records the row rules `unit`, `unit_and_below` and `team` give; the actor himself is in each."""

    unit: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[str, ...]:
        """The owners whose records a row rule of this kind gives."""
        return {"unit": self.unit, "unit_and_below": self.below, "team": self.teams}[kind]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a token's holder, or a named service of the platform.

    Shapes: `roles` are qualified role names; `unit_ids` are the own unit and all below; `scopes` is None for a
    signed-in person, else what the token may do (`read`, `write`, `import`, `metadata`, `admin`);
    `is_system` is set only by `system_actor`, which names its reason and is written to the audit.
    """

    user_id: str
    name: str
    roles: frozenset[str] = frozenset()
    unit_id: str | None = None
    unit_ids: tuple[str, ...] = ()
    team_ids: tuple[str, ...] = ()
    language: str = "en"
    zone: str = "UTC"
    scopes: frozenset[str] | None = None
    on_behalf_of: str = ""
    is_system: bool = False
    source: str = "api"
    request_id: str = field(default="", compare=False)
    extras: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    has_shares: bool = True
    """Whether any record may be shared with him; False leaves the question out of every statement."""
    colleagues: Colleagues | None = None
    """Read ahead, so that statements bind their ids and indexes serve; None lets each statement look them up."""

    @property
    def principals(self) -> tuple[str, ...]:
        """Ids under which records are shared with him: his own, his unit's, his teams'."""
        own = (self.user_id, self.unit_id) if self.unit_id else (self.user_id,)
        return (*own, *self.team_ids)

    def context(self) -> UserContext:
        """The actor as formulas see him."""
        return UserContext(self.user_id, self.unit_id, self.unit_ids, self.team_ids, tuple(sorted(self.roles)))


SYSTEM_ID = "00000000-0000-7000-8000-000000000000"


def system_actor(reason: str, *, on_behalf_of: str = "") -> Actor:
    """A named service of the platform with every right; `reason` goes into the audit (`seed`, `roll-up`)."""
    return Actor(SYSTEM_ID, f"system:{reason}", on_behalf_of=on_behalf_of, is_system=True, source="system")


def require(actor: Actor | None) -> Actor:
    """The actor, or a refusal: no actor never means "no checks".

    Raises: NotSignedIn.
    """
    if not isinstance(actor, Actor):
        raise NotSignedIn("sign in first")
    return actor


def binds(actor: Actor, dialect: str) -> dict[str, Any]:
    """The actor's values for row rules in SQL; lists as JSON text on SQLite, as arrays on PostgreSQL."""
    from loomwork.core.jsonio import canonical

    lists = {"a_units": actor.unit_ids, "a_teams": actor.team_ids, "a_principals": actor.principals}
    if actor.colleagues is not None:
        known = actor.colleagues
        lists |= {"a_owners_unit": known.unit, "a_owners_below": known.below, "a_owners_team": known.teams}
    packed = {key: canonical(list(value)) if dialect == "sqlite" else list(value) for key, value in lists.items()}
    return {"a_user": actor.user_id, "a_unit": actor.unit_id, **packed}
