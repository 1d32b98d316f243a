"""Mail against a real SMTP server in the same process, and into the folder."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from loomwork.core.errors import InvalidInput, TryAgain
from loomwork.core.settings import BadSettings, load_settings
from loomwork.outbound import FolderMailer, Mail, MailRefused, SmtpMailer, build_message, mailer_for
from tests.support.servers import free_port


class Inbox:
    """A receiving server that keeps what it gets, or answers with a status of its own."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library names it
        if self.answer.startswith("250"):
            self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    handler = Inbox()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


MAIL = Mail(to=("li@example.com",), subject="重置密码", text="打开这个链接", html="<p>打开这个链接</p>", key="job-7")


def test_a_mail_arrives_with_chinese_text_in_both_forms(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    message_id = SmtpMailer(url, "loom@example.com").send(MAIL)
    [got] = handler.received
    assert got["Subject"] == "重置密码"
    assert got["Message-ID"] == message_id
    assert got.get_body(("plain",)).get_content().strip() == "打开这个链接"  # type: ignore[union-attr]
    assert "<p>" in got.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_the_same_key_gives_the_same_message_id_on_every_try() -> None:
    first, second = (build_message(MAIL, "loom@example.com")["Message-ID"] for _ in range(2))
    other = build_message(Mail(to=MAIL.to, subject="x", text="x", key="job-8"), "loom@example.com")["Message-ID"]
    assert first == second != other


@pytest.mark.parametrize(("answer", "fault"), [("550 no such user", MailRefused), ("451 later", TryAgain)])
def test_a_refusal_for_good_is_told_from_a_passing_one(
    inbox: tuple[Inbox, str], answer: str, fault: type[Exception]
) -> None:
    handler, url = inbox
    handler.answer = answer
    with pytest.raises(fault) as raised:
        SmtpMailer(url, "loom@example.com").send(MAIL)
    assert "no such user" not in str(raised.value)


def test_a_server_that_is_not_there_can_be_tried_again() -> None:
    with pytest.raises(TryAgain):
        SmtpMailer(f"smtp://127.0.0.1:{free_port()}", "loom@example.com").send(MAIL)


@pytest.mark.parametrize(
    "bad",
    [
        Mail(to=("a@example.com\r\nBcc: all@example.com",), subject="s", text="t"),
        Mail(to=("a@example.com",), subject="s\r\nBcc: all@example.com", text="t"),
        Mail(to=("a@example.com",), subject="s", text="t", reply_to="x\n@example.com"),
        Mail(to=("nobody",), subject="s", text="t"),
        Mail(to=(), subject="s", text="t"),
        Mail(to=tuple(f"a{n}@example.com" for n in range(51)), subject="s", text="t"),
    ],
)
def test_headers_cannot_be_added_through_values(bad: Mail) -> None:
    with pytest.raises(InvalidInput):
        build_message(bad, "loom@example.com")


def test_without_a_server_mails_are_kept_as_files_only_the_owner_reads(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "outbox", "loom@example.com")
    mailer.send(MAIL)
    mailer.send(MAIL)
    [file] = (tmp_path / "outbox").glob("*.eml")
    assert file.stat().st_mode & 0o077 == 0
    assert email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["Subject"] == "重置密码"
    assert [p for p in (tmp_path / "outbox").iterdir() if p.suffix != ".eml"] == []


def test_a_folder_that_cannot_be_written_is_a_clear_fault(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(TryAgain, match="outbox folder"):
        FolderMailer(tmp_path / "outbox", "loom@example.com").send(MAIL)


def test_the_configuration_chooses_the_way_out(tmp_path: Path) -> None:
    home = {"LOOMWORK_HOME": str(tmp_path)}
    assert isinstance(mailer_for(load_settings(home)), FolderMailer)
    mailer = mailer_for(load_settings({**home, "LOOMWORK_SMTP_URL": "smtp://u:geheim@127.0.0.1:2525"}))
    assert isinstance(mailer, SmtpMailer)
    assert "geheim" not in repr(mailer)
    with pytest.raises(BadSettings):
        mailer_for(load_settings({**home, "LOOMWORK_SMTP_URL": "smtp://host:port"}))


def test_a_password_never_goes_over_an_open_line(inbox: tuple[Inbox, str], monkeypatch: pytest.MonkeyPatch) -> None:
    _, url = inbox
    monkeypatch.setattr("loomwork.outbound.mail._LOOPBACK", ())
    with pytest.raises(MailRefused, match="encryption"):
        SmtpMailer(url.replace("//", "//user:secret@"), "loom@example.com").send(MAIL)
