"""Rule: each dangerous power has one door, and nothing else in the platform uses it.

Reason: of some 65 security advisories about comparable products, most were a second path to the same data or the same
power, without the check that the first path makes. So one query compiler, one record service, one expression evaluator,
one template renderer, one outbound client, one package reader; this test is proof S17 of the threat model.
"""

from __future__ import annotations

import pytest

from tests.support.doors import Door, any_of, calls, imports, methods, non_literal_calls
from tests.support.source import planted, platform_modules

FLOOR = 25
ROWS = ("loomwork.storage", "loomwork.query", "loomwork.records", "loomwork.permissions", "loomwork.publishing")
WORK = ("work", "unit", "db", "database", "session", "connection", "conn", "cursor", "_cursor", "engine")
SQL_TEXT = ("sqlalchemy.text", "sqlalchemy.literal_column", "sqlalchemy.sql.text", "sqlalchemy.sql.literal_column")
PATTERNS = tuple(
    f"re.{name}" for name in ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")
)

DOORS = [
    Door(
        "connections to a database",
        any_of(
            imports("sqlite3", "psycopg", "psycopg_pool", "sqlalchemy.orm", "alembic"),
            imports("sqlalchemy.create_engine", "sqlalchemy.engine.Engine", "sqlalchemy.engine.Connection"),
            calls("sqlalchemy.create_engine", "sqlalchemy.engine.create_engine"),
            methods("exec_driver_sql", "executemany", "executescript", "raw_connection"),
            methods("execute", of=("connection", "cursor", "_cursor", "conn", "session", "engine")),
        ),
        ("loomwork.storage",),
        (
            "import sqlite3",
            "from sqlalchemy.engine import Engine",
            "import sqlalchemy as sa\nsa.create_engine(u)",
            "def f(session):\n    session.execute(q)",
            "def f(work):\n    work.connection.execute(q)",
            "def f(c):\n    c.exec_driver_sql('select 1')",
        ),
    ),
    Door(
        "building statements",
        imports("sqlalchemy"),
        # Formulas become SQL expressions; sign-in keeps fixed tables of its own.
        (*ROWS, "loomwork.expressions", "loomwork.web.auth"),
        ("import sqlalchemy as sa", "from sqlalchemy.dialects.postgresql import JSONB"),
    ),
    Door(
        "running statements",
        methods("execute", "fetch", "rows", "run", "run_many", "ddl", of=WORK),
        (*ROWS, "loomwork.web.auth"),
        (
            "def f(work):\n    work.fetch(q)",
            "def f(self):\n    return self.work.execute(q)",
            "with db.read() as work:\n    work.rows(p)",
        ),
        ("def f(job):\n    job.run()",),
    ),
    Door(
        "tables of entities",
        imports("loomwork.storage.tables", "loomwork.storage.columns"),
        (*ROWS, "loomwork.runtime"),  # the composition root builds them and hands them on
        ("from loomwork.storage.tables import tables_of", "from loomwork.storage import tables"),
    ),
    Door(
        "SQL written as text",
        any_of(calls(*SQL_TEXT), imports("sqlalchemy.text", "sqlalchemy.literal_column")),
        ROWS,
        (
            "import sqlalchemy as sa\nsa.text('a')",
            "from sqlalchemy import text",
            "from sqlalchemy import literal_column as lc\nlc('1')",
        ),
    ),
    Door(
        "SQL put together from parts",
        non_literal_calls(*SQL_TEXT),
        ("loomwork.query.groups",),  # date patterns of its own table
        ("import sqlalchemy as sa\nsa.text(f'select {x}')", "import sqlalchemy as sa\nsa.text('a' + b)"),
        ("import sqlalchemy as sa\nsa.text('now()')", "import sqlalchemy as sa\nA = 'x'\nsa.text(A)"),
    ),
    Door(
        "simpleeval",
        imports("simpleeval"),
        ("loomwork.expressions",),
        ("import simpleeval", "from simpleeval import EvalWithCompoundTypes"),
    ),
    Door(
        "templates",
        imports("jinja2"),
        ("loomwork.templates", "loomwork.web.screens.env"),
        ("import jinja2", "from jinja2.sandbox import SandboxedEnvironment"),
    ),
    Door(
        "connections to other machines",
        imports(
            "urllib3",
            "requests",
            "httpx",
            "aiohttp",
            "urllib.request",
            "http.client",
            "socket",
            "ssl",
            "ftplib",
            "telnetlib",
            "imaplib",
            "poplib",
            "asyncio",
            "websockets",
        ),
        ("loomwork.outbound", "loomwork.cli.server"),  # serving tries whether its own port is free
        (
            "import requests",
            "from urllib import request",
            "import urllib.request",
            "from importlib import import_module\nimport_module('httpx')",
        ),
        ("from urllib.parse import quote",),
    ),
    Door("mail", imports("smtplib"), ("loomwork.outbound",), ("import smtplib", "from smtplib import SMTP")),
    Door(
        "archives",
        any_of(imports("zipfile", "tarfile", "zipimport"), calls("shutil.unpack_archive", "shutil.make_archive")),
        ("loomwork.packages", "loomwork.cli.backup"),
        ("import zipfile", "import shutil\nshutil.unpack_archive(a)"),
    ),
    Door(
        "other programs",
        any_of(
            imports("subprocess", "pty", "multiprocessing"),
            calls(
                "os.system", "os.popen", "os.execv", "os.execvp", "os.execve", "os.spawnv", "os.fork", "os.posix_spawn"
            ),
        ),
        # Hands the process over to gunicorn; runs the database's own tools; reads workbooks in a process with limits.
        ("loomwork.cli.server", "loomwork.cli.backup", "loomwork.records.importing.workbook"),
        ("import subprocess", "import os\nos.system('ls')", "from os import popen\npopen('ls')"),
    ),
    Door(
        "text that becomes code",
        any_of(
            calls("eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec", "ast.literal_eval"),
            imports("code", "codeop", "runpy"),
        ),
        (),
        ("eval('1')", "exec(x)", "compile(x, 'f', 'eval')", "__import__(name)", "import builtins\nbuiltins.eval(x)"),
        ("import re\nre.compile('a')",),
    ),
    Door(
        "saved objects that run when read",
        any_of(
            imports("pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "copyreg"),
            calls("yaml.load", "yaml.unsafe_load", "yaml.full_load"),
            imports("yaml"),
        ),
        (),
        ("import pickle", "from marshal import loads", "import yaml\nyaml.load(x)"),
    ),
    Door("machine code", imports("ctypes", "cffi"), (), ("import ctypes", "from cffi import FFI")),
    Door(
        "patterns that were not written here",
        non_literal_calls(*PATTERNS),
        # They build patterns from parts of their own (digits allowed, date words, bar codes); the rest is escaped.
        (
            "loomwork.field_types.numbers",
            "loomwork.field_types.date.formats",
            "loomwork.field_types.code.symbologies",
        ),
        (
            "import re\ndef f(p):\n    re.compile(p)",
            "import re as r\ndef f(p):\n    r.match(f'^{p}$', 'a')",
            "from re import search\ndef f(p):\n    search(p, 'a')",
        ),
        ("import re\nNAME = r'[a-z]+'\nre.compile(f'^{NAME}$')", "import re\nre.sub('a', b, c)"),
    ),
    Door(
        "customers' patterns",
        imports("re2"),
        ("loomwork.field_types.patterns", "loomwork.catalog.schemas.regex"),
        ("import re2",),
    ),
    Door(
        "Flask",
        imports("flask", "flask_admin", "flask_wtf", "werkzeug", "wtforms"),
        ("loomwork.web", "loomwork.cli"),
        ("import flask", "from werkzeug.http import dump_cookie"),
    ),
    Door(
        "the queue",
        imports("dramatiq", "apscheduler"),
        ("loomwork.worker",),
        ("import dramatiq", "from apscheduler.schedulers.background import BackgroundScheduler"),
    ),
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_nothing_goes_round_the_door(door: Door) -> None:
    modules = platform_modules()
    assert len(modules) >= FLOOR
    assert door.violations(modules) == []


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_planted_breach_is_found_and_the_harmless_left_alone(door: Door) -> None:
    assert door.breaches
    for source in door.breaches:
        assert door.violations([planted(source)]), source
    for source in door.harmless:
        assert door.violations([planted(source)]) == [], source


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_the_door_itself_may(door: Door) -> None:
    for prefix in door.allowed:
        assert door.violations([planted(door.breaches[0], f"{prefix}.below")]) == []
    assert door.violations([planted(door.breaches[0], "loomwork.storages_of_others")])
