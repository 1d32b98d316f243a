"""Mail: one message form, two ways out. With `LOOMWORK_SMTP_URL` by SMTP, else as `.eml` files in the home folder.

The message id is made from the caller's key, so that a message sent twice after a crash can be told apart by the
receiving server. Delivery is at least once; a refusal that will not pass by itself is told apart from one that may.
"""

import hashlib
import os
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from loomwork.core.clock import now_utc
from loomwork.core.errors import InvalidInput, PlatformError, TryAgain
from loomwork.core.settings import BadSettings, Settings

CONNECT_TIMEOUT_S = 10
MAX_RECIPIENTS = 50
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MailRefused(PlatformError):
    """The mail server refuses the message for good; trying again would not help."""

    default_code = "mail_refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message.

    Shapes: `to` are plain addresses (`ann@example.com`); `key` is the sender's idempotency key, the same on every try.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    key: str = ""
    reply_to: str = ""


class Mailer(Protocol):
    """Sends a mail, or raises."""

    def send(self, mail: Mail) -> str:
        """Hand the message over; returns its message id.

        Raises: MailRefused when it will never go, TryAgain when it may go later, InvalidInput for a bad address.
        """


def build_message(mail: Mail, sender: str) -> EmailMessage:
    """The MIME message of a mail, headers checked.

    Raises: InvalidInput `mail_address` for an address that is none, `mail_header` for a line break in a header.
    """
    if not mail.to or len(mail.to) > MAX_RECIPIENTS:
        raise InvalidInput(f"a mail goes to 1 to {MAX_RECIPIENTS} addresses", code="mail_address")
    if any(mark in mail.subject for mark in "\r\n\0"):
        raise InvalidInput("the subject holds a line break", code="mail_header")
    message = EmailMessage()
    message["From"] = _address(sender)
    message["To"] = tuple(_address(one) for one in mail.to)
    if mail.reply_to:
        message["Reply-To"] = _address(mail.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now_utc())
    message["Message-ID"] = _message_id(mail, sender)
    # Out-of-office robots leave messages alone that say they come from a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _address(text: str) -> Address:
    try:
        if any(ord(mark) < 32 for mark in text):
            raise ValueError("control character")
        found = Address(addr_spec=text)
        if not found.domain:
            raise ValueError("no domain")
        return found
    except (ValueError, IndexError) as fault:
        raise InvalidInput(f"{text!r} is not a mail address", code="mail_address") from fault


def _message_id(mail: Mail, sender: str) -> str:
    seed = mail.key or os.urandom(16).hex()
    digest = hashlib.sha256(f"{seed}\0{','.join(mail.to)}".encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2] or 'localhost'}>"


class FolderMailer:
    """Keeps mails as files: for installations without a mail server, and for people who try the product out."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, mail: Mail) -> str:
        """Write the message to `<folder>/<digest>.eml`, readable by the owner alone; the same key writes one file."""
        message = build_message(mail, self._sender)
        name = message["Message-ID"].strip("<>").split("@")[0]
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._folder / f".{name}.part"
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.as_bytes())
            part.replace(self._folder / f"{name}.eml")
        except OSError as fault:
            raise TryAgain(
                f"the mail cannot be written to the outbox folder: {fault.strerror}", code="mail_disk"
            ) from fault
        return str(message["Message-ID"])


class SmtpMailer:
    """Hands mails to one SMTP server.

    Shapes: `url` is `smtp://user:password@host:port` (STARTTLS where the server offers it) or `smtps://…` (TLS at
    once). A password goes over an unencrypted line to the loopback address only.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as fault:
            raise BadSettings(f"LOOMWORK_SMTP_URL: {fault}") from fault
        if not parts.hostname:
            raise BadSettings("LOOMWORK_SMTP_URL names no host")
        self._is_tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = port or (465 if self._is_tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender

    def __repr__(self) -> str:
        return f"SmtpMailer({self._host}:{self._port})"

    def send(self, mail: Mail) -> str:
        """Connect, hand over, quit."""
        message = build_message(mail, self._sender)
        try:
            with self._connect() as server:
                server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as fault:
            raise _refusal(fault) from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise TryAgain(
                f"the mail server does not answer: {type(fault).__name__}", code="mail_unreachable"
            ) from fault
        return str(message["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        # The name in the greeting is asked of the machine once per connection; a slow resolver must not hold a worker.
        name = socket.gethostname() or "localhost"
        server: smtplib.SMTP
        if self._is_tls:
            server = smtplib.SMTP_SSL(
                self._host, self._port, local_hostname=name, timeout=CONNECT_TIMEOUT_S, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, local_hostname=name, timeout=CONNECT_TIMEOUT_S)
        try:
            server.ehlo_or_helo_if_needed()
            is_safe = self._is_tls or self._host in _LOOPBACK
            if not self._is_tls and server.has_extn("starttls"):
                server.starttls(context=context)
                is_safe = True
            if self._user:
                if not is_safe:
                    raise MailRefused(
                        "the mail server offers no encryption; the password is not sent", code="mail_unsafe"
                    )
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server


def _refusal(fault: smtplib.SMTPException) -> PlatformError:
    """A reply of the 500s is final, one of the 400s may pass (RFC 5321 §4.2.1); the server's own words stay inside."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in fault.recipients.values()]
    else:
        codes = [fault.smtp_code] if isinstance(fault, smtplib.SMTPResponseException) else []
    shown = ", ".join(str(code) for code in sorted(set(codes)))
    if codes and all(code >= 500 for code in codes):
        return MailRefused(f"the mail server refuses the message ({shown})")
    return TryAgain(f"the mail server asks to come back later ({shown})", code="mail_later")


def mailer_for(settings: Settings) -> Mailer:
    """The mailer that the configuration asks for.

    Raises: BadSettings for an address of the mail server that cannot be used.
    """
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, settings.mail_from)
    return FolderMailer(settings.home / "outbox", settings.mail_from)
