"""The flows of sign-in: first set-up, in, out, change of password, one-time links. Pages and the API are thin over it."""

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from loomwork.core.clock import to_rfc3339
from loomwork.core.errors import Conflict, Detail, InvalidInput, NotAllowed, NotSignedIn, PlatformError
from loomwork.permissions.actor import SYSTEM_ID, system_actor
from loomwork.storage.database import Work
from loomwork.web.auth import links, mails, passwords, people, sessions, throttle, tokens
from loomwork.web.auth.identity import Identities, Identity
from loomwork.web.auth.tables import CREDENTIAL
from loomwork.web.company import save_company

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

SEEN_STEP = timedelta(hours=1)
"""How exactly the last sign-in is kept: each new instant is a change in the person's history."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """From where somebody tries: the address that counts for the throttle, and what the browser calls itself."""

    address: str
    agent: str = ""

    @property
    def network(self) -> str:
        """What the throttle takes for one place: of IPv6 the network of 64 bits, all of which one household owns."""
        try:
            found = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if not isinstance(found, ipaddress.IPv6Address):
            return self.address
        return str(found.ipv4_mapped or ipaddress.ip_network((found.packed, 64), strict=False))

    @property
    def is_loopback(self) -> bool:
        """Whether the person sits at the server itself."""
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Start:
    """What the first set-up asks beside the first user: the company's name, and the language that was chosen."""

    company: str = ""
    language: str = ""


class SignIn:
    """Who may come in, and how he proves it."""

    def __init__(self, rt: "Runtime", identities: Identities) -> None:
        self._rt = rt
        self._identities = identities
        self._is_set_up = False
        passwords.prepare()
        self.setup_code = secrets.token_urlsafe(12)
        """Printed at start while there is no user; needed from other machines only."""

    # -- first run ---------------------------------------------------------------------------------------------------
    def needs_setup(self) -> bool:
        """Whether nobody can sign in yet, because there is no user at all."""
        if not self._is_set_up:
            with self._rt.read() as work:
                self._is_set_up = people.exist(work)
        return not self._is_set_up

    def set_up(
        self, visitor: Visitor, *, code: str, name: str, email: str, password: str, start: Start | None = None
    ) -> str:
        """Make the administrator; returns his session's secret.

        Raises: Conflict `already_set_up`; NotAllowed `setup_code` from another machine without the printed code;
        InvalidInput for the values.
        """
        if not self.needs_setup():
            raise Conflict("the first user exists already; sign in", code="already_set_up")
        if not visitor.is_loopback:
            throttle.count_try(self._rt.database, (throttle.key_of("setup", visitor.network),))
            if not hmac.compare_digest(code.encode(), self.setup_code.encode()):
                raise NotAllowed("the set-up code is not the one that the server printed", code="setup_code")
        passwords.check_strength(password, about=(name, email))
        stored = passwords.hash_password(password)
        with self._rt.write() as work:
            if people.exist(work):
                raise Conflict("the first user exists already; sign in", code="already_set_up")
            begun = start or Start()
            save_company(self._rt, work, begun.company, begun.language)
            roles = people.administrator_roles(self._rt)
            user_id = people.create(self._rt, work, name=name, email=email, roles=roles, reason="set-up")
            self._keep_language(work, user_id, begun.language)
            store_password(work, user_id, stored)
            note_arrival(self._rt, work, user_id)
            secret = sessions.create(work, user_id, address=visitor.address, agent=visitor.agent)
        self._is_set_up = True
        return secret

    def _keep_language(self, work: Work, user_id: str, language: str) -> None:
        """Go on in the language in which the first user has begun."""
        if language:
            service = system_actor("set-up")
            row = self._rt.query.get(work, service, people.USER, user_id, ("id",))
            self._rt.records.update(work, service, people.USER, user_id, {"language": language}, row["row_version"])

    # -- in and out --------------------------------------------------------------------------------------------------
    def sign_in(self, visitor: Visitor, email: str, password: str) -> str:
        """Check a password; returns the new session's secret.

        Raises: NotSignedIn `wrong_password`, in the same words and after the same time for an unknown address, a
        wrong password and an account that is switched off; TooMany.
        """
        keys = (throttle.key_of("account", email.strip().casefold()), throttle.key_of("address", visitor.network))
        throttle.count_try(self._rt.database, keys)
        with self._rt.read() as work:
            person = people.find_by_email(self._rt, work, email)
            # Somebody who is not there is looked for as far as somebody who is.
            found = find_password(work, person.id if person is not None else SYSTEM_ID)
            stored = found if person is not None and person.is_active else None
        if not passwords.verify(stored, password) or person is None or stored is None:
            raise NotSignedIn("the address or the password is wrong", code="wrong_password")
        fresh = passwords.hash_password(password) if passwords.needs_rehash(stored) else None
        with self._rt.write() as work:
            if fresh is not None:
                store_password(work, person.id, fresh)
            note_arrival(self._rt, work, person.id)
            secret = sessions.create(work, person.id, address=visitor.address, agent=visitor.agent)
        throttle.forgive(self._rt.database, keys)
        return secret

    def sign_out(self, identity: Identity) -> None:
        """End the session; its cookie never works again."""
        with self._rt.write() as work:
            sessions.revoke(work, digests=[identity.digest])
        self._identities.forget()

    # -- passwords ---------------------------------------------------------------------------------------------------
    def change_password(self, identity: Identity, visitor: Visitor, *, old: str, new: str) -> str:
        """Replace the password; every session of the person ends, and a new one begins here. Returns its secret.

        Raises: InvalidInput `wrong_old_password`, `password`; TooMany.
        """
        user_id = identity.actor.user_id
        keys = (throttle.key_of("account", user_id),)
        throttle.count_try(self._rt.database, keys)
        with self._rt.read() as work:
            stored = find_password(work, user_id)
            person = people.get(self._rt, work, user_id)
        if not passwords.verify(stored, old):
            message = "the present password is wrong"
            raise InvalidInput(
                message, code="wrong_old_password", details=[Detail("old_password", "wrong_old_password", message)]
            )
        passwords.check_strength(new, about=(person.name, person.email))
        throttle.forgive(self._rt.database, keys)
        return self._replace_password(user_id, new, visitor)

    def request_reset(self, visitor: Visitor, email: str) -> None:
        """Have a reset link sent if the address belongs to an active person. Tells nothing about whether it does.

        A mail to nobody waits like any other and is dropped by the worker, so that both requests do the same.
        Raises: TooMany.
        """
        keys = (throttle.key_of("reset", email.strip().casefold()), throttle.key_of("reset-address", visitor.network))
        throttle.count_try(self._rt.database, keys)
        with self._rt.write() as work:
            person = people.find_by_email(self._rt, work, email)
            mails.enqueue(work, person.id if person is not None and person.is_active else SYSTEM_ID, "reset")

    def link_owner(self, secret: str, purpose: str) -> people.Person:
        """Whose link this is; the link stays usable.

        Raises: NotFound `link`.
        """
        with self._rt.read() as work:
            return people.get(self._rt, work, links.find_user(work, secret, purpose))

    def set_password_by_link(self, visitor: Visitor, secret: str, purpose: str, new: str) -> str:
        """Use a link up and set a password; every session of the person ends, and one begins here.

        Raises: NotFound `link`; InvalidInput `password`.
        """
        person = self.link_owner(secret, purpose)
        passwords.check_strength(new, about=(person.name, person.email))
        return self._replace_password(person.id, new, visitor, link=(secret, purpose))

    def _replace_password(self, user_id: str, new: str, visitor: Visitor, link: tuple[str, str] | None = None) -> str:
        stored = passwords.hash_password(new)
        with self._rt.write() as work:
            if link is not None:
                links.use(work, *link)
            store_password(work, user_id, stored)
            sessions.revoke(work, user_id=user_id)
            links.revoke_of(work, user_id)
            note_arrival(self._rt, work, user_id)
            secret = sessions.create(work, user_id, address=visitor.address, agent=visitor.agent)
        self._identities.forget()
        return secret

    # -- ending ------------------------------------------------------------------------------------------------------
    def end_everything(self, work: Work, user_id: str) -> None:
        """End all sessions, tokens and links of a person; the memory of this process is cleared on commit."""
        sessions.revoke(work, user_id=user_id)
        tokens.revoke_of(work, user_id)
        links.revoke_of(work, user_id)
        work.after_commit.append(self._identities.forget)


def note_arrival(rt: "Runtime", work: Work, user_id: str) -> None:
    """Keep with the person's record that he is in, and about when he was last. It never keeps anybody out."""
    service = system_actor("sign-in")
    row = rt.query.get(work, service, people.USER, user_id, ("joined_at", "last_seen_at"))
    now = to_rfc3339(work.now.replace(microsecond=0))
    before = to_rfc3339((work.now - SEEN_STEP).replace(microsecond=0))
    change = {} if str(row["last_seen_at"] or "") > before else {"last_seen_at": now}
    if not row["joined_at"]:
        change["joined_at"] = now
    if not change:
        return
    try:
        with work.savepoint():
            rt.records.update(work, service, people.USER, user_id, change, row["row_version"], by_service=True)
    except PlatformError:
        return  # a record that no longer meets a rule of today, or one that another process changes at this moment


def find_password(work: Work, user_id: str) -> str | None:
    """The stored hash of a user."""
    rows = work.fetch(sa.select(CREDENTIAL.c.hash).where(CREDENTIAL.c.user_id == user_id))
    return str(rows[0][0]) if rows else None


def store_password(work: Work, user_id: str, stored: str) -> None:
    """Put a hash in the place of the old one."""
    insert = sqlite_insert if work.dialect == "sqlite" else postgres_insert
    made = insert(CREDENTIAL).values(user_id=user_id, hash=stored, changed_at=work.now_micros)
    kept = {"hash": made.excluded.hash, "changed_at": made.excluded.changed_at}
    work.execute(made.on_conflict_do_update(index_elements=[CREDENTIAL.c.user_id], set_=kept))
