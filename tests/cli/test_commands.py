"""Commands as people type them: plain results, faults in words on the error stream, exit codes, never a traceback."""

import json
from pathlib import Path

import pytest

from loomwork.cli.server import own_address
from tests.support.commands import Run, type_command
from tests.support.running import LIBRARY


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOMWORK_APPS", str(LIBRARY))
    monkeypatch.delenv("LOOMWORK_DATABASE_URL", raising=False)
    monkeypatch.delenv("LOOMWORK_SECRET_KEY", raising=False)
    return type_command


def test_help_says_what_there_is(run: Run) -> None:
    shown = run("--help").output
    for word in (
        "init",
        "serve",
        "worker",
        "seed",
        "doctor",
        "app",
        "metadata",
        "versions",
        "backup",
        "restore",
        "import",
        "user",
        "token",
    ):
        assert f"  {word} " in shown, word
    for words in (
        ("serve",),
        ("app", "lint"),
        ("user", "add"),
        ("token", "create"),
        ("import",),
        ("metadata", "export"),
    ):
        assert run(*words, "--help").exit_code == 0


def test_an_installation_is_prepared_twice_without_harm(run: Run) -> None:
    for _ in range(2):
        result = run("init")
        assert (result.exit_code, "ready: " in result.output) == (0, True)
    assert "Start of the server" in run("versions").output


def test_a_user_and_a_token_are_made_and_shown_once(run: Run) -> None:
    added = run("user", "add", "ann@example.com", "--name", "Ann", "--role", "lib.member")
    assert added.exit_code == 0
    assert "password: " in added.output
    token = run("token", "create", "--user", "ANN@example.com", "--scope", "read")
    assert (token.exit_code, token.output.startswith("lwt_")) == (0, True)
    twice = run("user", "add", "Ann@Example.com", "--name", "Ann")
    assert (twice.exit_code, "error[email_taken]" in twice.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("user", "add", "nobody", "--name", "X"), 1, "not an e-mail address"),
        (("user", "add", "a@example.com", "--name", "X", "--role", "lib.membr"), 1, 'did you mean "lib.member"?'),
        (("user", "add", "a@example.com", "--name", "X", "--password", "short"), 1, "10 to 200 characters"),
        (("user", "add", "a@example.com"), 2, "--name"),
        (("token", "create", "--user", "ghost@example.com"), 1, "nobody signs in with ghost@example.com"),
        (("token", "create", "--user", "a@example.com", "--scope", "root"), 2, "root"),
        (("app", "lint", "/nowhere"), 2, "does not exist"),
        (("app", "new", "Bad-Name", "--namespace", "foo"), 1, "cannot be the name of an app"),
        (("app", "new", "fine", "--namespace", "X"), 1, "cannot be a namespace"),
        (("import", "/nowhere.csv", "--entity", "lib.book", "--mapping", "x"), 2, "does not exist"),
        (("serve", "--port", "99999"), 2, "99999"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_a_fault_is_a_sentence_and_a_code(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    result = run(*words)
    assert (result.exit_code, said in result.output) == (code, True), result.output


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOOMWORK_POOL_SIZE", "0", "LOOMWORK_POOL_SIZE must be"),
        ("LOOMWORK_DATABASE_URL", "mysql://x", "LOOMWORK_DATABASE_URL must begin with"),
        ("LOOMWORK_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/x", "cannot be reached"),
        ("LOOMWORK_SECRET_KEY", "short", "fewer than 32"),
        ("LOOMWORK_APPS", "/nowhere/at/all", "error"),
    ],
)
def test_an_unfit_environment_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    result = run("init")
    assert result.exit_code in (1, 3)
    assert said in result.output


def test_doctor_hides_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOMWORK_SECRET_KEY", "canary-" * 6)
    monkeypatch.setenv("LOOMWORK_SMTP_URL", "smtp://user:canary@127.0.0.1:25")
    result = run("doctor")
    assert result.exit_code == 0
    assert "canary" not in result.output
    assert "database: sqlite, reachable" in result.output


def test_a_new_app_is_clean_and_its_plan_changes_nothing(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "garden"
    assert run("app", "new", str(folder), "--namespace", "gar").exit_code == 0
    linted = run("app", "lint", str(folder))
    assert (linted.exit_code, "warning" in linted.output) == (0, False), linted.output
    planned = run("app", "plan", str(folder))
    assert (planned.exit_code, "gar__item" in planned.output) == (0, True)
    assert "gar__item" in run("app", "plan", str(folder)).output
    assert run("app", "new", str(folder), "--namespace", "gar").exit_code == 1


def test_lint_prints_every_fault_with_place_and_way_out(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "garden"
    run("app", "new", str(folder), "--namespace", "gar")
    file = folder / "entities" / "item.json"
    body = json.loads(file.read_text())
    body["fields"]["note"]["type"] = "long_txt"
    body["colour"] = "reed"
    file.write_text(json.dumps(body))
    result = run("app", "lint", str(folder))
    assert result.exit_code == 1
    assert result.output.count("error[") >= 2
    assert 'did you mean "long_text"?' in result.output
    assert "entities/item.json" in result.output


def test_exporting_metadata_twice_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert run("metadata", "export", str(one)).exit_code == 0
    assert run("metadata", "export", str(two)).exit_code == 0
    files = sorted(path.relative_to(one) for path in one.rglob("*.json"))
    assert len(files) >= 40
    assert all((one / path).read_bytes() == (two / path).read_bytes() for path in files)
    assert run("metadata", "export", str(one)).exit_code == 1


def test_an_import_reports_and_refuses_whole(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("title,pages\nA,1\nB,2\n", encoding="utf-8")
    bad.write_text("title,pages\nC,1\nD,many\n", encoding="utf-8")
    dry = run("import", str(good), "--entity", "lib.book", "--dry-run")
    assert (dry.exit_code, "checked: 2 rows, 2 created" in dry.output) == (0, True), dry.output
    done = run("import", str(good), "--entity", "lib.book")
    assert (done.exit_code, "done: 2 rows, 2 created" in done.output) == (0, True), done.output
    refused = run("import", str(bad), "--entity", "lib.book")
    assert refused.exit_code == 1
    assert "row 3, pages" in refused.output


def test_demo_accounts_are_printed_again_and_follow_the_password_that_is_set(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loomwork.cli.demo import FILE, seed_demo_accounts
    from loomwork.cli.start import started

    run("user", "add", "ann@example.com", "--name", "Ann", "--password", "correct horse battery")
    kept = {"accounts": [{"email": "ann@example.com", "name": "Ann", "role": "Member"}], "password": "made up once"}
    file = tmp_path / "home" / FILE
    file.write_text(json.dumps(kept), encoding="utf-8")
    shown = run("seed", "demo")
    assert (shown.exit_code, "Password of all: made up once" in shown.output) == (1, True)
    monkeypatch.setenv("LOOMWORK_DEMO_PASSWORD", "another one 2026")
    assert "Password of all: another one 2026" in run("seed", "demo").output
    assert json.loads(file.read_text(encoding="utf-8"))["password"] == "another one 2026"
    file.write_text("{broken", encoding="utf-8")
    assert "Password" not in run("seed", "demo").output
    with started() as rt:
        assert not seed_demo_accounts(rt)


def test_an_app_without_a_demo_says_so(run: Run) -> None:
    result = run("seed", "demo")
    assert result.exit_code == 1
    assert "demo" in result.output


def test_what_an_installation_writes_is_for_its_owner_alone(run: Run, tmp_path: Path) -> None:
    run("init")
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"loomwork.db", "secret.key"}
    assert [path for path in files if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:9000"), ("0.0.0.0", "http://127.0.0.1:9000"), ("::", "http://[::1]:9000")],
)
def test_links_in_mails_lead_to_the_port_that_is_served(host: str, address: str) -> None:
    assert own_address(host, 9000) == address
