"""The database: engine, connections, and units of work. `Work` is the only door through which SQL runs.

A write unit on SQLite begins immediate (a read-then-write transaction would fail with "locked" despite the
timeout) and DDL is transactional, because the driver's own transaction handling is switched off.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from loomwork.core.clock import now_utc, to_micros
from loomwork.core.errors import Broken, Conflict, InvalidInput, PlatformError, TryAgain
from loomwork.storage.bell import LocalBell
from loomwork.storage.sqlite_local import Watch, turn, turn_file
from loomwork.storage.statements import Params, Prepared, prepare

Row = Sequence[Any]

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-32768",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA mmap_size=268435456",
)
POSTGRES_OPTIONS = "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=60000"

WRITERS = 4
"""Threads of a process that stand before SQLite's one lock at a time; the others stay free for those who read."""
TURN_S = 1.0
BUSY_S = 5.0
"""As long as SQLite itself waits for its lock."""


class UniqueTaken(Conflict):
    """A unique index refused a row. `constraint` is the index or column list that the database named."""

    default_code = "unique"

    def __init__(self, constraint: str) -> None:
        super().__init__("already used")
        self.constraint = constraint


class Work:
    """One unit of work: a transaction with its instant. Made by `Database.read()` and `Database.write()`."""

    __slots__ = (
        "_connection",
        "_cursor",
        "_fairy",
        "_watch",
        "after_commit",
        "before_commit",
        "catalog_version",
        "database",
        "dialect",
        "is_write",
        "notes",
        "now",
        "program",
    )

    def __init__(
        self, database: "Database", fairy: PoolProxiedConnection, connection: Connection | None = None
    ) -> None:
        self.database = database
        self._fairy, self._connection = fairy, connection
        self.dialect = database.dialect
        self.is_write = connection is not None
        self.now: datetime = now_utc()
        self.catalog_version = 0
        self.program: Any = None
        self.before_commit: list[Any] = []
        """Calls that belong to the unit and run at its end; what they raise takes it back."""
        self.after_commit: list[Any] = []
        self.notes: dict[str, Any] = {}
        driver: Any = fairy.driver_connection
        self._watch: Watch | None = fairy.info.get("watch")
        if self._watch is not None:
            self._watch.rest()
        self._cursor = driver.cursor() if self.dialect == "sqlite" else _raw_cursor(driver)

    @property
    def connection(self) -> Connection:
        """The unit as SQLAlchemy knows it (DDL, inspection): made when it is asked for, reading units seldom do."""
        if self._connection is None:
            self._connection = Connection(self.database.engine, self._fairy)
        return self._connection

    @property
    def now_micros(self) -> int:
        """The instant of the unit in microseconds."""
        return to_micros(self.now)

    def rows(self, prepared: Prepared, params: Params | None = None) -> list[Row]:
        """Run a prepared statement and give its rows."""
        if self._watch is not None and not self.is_write:
            self._watch.begin()
        try:
            if prepared.is_planned_anew:
                self._cursor.execute(prepared.sql, prepared.bind(params or {}), prepare=False)
            else:
                self._cursor.execute(prepared.sql, prepared.bind(params or {}))
            return self._cursor.fetchall()  # type: ignore[no-any-return]
        except Exception as fault:
            raise self.database.translate(fault) from fault

    def run(self, prepared: Prepared, params: Params | None = None) -> int:
        """Run a prepared statement that gives no rows; the number of rows it touched."""
        try:
            self._cursor.execute(prepared.sql, prepared.bind(params or {}))
            return self._cursor.rowcount  # type: ignore[no-any-return]
        except Exception as fault:
            raise self.database.translate(fault) from fault

    def run_many(self, prepared: Prepared, params: Sequence[Params]) -> int:
        """Run a prepared statement for many rows; the number of rows that it touched in all."""
        if not params:
            return 0
        try:
            self._cursor.executemany(prepared.sql, [prepared.bind(one) for one in params])
            return self._cursor.rowcount  # type: ignore[no-any-return]
        except Exception as fault:
            raise self.database.translate(fault) from fault

    def execute(self, statement: sa.sql.ClauseElement, params: Params | None = None) -> int:
        """Compile and run a statement once (cold paths: publish, administration); rows touched."""
        return self.run(prepare(statement, self.database.engine.dialect), params)

    def fetch(self, statement: sa.sql.ClauseElement, params: Params | None = None) -> list[Row]:
        """Compile and run a query once (cold paths)."""
        return self.rows(prepare(statement, self.database.engine.dialect), params)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the unit that is taken back by itself when it fails; the fault goes on."""
        self._cursor.execute("SAVEPOINT lw_part")
        try:
            yield
        except BaseException:
            self._cursor.execute("ROLLBACK TO SAVEPOINT lw_part")
            self._cursor.execute("RELEASE SAVEPOINT lw_part")
            raise
        self._cursor.execute("RELEASE SAVEPOINT lw_part")

    def ddl(self, element: Any) -> None:
        """Run a DDL element inside the transaction."""
        try:
            self.connection.execute(element)
        except DBAPIError as fault:
            raise self.database.translate(fault.orig or fault) from fault


class Database:
    """The pool of connections to one company's database.

    Units: `pool_size` connections per process. Raises: TryAgain where the database is locked, full or gone.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = sa.engine.make_url(url)
        self.dialect = "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        self.engine = self._make_engine(pool_size)
        self._prepared: dict[str, Prepared] = {}
        self._writers = threading.BoundedSemaphore(WRITERS) if self.dialect == "sqlite" else None
        self._turn_file = turn_file(self.url.database) if self.dialect == "sqlite" else None
        self.bell = LocalBell()
        """Rung when a job was committed."""

    def _make_engine(self, pool_size: int) -> Engine:
        # The connection that was used last is used again: its pages and prepared statements are at hand. On SQLite a
        # connection throws its pages away when another one has committed.
        if self.dialect == "sqlite":
            engine = sa.create_engine(
                self.url, pool_size=max(pool_size, 5), max_overflow=20, pool_timeout=30, pool_use_lifo=True
            )
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            url = self.url.set(drivername="postgresql+psycopg")
            engine = sa.create_engine(
                url,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_use_lifo=True,
                pool_recycle=1800,
                isolation_level="AUTOCOMMIT",
                connect_args={"options": POSTGRES_OPTIONS},
            )
            event.listen(engine, "connect", _prepare_postgres)
            event.listen(engine, "begin", _begin_postgres)
        return engine

    def prepared(self, key: str, make: Any) -> Prepared:
        """A fixed statement of the platform, compiled at its first use; `key` names it."""
        found = self._prepared.get(key)
        if found is None:
            found = self._prepared[key] = prepare(make(), self.engine.dialect)
        return found

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A unit that reads: one state on SQLite, on PostgreSQL each statement the state of its own beginning."""
        fairy = self._borrow()
        try:
            if self.dialect == "sqlite":
                fairy.info["begun"] = True
                fairy.cursor().execute("BEGIN")
            yield Work(self, fairy)
        finally:
            # What the pool takes back it rolls back, which ends the reading.
            fairy.info.pop("begun", None)
            fairy.close()

    @contextmanager
    def write(self) -> Iterator[Work]:
        """A unit that writes: all of it is committed at the end, or nothing. Then its `after_commit` calls run."""
        with self._turn(), self._writing() as connection:
            work = Work(self, connection.connection, connection)
            yield work
            for call in work.before_commit:
                call()
        for call in work.after_commit:
            call()

    def _borrow(self) -> PoolProxiedConnection:
        try:
            return self.engine.raw_connection()
        except sa.exc.TimeoutError as fault:
            raise TryAgain("all connections are in use; try again", code="no_connection") from fault
        except Exception as fault:
            raise self.translate(getattr(fault, "orig", None) or fault) from fault

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for one of the places before SQLite's lock."""
        if self._writers is None:
            yield
            return
        if not self._writers.acquire(timeout=TURN_S):
            raise TryAgain("the database is busy; try again", code="locked")
        try:
            with turn(self._turn_file, BUSY_S):
                yield
        finally:
            self._writers.release()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        fairy = self._borrow()
        connection = Connection(self.engine, fairy)
        try:
            try:
                transaction = connection.begin()
            except Exception as fault:
                raise self.translate(getattr(fault, "orig", None) or fault) from fault
            with transaction:
                yield connection
                self._commit(transaction)
        finally:
            connection.close()

    def _commit(self, transaction: sa.engine.RootTransaction) -> None:
        try:
            transaction.commit()
        except DBAPIError as fault:
            raise self.translate(fault.orig or fault) from fault

    def translate(self, fault: BaseException) -> PlatformError:
        """A driver's fault in our words; the original stays the cause and goes to the log only."""
        if isinstance(fault, PlatformError):
            return fault
        text = str(fault)
        if isinstance(fault, sqlite3.IntegrityError) and "UNIQUE" in text:
            return UniqueTaken(text.partition(": ")[2])
        if isinstance(fault, sqlite3.DatabaseError) and (found := sqlite_trouble(text)) is not None:
            return found
        if "NUL (0x00)" in text or isinstance(fault, UnicodeEncodeError):
            return InvalidInput("a text must not hold the character NUL or half a character", code="nul")
        state = getattr(fault, "sqlstate", None)
        if state == "23505":
            name = getattr(getattr(fault, "diag", None), "constraint_name", "") or ""
            return UniqueTaken(name)
        if state in ("40001", "40P01", "55P03", "57014", "53300", "57P01", "57P03"):
            return TryAgain("the database is busy; try again", code="locked")
        if state == "53200" and "shared memory" in text:
            message = "the change is too large for PostgreSQL's table of locks; raise max_locks_per_transaction (256)"
            return TryAgain(message, code="too_many_locks")
        if state in ("53100", "53200"):
            return TryAgain("the database has no room; nothing was written", code="disk_full")
        # A connection that cannot be made has no state yet; psycopg then raises its bare OperationalError.
        is_away = (
            state is None
            and type(fault).__module__.startswith("psycopg")
            and type(fault).__name__ == "OperationalError"
        )
        if is_away or (state is not None and state.startswith("08")):
            return TryAgain("the database cannot be reached; try again", code="unreachable")
        return too_large() if (state or "").startswith("54") else Broken("the database refused a statement")

    def create_platform_tables(self) -> None:
        """Create the platform's own tables that are missing, those that upper layers added included.

        Where all are there, nothing is written, so that nobody who only reads waits for those who write.
        """
        from loomwork.storage.system_tables import PLATFORM

        with self.read() as work:
            there = set(sa.inspect(work.connection).get_table_names())
        if there >= set(PLATFORM.tables):
            return
        with self.write() as work:
            if self.dialect != "sqlite":
                work.connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5050700)")
            PLATFORM.create_all(work.connection)

    def dispose(self) -> None:
        """Close all connections (after a fork, at the end)."""
        self.engine.dispose()


def too_large() -> InvalidInput:
    """The fault of a statement that is beyond a limit of the database (PostgreSQL's class 54)."""
    return InvalidInput("this asks for more than the database takes at once", code="query_too_large")


def sqlite_trouble(text: str) -> PlatformError | None:
    """What SQLite says of a lock, a full disk, a file that is damaged or out of reach, a limit; None for anything else."""
    if "malformed" in text or "not a database" in text:
        return TryAgain("the file is no SQLite database, or it is damaged; put a backup in its place", code="damaged")
    if "locked" in text or "busy" in text or "interrupted" in text:
        return TryAgain("the database is busy; try again", code="locked")
    if "full" in text or "disk" in text:
        return TryAgain("the disk is full; nothing was written", code="disk_full")
    if "unable to open" in text or "readonly" in text:
        return TryAgain("the database cannot be reached; try again", code="unreachable")
    is_beyond = any(one in text for one in ("tables in a join", "too many", "too large", "stack overflow"))
    return too_large() if is_beyond else None


def _prepare_sqlite(dbapi: Any, record: Any) -> None:
    dbapi.isolation_level = None
    record.info["watch"] = Watch(dbapi)
    cursor = dbapi.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
    from loomwork.expressions.sqlite_functions import register
    from loomwork.storage.sqlite_local import register_local

    register(dbapi)
    register_local(dbapi)


def _begin_sqlite(connection: Connection) -> None:
    if not connection.info.get("begun"):
        connection.connection.cursor().execute("BEGIN IMMEDIATE")


def _begin_postgres(connection: Connection) -> None:
    # Only units that write ask SQLAlchemy for a transaction; a reading statement is one by itself.
    driver: Any = connection.connection.driver_connection
    _raw_cursor(driver).execute("BEGIN ISOLATION LEVEL READ COMMITTED")


def _raw_cursor(driver: Any) -> Any:
    from psycopg import RawCursor

    return RawCursor(driver)


def _prepare_postgres(dbapi: Any, _record: Any) -> None:
    from psycopg.types.string import TextLoader

    for name in ("uuid", "jsonb"):
        dbapi.adapters.register_loader(name, TextLoader)
