"""One runtime per process: the database, the published catalog, and the units of work over them."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from loomwork.actions.service import ActionService
from loomwork.catalog import Catalog, Overlay, load_catalog
from loomwork.catalog.faults.layering import DanglingPatch, PatchConflict
from loomwork.catalog.layers import read_overlay
from loomwork.core.diagnostics import Diagnostics
from loomwork.core.errors import InvalidInput, PlatformError, TryAgain
from loomwork.core.journal import structlog
from loomwork.core.jsonio import canonical, read_json
from loomwork.core.sealing import Sealer
from loomwork.core.settings import Settings, load_settings
from loomwork.permissions.policy import Policies
from loomwork.publishing import versions
from loomwork.publishing.publish import find_published, publish
from loomwork.publishing.recompute import has_changed, recompute_changed
from loomwork.publishing.sources import has_sources, keep_sources, unpack_sources
from loomwork.records.program import Program, make_program
from loomwork.records.service import ReadService, RecordService
from loomwork.runtime.checked import mark_of
from loomwork.runtime.checks import check_formulas
from loomwork.runtime.currency import keep_currency, read_currency
from loomwork.runtime.following import Follower
from loomwork.storage.bell import make_bell
from loomwork.storage.database import Database, Work
from loomwork.storage.plan import read_bases
from loomwork.storage.tables import Tables, build_tables

STALE_AFTER_S = 0.5
"""How long a reader may go on with a version before it looks whether a newer one was published."""

IDLE_AFTER_S = 2.0
"""How long a process reads nothing until it counts as idle: nobody looked for a new version, so the next reader waits for it."""

TRY_AGAIN_AFTER_S = 30.0
"""How long a version that this program could not read is left alone before it is tried again."""
LAYER_CODES = frozenset({DanglingPatch.code, PatchConflict.code})
_log = structlog.get_logger("loomwork.runtime")


class MetadataFaults(PlatformError):
    """The metadata holds errors; the text lists all of them."""

    default_code = "metadata_faults"

    def __init__(self, found: Diagnostics) -> None:
        super().__init__("\n\n".join(one.as_text() for one in found.errors))
        self.found = found


class Runtime:
    """Holds what a process needs. Made by `start`; `read()` and `write()` begin units of work."""

    def __init__(self, settings: Settings, database: Database, app_folders: Sequence[Path]) -> None:
        self.settings = settings
        self.database = database
        self.app_folders = tuple(app_folders)
        self.query = ReadService()
        self.records = RecordService()
        self.actions = ActionService()
        self.sealer = Sealer(settings.secret_key)
        self.layer_warnings = Diagnostics()
        """What the last publish of this process found where apps have changed under the company's layer."""
        self.currency = settings.currency
        """The company's currency: what the database says, else what the environment says at the first start."""
        self._program: Program | None = None
        self._looked_at = 0.0
        self._lock = threading.Lock()
        self._follower = Follower(self._reload)
        self._behind: tuple[int, float] | None = None

    @classmethod
    def start(  # noqa: PLR0913 - what is not said is the usual
        cls, settings: Settings | None = None, *, app_folders: Sequence[Path] | None = None, consent: bool = False,
        message: str = "Start of the server", overlay: str | None = None, revive: bool = False, author: str = "start",
    ) -> "Runtime":  # fmt: skip
        """Read the metadata, bring the database up to it, and be ready. `overlay` replaces the published layer.

        Raises: BadSettings; MetadataFaults with every error; PublishRefused where the data does not admit the change.
        """
        found = settings or load_settings()
        found.home.mkdir(parents=True, exist_ok=True)
        database = Database(found.database_url, pool_size=found.pool_size)
        database.bell = make_bell(found.redis_url)
        runtime = cls(found, database, app_folders or found.app_folders)
        try:
            database.create_platform_tables()
            with database.read() as work:
                latest, mark = versions.latest(work), versions.read_mark(work)
                runtime.currency = read_currency(work) or found.currency
            layer = (latest.overlay if latest else "") if overlay is None else overlay
            runtime.publish(
                layer,
                author=author,
                message=message,
                consent=consent,
                is_published=overlay is None,
                mark=mark,
                revive=revive,
            )
        except BaseException:
            runtime.close()
            raise
        return runtime

    @classmethod
    def start_published(cls, settings: Settings | None = None) -> "Runtime | None":
        """Be ready with the version that is published, whatever lies in the folders, and publish nothing.

        Returns: None where nothing was published yet. Raises: BadSettings; MetadataFaults when not even the kept files
        of the version can be read by this program.
        """
        found = settings or load_settings()
        found.home.mkdir(parents=True, exist_ok=True)
        database = Database(found.database_url, pool_size=found.pool_size)
        database.bell = make_bell(found.redis_url)
        runtime = cls(found, database, found.app_folders)
        try:
            database.create_platform_tables()
            with database.read() as work:
                number = versions.read_number(work)
            if number:
                runtime._reload(number)
                runtime._looked_at = time.monotonic()
                return runtime
        except BaseException:
            runtime.close()
            raise
        runtime.close()
        return None

    # Metadata.

    def load(
        self, overlay: str = "", *, is_published: bool = False, mark: str = "", folders: Sequence[Path] | None = None,
        currency: str = "",
    ) -> tuple[Catalog, Diagnostics]:  # fmt: skip
        """The catalog of the app folders (or of others) under a customer's layer, with all faults.

        `is_published`: the layer was accepted before; where the apps have changed under it, that is a warning.
        `mark`: what was checked before is not checked again (`checked.py`). `currency`: another one than the company's.
        """
        layer: Overlay | None = None
        in_layer = Diagnostics()
        if overlay:
            layer, in_layer = read_overlay(read_json(overlay, max_bytes=20_000_000))
            layer = replace(layer, is_published=is_published)
        currency = currency or self.currency
        catalog, found = load_catalog(
            self.app_folders if folders is None else folders, overlay=layer, checks=(check_formulas,), company_currency=currency,
            is_known=(lambda version: mark_of(version, currency) == mark) if mark else None,
        )  # fmt: skip
        return catalog, Diagnostics([*in_layer, *found]) if in_layer.found else found

    def publish(  # noqa: PLR0913 - what is not said is the usual
        self, overlay: str = "", *, author: str, message: str, consent: bool = False, is_published: bool = False, mark: str = "",
        revive: bool = False,
    ) -> int:  # fmt: skip
        """Publish the app folders under a customer's layer (JSON text); the version's number.

        What is published already is not written again.
        Raises: MetadataFaults, PublishRefused; nothing is changed then.
        """
        catalog, faults = self.load(overlay, is_published=is_published, mark=mark)
        if faults.errors:
            raise MetadataFaults(faults)
        self.layer_warnings = Diagnostics([one for one in faults if one.code in LAYER_CODES])
        program = self._find_published(catalog, overlay)
        if program is None:
            with self.database.write() as work:
                version, plan = publish(
                    work, catalog, author=author, message=message, overlay=overlay, consent=consent, revive=revive
                )
                program = work.program = self._make(catalog, plan.tables, version.number)
                recompute_changed(program, work)
                keep_sources(work, version.number, self.app_folders)
                keep_currency(work, self.currency)
                versions.keep_mark(work, mark_of(catalog.version, self.currency))
        self._program = program
        self._looked_at = time.monotonic()
        return program.number

    def _find_published(self, catalog: Catalog, overlay: str) -> Program | None:
        """The program of what is to be published, where all of it stands already: then nobody waits for those who write."""
        with self.database.read() as work:
            found = find_published(work, catalog, overlay)
            if found is None:
                return None
            version, plan = found
            is_kept = (
                has_sources(work, version.number)
                and read_currency(work) == self.currency
                and versions.read_mark(work) == mark_of(catalog.version, self.currency)
            )
            if not is_kept or has_changed(catalog, plan.tables, work):
                return None
        return self._make(catalog, plan.tables, version.number)

    def _make(self, catalog: Catalog, tables: Tables, number: int) -> Program:
        dialect = self.database.engine.dialect
        return make_program(catalog, tables, dialect, number=number, sealer=self.sealer, zone=self.settings.time_zone)

    def take_over(self, number: int) -> None:
        """Go on with a version that was published, at once."""
        self._reload(number)
        self._looked_at = time.monotonic()

    def check_currency(self, overlay: str, currency: str) -> None:
        """See that the metadata goes with another currency. Raises: MetadataFaults."""
        _, faults = self.load(overlay, is_published=True, currency=currency)
        if faults.errors:
            raise MetadataFaults(faults)

    def _reload(self, number: int) -> None:
        """Take over a version that another process has published."""
        with self._lock:
            if self._program is not None and self._program.number == number:
                return
            with self.database.read() as work:
                latest, mark = versions.latest(work), versions.read_mark(work)
                column_map = read_bases(work)
                self.currency = read_currency(work) or self.settings.currency
            if latest is None:
                raise MetadataFaults(Diagnostics())
            catalog = self._published(latest, mark)
            tables = build_tables(catalog, self.database.dialect, column_map)
            self._program = self._make(catalog, tables, latest.number)

    def _published(self, latest: versions.Version, mark: str) -> Catalog:
        """The catalog of a version: from the folders if they still hold it, else from the files kept with it."""
        catalog, faults = self.load(latest.overlay, is_published=True, mark=mark)
        if not faults.errors and catalog.version == latest.hash:
            return catalog
        with self.database.read() as work:
            folders = unpack_sources(work, latest.number, self.settings.home / "published")
        if folders:
            kept, kept_faults = self.load(latest.overlay, is_published=True, mark=mark, folders=folders)
            if not kept_faults.errors:
                self.app_folders = tuple(folders)
                return kept
        if faults.errors:
            raise MetadataFaults(faults)
        return catalog

    def _follow(self, number: int, *, at_once: bool) -> None:
        """Begin to take a version over, or do it at once; readers go on with theirs where this program cannot read it."""
        if self._is_behind(number):
            return
        try:
            if at_once:
                self._reload(number)
            else:
                self._follower.notice(number)
        except TryAgain:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever this program cannot read, requests go on
            self._fall_behind(number, fault)

    def _catch_up(self, number: int) -> None:
        """Take a version over before writing. Raises: TryAgain where this program cannot read it."""
        if not self._is_behind(number):
            try:
                self._reload(number)
            except TryAgain:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever this program cannot read is told as one thing
                self._fall_behind(number, fault)
            else:
                return
        raise TryAgain(
            f"metadata version {number} was published that this server cannot read; nothing can be changed until it is"
            " restarted, reading goes on",
            code="metadata_newer",
            params={"number": number},
        )

    def _is_behind(self, number: int) -> bool:
        return (
            self._behind is not None
            and self._behind[0] == number
            and time.monotonic() - self._behind[1] < TRY_AGAIN_AFTER_S
        )

    def _fall_behind(self, number: int, fault: Exception) -> None:
        self._behind = (number, time.monotonic())
        said = str(fault).partition("\n")[0] if isinstance(fault, PlatformError) else type(fault).__name__
        _log.error("metadata_not_taken_over", version=number, serving=self.program.number, fault=said)

    @property
    def program(self) -> Program:
        """The catalog version that units begin with now."""
        if self._program is None:
            raise InvalidInput("the runtime has not been started")
        return self._program

    @property
    def catalog(self) -> Catalog:
        """The published catalog."""
        return self.program.catalog

    @property
    def policies(self) -> Policies:
        """The rights under the published catalog."""
        return self.program.policies

    # Units of work.

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A unit that reads; half a second after another process published, the new version begins to be taken over.

        A process that was idle takes it over first: whoever publishes, waits and asks, asks the new version.
        """
        now = time.monotonic()
        since = now - self._looked_at
        if since > STALE_AFTER_S:
            self._looked_at = now
            with self.database.read() as work:
                number = versions.read_number(work)
            if number != self.program.number:
                self._follow(number, at_once=since > IDLE_AFTER_S)
        with self.database.read() as work:
            work.program = self._program
            yield work

    @contextmanager
    def write(self) -> Iterator[Work]:
        """A unit that writes under the published version; no publish happens while it runs."""
        for _ in range(5):
            with self.database.write() as work:
                number = versions.read_number(work, shared_lock=True)
                if number == self.program.number:
                    work.program = self._program
                    yield work
                    return
            self._catch_up(number)
        raise InvalidInput("the metadata keeps changing; try again")

    def overlay_text(self, overlay: object) -> str:
        """A customer's layer as the text that is kept with a version."""
        return canonical(overlay)

    def close(self) -> None:
        """Close all connections."""
        self.database.dispose()
