"""Sessions, tokens, links and the throttle on both databases: secrets are hashed, time ends them, tries are counted exactly."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from loomwork.core.clock import frozen
from loomwork.core.errors import InvalidInput, NotFound, PlatformError, TooMany
from loomwork.storage.database import Database
from loomwork.storage.system_tables import PLATFORM
from loomwork.web.auth import links, sessions, throttle, tokens
from loomwork.web.auth.secret_text import digest
from loomwork.web.auth.tables import LINK, SESSION, TOKEN

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANN = "00000000-0000-7000-8000-00000000000a"
BOB = "00000000-0000-7000-8000-00000000000b"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    PLATFORM.create_all(made.engine)
    yield made
    made.dispose()


def new_session(database: Database, user: str = ANN) -> str:
    with database.write() as work:
        return sessions.create(work, user, address="10.0.0.1", agent="x" * 900)


def test_a_session_is_found_by_its_secret_and_the_secret_is_not_stored(database: Database) -> None:
    secret = new_session(database)
    with database.read() as work:
        found = sessions.find(work, digest(secret))
        stored = " ".join(str(value) for value in work.fetch(sa.select(SESSION))[0])
    assert found is not None
    assert found.user_id == ANN
    assert len(found.agent) == 200
    assert secret not in stored


@pytest.mark.parametrize(("later_s", "lives"), [(1_700, True), (1_801, False)])
def test_idleness_ends_a_session(database: Database, later_s: int, lives: bool) -> None:
    with frozen(START):
        secret = new_session(database)
    with frozen(START + timedelta(seconds=later_s)), database.read() as work:
        assert (sessions.find(work, digest(secret)) is not None) is lives


def test_age_ends_a_session_that_is_used_all_the_time(database: Database) -> None:
    with frozen(START):
        secret = new_session(database)
    for minutes in range(20, 720, 20):
        with frozen(START + timedelta(minutes=minutes)), database.write() as work:
            assert sessions.find(work, digest(secret)) is not None
            sessions.touch(work, digest(secret))
    with frozen(START + timedelta(hours=12)), database.read() as work:
        assert sessions.find(work, digest(secret)) is None


def test_sessions_are_revoked_one_by_one_and_all_but_one(database: Database) -> None:
    mine, other, foreign = new_session(database), new_session(database), new_session(database, BOB)
    with database.write() as work:
        [foreign_id] = [one.id for one in sessions.list_live(work, BOB)]
        assert sessions.revoke(work, session_id=foreign_id, user_id=ANN) == 0
        assert sessions.revoke(work) == 0
        assert sessions.revoke(work, user_id=ANN, keep=digest(mine)) == 1
        assert sessions.find(work, digest(other)) is None
        assert sessions.find(work, digest(foreign)) is not None
        assert [one.user_id for one in sessions.list_live(work)].count(ANN) == 1


def test_sweeping_takes_only_what_has_ended(database: Database) -> None:
    with frozen(START):
        new_session(database)
    with frozen(START + timedelta(minutes=40)):
        fresh = new_session(database)
        with database.write() as work:
            assert sessions.sweep(work) == 1
            assert sessions.find(work, digest(fresh)) is not None


def test_a_token_keeps_its_scopes_and_ends_on_its_day(database: Database) -> None:
    with frozen(START), database.write() as work:
        secret, token = tokens.create(work, ANN, name=" sync ", scopes=("read", "import"), days=2)
    assert secret.startswith("lwt_")
    assert (token.name, token.scopes) == ("sync", frozenset({"read", "import"}))
    with frozen(START + timedelta(days=1)), database.read() as work:
        found = tokens.find(work, digest(secret))
        assert found is not None
        assert found.scopes == token.scopes
        assert secret not in str(work.fetch(sa.select(TOKEN)))
    with frozen(START + timedelta(days=2)), database.read() as work:
        assert tokens.find(work, digest(secret)) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [
        ("", ("read",), None),
        ("x" * 101, ("read",), None),
        ("x", (), None),
        ("x", ("reed",), None),
        ("x", ("read",), 0),
        ("x", ("read",), 9999),
    ],
)
def test_a_wrong_token_is_refused_with_the_place(
    database: Database, name: str, scopes: tuple[str, ...], days: int | None
) -> None:
    with database.write() as work, pytest.raises(InvalidInput) as raised:
        tokens.create(work, ANN, name=name, scopes=scopes, days=days)
    assert raised.value.details[0].path in ("name", "scopes", "days")


def test_nobody_revokes_the_token_of_another(database: Database) -> None:
    with database.write() as work:
        secret, token = tokens.create(work, ANN, name="x", scopes=("read",))
    with database.write() as work, pytest.raises(NotFound):
        tokens.revoke(work, token.id, user_id=BOB)
    with database.write() as work:
        tokens.revoke(work, token.id, user_id=ANN)
        assert tokens.find(work, digest(secret)) is None


def test_a_link_works_once_for_its_purpose_until_its_hour(database: Database) -> None:
    with frozen(START), database.write() as work:
        old = links.create(work, ANN, "reset")
        secret = links.create(work, ANN, "reset")
        assert secret not in str(work.fetch(sa.select(LINK)))
    with frozen(START + timedelta(minutes=59)), database.write() as work:
        with pytest.raises(NotFound):
            links.find_user(work, old, "reset")
        with pytest.raises(NotFound):
            links.find_user(work, secret, "invite")
        assert links.find_user(work, secret, "reset") == ANN
        assert links.use(work, secret, "reset") == ANN
        with pytest.raises(NotFound):
            links.use(work, secret, "reset")
    with frozen(START), database.write() as work:
        late = links.create(work, ANN, "reset")
    with frozen(START + timedelta(hours=1)), database.write() as work, pytest.raises(NotFound):
        links.use(work, late, "reset")


def test_ten_tries_within_the_window_and_not_one_more(database: Database) -> None:
    keys = (throttle.key_of("account", "ann"), throttle.key_of("address", "10.0.0.1"))
    passed, waits = 0, []
    with frozen(START):
        for _ in range(30):
            try:
                throttle.count_try(database, keys)
                passed += 1
            except TooMany as fault:
                waits.append(fault.extra["retry_after_s"])
    assert passed == throttle.TRIES
    assert max(waits) <= throttle.WINDOW_S
    with frozen(START + timedelta(seconds=throttle.WINDOW_S - 1)), pytest.raises(TooMany):
        throttle.count_try(database, keys[:1])
    with frozen(START + timedelta(seconds=throttle.WINDOW_S + 1)):
        throttle.count_try(database, keys)


def test_a_colleagues_wrong_tries_keep_nobody_else_out(database: Database) -> None:
    """Many people share an address; who guesses at many accounts from one address is stopped all the same."""
    address, refused = throttle.key_of("address", "10.0.0.1"), 0
    with frozen(START):
        for _ in range(12):
            try:
                throttle.count_try(database, (throttle.key_of("account", "ann"), address))
            except TooMany:
                refused += 1
        throttle.count_try(database, (throttle.key_of("account", "bob"), address))
        assert refused == 2
        for number in range(throttle.TRIES_OF_ADDRESS - 11):
            throttle.count_try(database, (throttle.key_of("account", f"person {number}"), address))
        with pytest.raises(TooMany):
            throttle.count_try(database, (throttle.key_of("account", "eve"), address))


def test_the_window_slides_so_that_no_fifteen_minutes_hold_more_than_ten(database: Database) -> None:
    key = (throttle.key_of("account", "ann"),)
    passed: list[int] = []
    for second in range(0, 3 * throttle.WINDOW_S, 30):
        with frozen(START + timedelta(seconds=second)):
            try:
                throttle.count_try(database, key)
                passed.append(second)
            except TooMany:
                pass
    for begin in passed:
        assert sum(begin <= at < begin + throttle.WINDOW_S for at in passed) <= throttle.TRIES


def test_a_right_try_is_taken_back(database: Database) -> None:
    key = (throttle.key_of("account", "ann"),)
    for _ in range(25):
        throttle.count_try(database, key)
        throttle.forgive(database, key)
    with database.write() as work:
        assert throttle.sweep(work) == 0


def test_tries_at_the_same_time_are_all_counted(database: Database) -> None:
    key = (throttle.key_of("account", "ann"),)
    outcomes: list[str] = []
    gate = threading.Barrier(8)

    def run() -> None:
        gate.wait()
        for _ in range(4):
            try:
                throttle.count_try(database, key)
                outcomes.append("passed")
            except PlatformError as fault:
                outcomes.append(fault.code)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("passed") == throttle.TRIES
    assert outcomes.count("too_many") == 32 - throttle.TRIES
