"""Configuration by environment, read once and validated at start. Every setting has a row in `SETTINGS`."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loomwork.core.errors import PlatformError


class BadSettings(PlatformError):
    """The environment holds values that cannot be used; the server does not start."""

    default_code = "bad_settings"


@dataclass(frozen=True, slots=True)
class Setting:
    """One documented variable."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("LOOMWORK_HOME", "./var", "Folder for the SQLite database, files and keys."),
    Setting(
        "LOOMWORK_DATABASE_URL",
        "",
        "`sqlite:///path` or `postgresql://user@host/db`; empty means SQLite in the home folder.",
    ),
    Setting("LOOMWORK_REDIS_URL", "", "Redis or Valkey for wake-ups between many processes; empty means none."),
    Setting(
        "LOOMWORK_SECRET_KEY",
        "",
        "At least 32 characters; signs cookies and derives field keys. Empty: made once and kept in the home folder.",
    ),
    Setting(
        "LOOMWORK_PUBLIC_URL",
        "http://127.0.0.1:8000",
        "Address that links in mails begin with; https switches secure cookies and HSTS on. `serve` takes its own port when it is empty.",
    ),
    Setting(
        "LOOMWORK_APPS",
        "",
        "Folders of app packages, separated by `:`; empty means those that ship with the platform. "
        "Apps of `loomwork app install` come on top.",
    ),
    Setting("LOOMWORK_LANGUAGE", "zh-CN", "Language of people who chose none: `zh-CN` or `en`."),
    Setting("LOOMWORK_TIME_ZONE", "Asia/Shanghai", "Time zone of people who chose none (IANA name)."),
    Setting(
        "LOOMWORK_CURRENCY",
        "CNY",
        "The company's currency (ISO 4217) at the first start; sums over money are in it. Afterwards the company's page says and changes it.",
    ),
    Setting(
        "LOOMWORK_SMTP_URL",
        "",
        "`smtp://user:password@host:port`; empty: mails are kept in the outbox folder of the home folder.",
    ),
    Setting("LOOMWORK_MAIL_FROM", "loomwork@localhost", "Sender of the platform's mails."),
    Setting("LOOMWORK_DEMO_PASSWORD", "", "Password of the demo accounts; empty: one is made up and printed."),
    Setting("LOOMWORK_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Setting("LOOMWORK_POOL_SIZE", "5", "Database connections per process (1-100)."),
    Setting("LOOMWORK_PROXIES", "0", "Reverse proxies in front (0-5) whose word on the caller's address is taken."),
    Setting("LOOMWORK_IDLE_MINUTES", "30", "After how many minutes without use a session ends (5-720)."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Validated configuration."""

    home: Path
    database_url: str
    redis_url: str
    secret_key: str
    public_url: str
    app_folders: tuple[Path, ...]
    language: str
    time_zone: str
    currency: str
    smtp_url: str
    mail_from: str
    demo_password: str
    log_level: str
    pool_size: int
    proxies: int
    idle_minutes: int

    @property
    def is_https(self) -> bool:
        """Whether people reach the server over TLS."""
        return self.public_url.startswith("https://")


def data_root() -> Path:
    """The folder that holds `metadata/` and `apps/`: inside the wheel, else the repository."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_data"
    return inside if inside.exists() else package.parent.parent


def shipped_apps() -> tuple[Path, ...]:
    """The app packages that ship with the platform: every folder of `apps/` that holds a manifest, by name."""
    return tuple(sorted(manifest.parent for manifest in (data_root() / "apps").glob("*/app.json")))


def installed_apps(home: Path) -> tuple[Path, ...]:
    """The app packages that `loomwork app install` put into the home folder, by name."""
    return tuple(sorted(manifest.parent for manifest in (home / "apps").glob("*/app.json")))


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the environment.

    Raises: BadSettings that names every wrong variable and what would be right.
    """
    env = os.environ if environ is None else environ
    value = {s.name: env.get(s.name, "").strip() or s.default for s in SETTINGS}
    faults = [*_choice_faults(value), *_url_faults(value), *_zone_faults(value)]
    secret = value["LOOMWORK_SECRET_KEY"]
    if secret and len(secret) < 32:
        faults.append("LOOMWORK_SECRET_KEY has fewer than 32 characters")
    if faults:
        raise BadSettings("; ".join(faults))
    home = Path(value["LOOMWORK_HOME"]).expanduser().resolve()
    folders = value["LOOMWORK_APPS"]
    return Settings(
        home=home,
        database_url=value["LOOMWORK_DATABASE_URL"] or f"sqlite:///{home / 'loomwork.db'}",
        redis_url=value["LOOMWORK_REDIS_URL"],
        secret_key=secret or _kept_secret(home),
        public_url=value["LOOMWORK_PUBLIC_URL"].rstrip("/"),
        app_folders=_app_folders(folders, home),
        language=value["LOOMWORK_LANGUAGE"],
        time_zone=value["LOOMWORK_TIME_ZONE"],
        currency=value["LOOMWORK_CURRENCY"],
        smtp_url=value["LOOMWORK_SMTP_URL"],
        mail_from=value["LOOMWORK_MAIL_FROM"],
        demo_password=value["LOOMWORK_DEMO_PASSWORD"],
        log_level=value["LOOMWORK_LOG_LEVEL"].upper(),
        pool_size=int(value["LOOMWORK_POOL_SIZE"]),
        proxies=int(value["LOOMWORK_PROXIES"]),
        idle_minutes=int(value["LOOMWORK_IDLE_MINUTES"]),
    )


def _app_folders(named: str, home: Path) -> tuple[Path, ...]:
    """Named or shipped packages, and installed ones, which stand in for others of their name."""
    installed = installed_apps(home)
    own = {one.name for one in installed}
    base = tuple(Path(p).resolve() for p in named.split(":") if p) if named else shipped_apps()
    return (*(one for one in base if one.name not in own), *installed)


def _choice_faults(value: dict[str, str]) -> list[str]:
    faults = []
    if value["LOOMWORK_LANGUAGE"] not in ("zh-CN", "en"):
        faults.append("LOOMWORK_LANGUAGE must be zh-CN or en")
    if value["LOOMWORK_LOG_LEVEL"].upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        faults.append("LOOMWORK_LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR")
    if not (len(value["LOOMWORK_CURRENCY"]) == 3 and value["LOOMWORK_CURRENCY"].isupper()):
        faults.append("LOOMWORK_CURRENCY must be an ISO 4217 code such as CNY")
    return faults + _number_faults(value)


def _number_faults(value: dict[str, str]) -> list[str]:
    ranges = {"LOOMWORK_POOL_SIZE": (1, 100), "LOOMWORK_PROXIES": (0, 5), "LOOMWORK_IDLE_MINUTES": (5, 720)}
    faults = []
    for name, (least, most) in ranges.items():
        text = value[name]
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and least <= int(text) <= most):
            faults.append(f"{name} must be a number from {least} to {most}")
    return faults


def _url_faults(value: dict[str, str]) -> list[str]:
    rules = {
        "LOOMWORK_DATABASE_URL": ("sqlite:///", "postgresql://", "postgresql+psycopg://"),
        "LOOMWORK_REDIS_URL": ("redis://", "rediss://", "unix://"),
        "LOOMWORK_PUBLIC_URL": ("http://", "https://"),
        "LOOMWORK_SMTP_URL": ("smtp://", "smtps://"),
    }
    return [
        f"{name} must begin with {' or '.join(heads)}"
        for name, heads in rules.items()
        if value[name] and not value[name].startswith(heads)
    ]


def _zone_faults(value: dict[str, str]) -> list[str]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(value["LOOMWORK_TIME_ZONE"])
    except (ZoneInfoNotFoundError, ValueError):
        return ["LOOMWORK_TIME_ZONE is not an IANA time zone such as Asia/Shanghai"]
    return []


def _kept_secret(home: Path) -> str:
    """The secret of this installation: made at the first start, readable by the owner alone."""
    place = home / "secret.key"
    if place.exists():
        return place.read_text(encoding="ascii").strip()
    home.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
