"""Values that try to become SQL, code, markup or trouble on their way through the platform."""

from __future__ import annotations

import random

SQL = (
    "'", "''", '"', "\\", "\\'", "';--", "' or '1'='1", "' OR 1=1 --", "') or ('1'='1", "1; drop table lw_audit", "'; DROP TABLE system__user; --",
    "\" or \"\"=\"", "x' AND SLEEP(5)#", "1' AND (SELECT 1 FROM pg_sleep(5)) --", "'||(select version())||'", "' UNION SELECT null,null --",
    "${1}", "%(id)s", "%s", "%", "_", "%%", ":id", ":p_f_0", "?", "?1", "@x", "$1", "$$", "$a$b$a$", "/*", "*/", "/**/or/**/1=1", "--", "#",
    "`", "[x]", "(select 1)", "current_user", "null", "NULL", "true", "E'\\x41'", "U&'\\0041'", "x'41'", "0x41", "char(65)", "'::text", "::int",
    "a\tb", "a\nb", "a\r\nb", "\u2019 or \u20191\u2019=\u20191", "\uff07 or 1=1", "ʼ or 1=1", "' or 1=1\u0000", "a\u202eb", "\ufeff", "\u200b",
    "name) or (1=1", "name; select 1", "name, (select 1)", "name desc; --", "-name nulls first", "id.id.id", "..", ".", "name..name", "a" * 300,
    "json_each(1)", "load_extension('x')", "pg_read_file('/etc/passwd')", "attach database 'x' as y", "pragma writable_schema=1",
    "* FROM lw_audit", "1e309", "-1", "0", "9" * 40, "1.1.1", "NaN", "Infinity", "1_0", "１", "+1", "0x1",
)  # fmt: skip
SEARCHES = (
    '"', '""', "*", "a*", "NEAR(a b)", "a NEAR b", "a AND b", "a OR b", "NOT a", "a -b", "^a", "name:a", "{name}:a", "tokens:a", "(", ")", "a:*",
    "a & b",    "a | b", "!a", "a <-> b", "'a':1", "'", "\\", ":", ":*", "<->", "&", "|", "!", "''", "a''b", "华' OR '1", "华*", "名:称",
)  # fmt: skip


def mutate(rng: random.Random, values: tuple[str, ...]) -> str:
    """One of the values, or two of them joined, cut or repeated."""
    one = rng.choice(values)
    kind = rng.randrange(6)
    if kind < 2:
        return one
    other = rng.choice(values)
    if kind == 2:
        return one + other
    if kind == 3:
        place = rng.randrange(len(one) + 1)
        return one[:place] + other + one[place:]
    return (rng.choice(("name", "a", "1", "华为", "")) + one)[:400] if kind == 4 else f"{one} {other}"
