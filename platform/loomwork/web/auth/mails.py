"""Mails of sign-in. What waits in the outbox is the person and the purpose; the link is made when the mail goes out.

So no secret ever lies in the outbox, and a mail that is sent twice carries a newer link that ends the older one.
"""

from typing import TYPE_CHECKING, Any

from loomwork.core.i18n import text
from loomwork.outbound import Mail, Mailer
from loomwork.storage.database import Work
from loomwork.storage.outbox import add_job
from loomwork.templates import Form, Renderer
from loomwork.web.auth import links, people
from loomwork.web.company import PRODUCT, Company, company_of

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

TOPIC = "auth.mail"
PAGES = {"reset": "/reset", "invite": "/invitation"}

FRAME = """<!doctype html>
<html lang="{{ language }}"><body style="font-family:sans-serif;color:#1f2933;line-height:1.5">
{% for line in lines %}<p>{{ line }}</p>
{% endfor %}<p><a href="{{ link }}" style="color:#4338ca">{{ button }}</a></p>
<p style="color:#52606d;font-size:13px">{{ link }}</p></body></html>
"""


def enqueue(work: Work, user_id: str, purpose: str) -> None:
    """Put a mail into the outbox, in the caller's transaction."""
    add_job(work, TOPIC, {"user_id": user_id, "purpose": purpose})


def deliver(rt: "Runtime", mailer: Mailer, job_id: str, payload: dict[str, Any]) -> None:
    """Make the link and send the mail; called by the worker, again if it fails."""
    purpose = str(payload["purpose"])
    with rt.write() as work:
        person = people.find(rt, work, str(payload["user_id"]))
        if person is None or not person.is_active:
            return
        secret = links.create(work, person.id, purpose)
    link = f"{rt.settings.public_url}{PAGES[purpose]}/{secret}"
    mailer.send(compose(person, purpose, link, company_of(rt), job_id))


def compose(person: people.Person, purpose: str, link: str, company: Company, key: str) -> Mail:
    """The mail in the person's language. The address in it comes from the configuration, never from a request."""
    language = person.language
    renderer = Renderer(language, company.zone)
    values = {"name": person.name, "email": person.email, "link": link, "company": company.name or PRODUCT}
    lines = [renderer.render(line, values) for line in text(f"auth.mail.{purpose}.text", language).split("\n") if line]
    button = text(f"auth.mail.{purpose}.button", language)
    html = renderer.render(FRAME, {"lines": lines, "link": link, "button": button, "language": language}, Form.HTML)
    subject = renderer.render(text(f"auth.mail.{purpose}.subject", language), values)
    return Mail(to=(person.email,), subject=subject, text="\n\n".join([*lines, link, ""]), html=html, key=key)
