"""Pages of the operator's console: tables with explicit columns, buttons that post to services. No model is exposed.

Access is denied unless the actor has the ability `operate`; it is declared on the class, checked by the guard before
any view runs, and once more by the console itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Response, request
from flask_admin import AdminIndexView, BaseView
from flask_admin import expose as flask_admin_expose

from loomwork.core.clock import from_micros, to_rfc3339
from loomwork.core.i18n import text
from loomwork.core.settings import SETTINGS
from loomwork.storage import operations, outbox
from loomwork.web import context
from loomwork.web.admin.tables import heads_of, in_order, narrowed, people
from loomwork.web.auth import sessions, tokens
from loomwork.web.auth.pages import redirect
from loomwork.web.screens.env import asset
from loomwork.web.security_access import parse_access
from loomwork.web.security_csrf import make_csrf

View = TypeVar("View", bound=Callable[..., Any])
OPERATE = parse_access("ability:operate")
MAX_ROWS = 500


def at(micros: int | None) -> str:
    """An instant for people who compare it with logs: UTC."""
    return "" if micros is None else to_rfc3339(from_micros(micros).replace(microsecond=0))


def expose(url: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """The console library's decorator, with a type."""
    return cast("Callable[[View], View]", flask_admin_expose(url, methods))


class _Operator:
    """What all pages share. The name of the attribute is the mark of `security_access`."""

    __loomwork_access__ = OPERATE

    def is_accessible(self) -> bool:
        """Deny by default: the guard has checked already, and a view that it did not reach stays closed."""
        found = context.find_identity()
        return found is not None and "operate" in found.abilities

    def inaccessible_callback(self, name: str, **_: Any) -> Any:
        """Refuse like everywhere else."""
        from loomwork.core.errors import NotAllowed

        raise NotAllowed('this needs the right "operate"', code="ability", params={"ability": "operate"})

    def show(
        self, heads: Sequence[str], rows: Sequence[Sequence[Any]], button: "Button | None" = None, **more: Any
    ) -> str:
        """A table, narrowed and sorted as the address says; a button posts the id in the first cell of its row."""
        language, page = context.language(), cast("Any", self)
        csrf = make_csrf(context.runtime().settings, context.identity().digest)
        kept = {key: value[:100] for key in ("state", "q", "record", "actor") if (value := request.args.get(key, ""))}
        query, sort = kept.get("q", ""), request.args.get("sort", "")
        shown = in_order(narrowed(rows, query), sort, len(heads))
        say = {key: text(f"admin.{key}", language) for key in ("back", "empty", "find", "clear")}
        say["shown"] = text("admin.shown", language, {"n": len(shown), "total": len(rows)})
        given = {
            "heads": heads_of([text(f"admin.head.{head}", language) for head in heads], sort, kept),
            "rows": shown,
            "button": button,
            "word": text(f"admin.{button.word}", language) if button else "",
            "csrf": csrf,
            "say": say,
            "title": text("admin.title", language),
            "page": text(f"admin.{page.endpoint.removeprefix('console_')}", language, default=page.name),
            "names": {one.get_url(): self._menu_name(one, language) for one in page.admin.menu()},
            "language": language,
            "css": asset("screens.css"),
            "query": query,
            "kept": [(key, value) for key, value in kept.items() if key != "q"],
            "tabs": (),
            **more,
        }
        return cast("str", page.render("console/table.html", **given))

    @staticmethod
    def _menu_name(item: Any, language: str) -> str:
        """An entry of the menu in the reader's language; the library knows that of the installation only."""
        key = str(item.get_url()).rstrip("/").rpartition("/")[2]
        return text("admin.home" if key == "operate" else f"admin.{key}", language, default=str(item.name))


@dataclass(frozen=True, slots=True)
class Button:
    """A button in every row: where it posts, what it says, and for which rows (by the first cell) it is there."""

    action: str
    word: str
    ids: frozenset[str] | None = None


class Home(_Operator, AdminIndexView):  # type: ignore[misc] # the library ships no types
    """Health: the database, the metadata, the jobs."""

    @expose("/")
    def index(self) -> str:
        """Figures in one table."""
        rt = context.runtime()
        with rt.database.read() as work:
            jobs = outbox.count_states(work)
            live = len(sessions.list_live(work, idle_s=context.runtime().settings.idle_minutes * 60))
        language = context.language()
        apps = ", ".join(f"{app.name} {app.version}" for app in rt.catalog.apps.values())
        figures: list[tuple[str, Any]] = [
            ("database", rt.database.dialect),
            ("entities", len(rt.catalog.entities)),
            ("apps", apps),
            ("metadata", rt.catalog.version[:16]),
            ("sessions", live),
        ]
        rows = [(text(f"admin.figure.{key}", language), value) for key, value in figures]
        name = text("admin.jobs", language)
        rows += [(f"{name}: {text(f'admin.state.{state}', language)}", number) for state, number in jobs.items()]
        return self.show(("figure", "value"), rows)


class Page(_Operator, BaseView):  # type: ignore[misc] # the library ships no types
    """A page of the console."""


class Jobs(Page):
    """The outbox: what waits, runs, is done, has died."""

    @expose("/")
    def index(self) -> str:
        """The newest jobs."""
        state, language = request.args.get("state", ""), context.language()
        with context.runtime().database.read() as work:
            found = outbox.list_jobs(work, state=state if state in outbox.STATES else "", limit=MAX_ROWS)
        tabs = [
            (f"?state={one}", text(f"admin.state.{one or 'all'}", language), one == state)
            for one in ("", *outbox.STATES)
        ]
        dead = frozenset(job.id for job in found if job.state == "dead")
        rows = [(job.id, at(job.at), job.topic, job.state, job.tries, at(job.due_at), job.fault) for job in found]
        return self.show(
            ("id", "made", "topic", "state", "tries", "due", "fault"),
            rows,
            Button(self.get_url(".retry"), "retry", dead),
            tabs=tabs,
        )

    @expose("/retry", methods=("POST",))
    def retry(self) -> Response:
        """Give a dead job new tries."""
        with context.runtime().database.write() as work:
            outbox.retry(work, request.form.get("id", ""))
        return redirect(self.get_url(".index"))


class Sessions(Page):
    """Who is signed in."""

    @expose("/")
    def index(self) -> str:
        """Live sessions of everybody."""
        with context.runtime().database.read() as work:
            found = sessions.list_live(work, idle_s=context.runtime().settings.idle_minutes * 60)
        who = people(one.user_id for one in found)
        rows = [
            (one.id, who.get(one.user_id, one.user_id), at(one.created_at), at(one.seen_at), one.address, one.agent)
            for one in found
        ]
        heads = ("id", "user", "since", "seen", "address", "browser")
        return self.show(heads, rows, Button(self.get_url(".revoke"), "revoke"))

    @expose("/revoke", methods=("POST",))
    def revoke(self) -> Response:
        """End a session."""
        with context.runtime().database.write() as work:
            sessions.revoke(work, session_id=request.form.get("id", ""))
        context.guard().identities.forget()
        return redirect(self.get_url(".index"))


class Tokens(Page):
    """Tokens of programs, never their secrets."""

    @expose("/")
    def index(self) -> str:
        """All tokens."""
        with context.runtime().database.read() as work:
            found = tokens.list_all(work)
        who = people(t.user_id for t in found)
        rows = [
            (
                t.id,
                who.get(t.user_id, t.user_id),
                t.name,
                " ".join(sorted(t.scopes)),
                at(t.created_at),
                at(t.used_at),
                at(t.expires_at),
            )
            for t in found
        ]
        heads = ("id", "user", "name", "scopes", "made", "used", "ends")
        return self.show(heads, rows, Button(self.get_url(".revoke"), "revoke"))

    @expose("/revoke", methods=("POST",))
    def revoke(self) -> Response:
        """Revoke a token."""
        with context.runtime().database.write() as work:
            tokens.revoke(work, request.form.get("id", ""))
        context.guard().identities.forget()
        return redirect(self.get_url(".index"))


class Audit(Page):
    """Who changed what and when; the values stay with the record's own history and its rights."""

    @expose("/")
    def index(self) -> str:
        """The latest writes."""
        with context.runtime().database.read() as work:
            found = operations.list_audit(
                work, record_id=request.args.get("record", ""), actor=request.args.get("actor", ""), limit=MAX_ROWS
            )
        who = people([o.actor for o in found] + [o.on_behalf_of for o in found])
        rows = [
            (
                at(o.at),
                who.get(o.actor, o.actor),
                who.get(o.on_behalf_of, o.on_behalf_of),
                o.verb,
                o.entity,
                o.record_id,
                o.source,
                o.request_id,
            )
            for o in found
        ]
        return self.show(("at", "actor", "for", "verb", "entity", "record", "source", "request"), rows)


class Versions(Page):
    """Published metadata."""

    @expose("/")
    def index(self) -> str:
        """All versions."""
        with context.runtime().database.read() as work:
            found = operations.list_versions(work, limit=MAX_ROWS)
        who = people(one.author for one in found)
        rows = [
            (one.number, one.hash[:16], at(one.published_at), who.get(one.author, one.author), one.message)
            for one in found
        ]
        return self.show(("number", "hash", "published", "by", "message"), rows)


class Configuration(Page):
    """The settings in force; secrets and addresses with passwords only as set or not."""

    @expose("/")
    def index(self) -> str:
        """One row per setting."""
        settings = context.runtime().settings
        safe = {
            "LOOMWORK_HOME": settings.home,
            "LOOMWORK_PUBLIC_URL": settings.public_url,
            "LOOMWORK_LANGUAGE": settings.language,
            "LOOMWORK_TIME_ZONE": settings.time_zone,
            "LOOMWORK_CURRENCY": context.runtime().currency,
            "LOOMWORK_MAIL_FROM": settings.mail_from,
            "LOOMWORK_LOG_LEVEL": settings.log_level,
            "LOOMWORK_POOL_SIZE": settings.pool_size,
            "LOOMWORK_PROXIES": settings.proxies,
            "LOOMWORK_IDLE_MINUTES": settings.idle_minutes,
            "LOOMWORK_SMTP_URL": "(set)" if settings.smtp_url else "",
            "LOOMWORK_REDIS_URL": "(set)" if settings.redis_url else "",
        }
        return self.show(
            ("setting", "value", "meaning"), [(one.name, safe.get(one.name, "(hidden)"), one.help) for one in SETTINGS]
        )
