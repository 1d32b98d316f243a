"""Links that let a person in: by mail where a mail server is configured, else handed to whoever looks after people.

A link that is shown never lies in the outbox, and one that is mailed is never shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from loomwork.core.clock import to_rfc3339
from loomwork.core.errors import Conflict, Detail, InvalidInput
from loomwork.permissions.actor import Actor, system_actor
from loomwork.records.around import administrators
from loomwork.storage.access_log import note_access
from loomwork.storage.database import Work
from loomwork.web.auth import links, mails, people

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

FIELDS = ("name", "email", "unit", "language")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a link: `path` to hand on, empty when it goes out by mail to `email`."""

    user_id: str
    email: str
    path: str

    def as_json(self, public_url: str) -> dict[str, Any]:
        """Wire form: `{id, email, mailed, link}`."""
        link = f"{public_url}{self.path}" if self.path else None
        return {"id": self.user_id, "email": self.email, "mailed": not self.path, "link": link}


def invite_new(rt: "Runtime", work: Work, actor: Actor, given: Mapping[str, Any]) -> Sent:
    """Make a user with roles under the actor's own rights, and invite him.

    Shapes: `given` holds `name`, `email`, `unit` (id), `language` and `roles` (qualified names).
    Raises: InvalidInput for values and keys; NotAllowed; Conflict `email_taken`.
    """
    roles = _roles(given)
    values = {name: given[name] for name in FIELDS if given.get(name)}
    email = str(values.get("email", ""))
    if email and people.find_by_email(rt, work, email) is not None:
        message = "somebody signs in with this address already"
        raise Conflict(message, code="email_taken", details=[Detail("email", "email_taken", message)])
    made = rt.records.create(work, actor, people.USER, values)
    # Everybody owns his own record, so that he may keep his profile.
    service = system_actor("invitation", on_behalf_of=actor.user_id)
    rt.records.update(work, service, people.USER, made["id"], {"owner_id": made["id"]}, made["row_version"])
    for role in roles:
        rt.records.create(work, actor, people.ASSIGNMENT, {"user": made["id"], "role": role})
    return invite(rt, work, actor, str(made["id"]))


def _roles(given: Mapping[str, Any]) -> list[str]:
    unknown = sorted(set(given) - {*FIELDS, "roles"})
    if unknown:
        message = f'there is no "{unknown[0][:80]}" here'
        raise InvalidInput(message, code="unknown_key", details=[Detail(unknown[0], "unknown_key", message)])
    roles = given.get("roles") or []
    if not isinstance(roles, list) or not all(isinstance(one, str) for one in roles):
        message = "roles: expected a list of names"
        raise InvalidInput(message, code="type", details=[Detail("roles", "type", message)])
    return list(dict.fromkeys(roles))


def invite(rt: "Runtime", work: Work, actor: Actor, user_id: str) -> Sent:
    """Send a person a link with which he chooses his password; an earlier link stops working.

    Raises: NotFound; Conflict `inactive`.
    """
    sent = _send(rt, work, actor, user_id, "invite")
    service = replace(system_actor("invitation", on_behalf_of=actor.user_id), request_id=actor.request_id)
    row = rt.query.get(work, service, people.USER, user_id, ("id",))
    change = {"invited_at": to_rfc3339(work.now.replace(microsecond=0))}
    rt.records.update(work, service, people.USER, user_id, change, row["row_version"], by_service=True)
    return sent


def reset(rt: "Runtime", work: Work, actor: Actor, user_id: str) -> Sent:
    """Send a person a link with which he chooses a new password; the old one works until then.

    Raises: NotFound; Conflict `inactive`.
    """
    sent = _send(rt, work, actor, user_id, "reset")
    about = {"way": "shown" if sent.path else "mailed"}
    note_access(work, actor=actor.user_id, entity=people.USER, record_id=user_id, verb="reset_sent", about=about)
    return sent


def _send(rt: "Runtime", work: Work, actor: Actor, user_id: str, purpose: str) -> Sent:
    person = people.get(rt, work, user_id)
    # The link lets whoever holds it in as that person.
    administrators.check_abilities(rt.program, actor, administrators.abilities_given(rt.program, work, user_id))
    if not person.is_active:
        raise Conflict("this person's account is switched off", code="inactive")
    if rt.settings.smtp_url:
        mails.enqueue(work, user_id, purpose)
        return Sent(user_id, person.email, "")
    return Sent(user_id, person.email, f"{mails.PAGES[purpose]}/{links.create(work, user_id, purpose)}")
