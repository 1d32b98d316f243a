"""Full-text search by overlapping pairs, one document per record, the field written into every token.

A token is `<head>_<word>`, the head standing for the field, so that one index per entity answers "which records hold this in one of *these* fields",
and nobody finds a record by a field that he may not read. SQLite: an FTS5 table beside the entity's table, bound by
`lw_seq`. PostgreSQL: a `tsvector` column with a GIN index. Both compare exactly the tokens that we cut.
"""

import hashlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from loomwork.catalog.model import Entity, Field
from loomwork.core.text import query_phrases, search_tokens
from loomwork.storage.database import Work
from loomwork.storage.layout import SEARCH, SEQUENCE, search_table
from loomwork.storage.tables import EntityTable

MAX_TOKENS_PER_FIELD = 3_000
MAX_TOKEN = 60
MAX_PHRASES = 12


@lru_cache(maxsize=500)
def heads(entity: Entity) -> Mapping[str, str]:
    """The heads of an entity's searchable fields, by field, no two alike; no tokenizer cuts them.

    Three hexadecimal digits as a rule, so that documents stay small; more where two fields would share them.
    """
    hashes = {field.name: hashlib.sha256(field.name.encode()).hexdigest() for field in searched(entity)}
    size = 3
    while len({one[:size] for one in hashes.values()}) < len(hashes):
        size += 1
    return {name: f"{one[:size]}_" for name, one in hashes.items()}


def searched(entity: Entity) -> list[Field]:
    """The fields whose texts are in the search index."""
    return [f for f in entity.fields.values() if f.searchable and f.type.search_suffixes and f.columns]


def fts_name(table: EntityTable) -> str:
    """Name of the FTS5 table of an entity."""
    return search_table(table.entity)


def document(entity: Entity, texts: Mapping[str, Iterable[str]], dialect: str) -> str:
    """The document of a record in the form of the database.

    Shapes: `texts` holds the searchable texts by field.
    """
    tokens: list[str] = []
    known = heads(entity)
    for field, values in texts.items():
        head = known[field]
        for value in values:
            tokens.extend(head + token[:MAX_TOKEN] for token in search_tokens(value)[:MAX_TOKENS_PER_FIELD])
    if dialect == "sqlite":
        return " ".join(tokens)
    # A tsvector keeps at most 256 positions per lexeme, none above 16383.
    return " ".join(f"'{token}':{min(place, 16_383)}" for place, token in enumerate(tokens, start=1))


def match_text(entity: Entity, search: str, fields: Sequence[str], dialect: str) -> str | None:
    """What a search text asks of the index, over the given fields; None when it holds no letter or digit.

    Every phrase must occur, each in any of the fields; the last word of a phrase may be longer.
    """
    phrases = query_phrases(search)[:MAX_PHRASES]
    if not phrases or not fields:
        return None
    asked = [heads(entity)[field] for field in fields]
    if dialect == "sqlite":
        parts = [" OR ".join(_fts_phrase(head, phrase) for head in asked) for phrase in phrases]
        return " AND ".join(f"({part})" for part in parts)
    parts = [" | ".join(_ts_phrase(head, phrase) for head in asked) for phrase in phrases]
    return " & ".join(f"({part})" for part in parts)


def _fts_phrase(head: str, phrase: Sequence[str]) -> str:
    return '"' + " ".join(head + token[:MAX_TOKEN] for token in phrase) + '"*'


def _ts_phrase(head: str, phrase: Sequence[str]) -> str:
    words = [f"'{head}{token[:MAX_TOKEN]}'" for token in phrase]
    words[-1] += ":*"
    return "(" + " <-> ".join(words) + ")"


def match_condition(table: EntityTable, bind: str, dialect: str, alias: Any) -> sa.ColumnElement[bool]:
    """`record is found`, with the match text as the bind parameter `bind`; `alias` is the selected entity table."""
    if dialect == "sqlite":
        fts = sa.table(fts_name(table), sa.column("rowid"), sa.column("tokens"))
        hits = sa.select(fts.c.rowid).where(sa.column(fts_name(table)).op("MATCH")(sa.bindparam(bind, type_=sa.Text())))
        return alias.c[SEQUENCE].in_(hits)  # type: ignore[no-any-return]
    return alias.c[SEARCH].op("@@")(sa.cast(sa.bindparam(bind, type_=sa.Text()), _TsQuery()))  # type: ignore[no-any-return]


FREQUENT = 0.05
"""From which share of the records on a word is frequent."""
_FRESH_S = 600.0
_TOKEN = re.compile(r"'([^']*)'(:\*)?")


class Frequent:
    """Which words of a search occur in so many records that a list in its order soon meets enough of them.

    PostgreSQL's own statistics say so; they are read every ten minutes and decide how a search is run, never what it finds.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Mapping[str, float]]] = {}

    def are(self, work: Work, table: EntityTable, texts: Iterable[str]) -> bool:
        """Whether each phrase of the match texts (`match_text`) is frequent in one of its fields."""
        known = self._shares(work, table.table.name)
        return bool(known) and all(
            any(min(_share(known, *word) for word in _TOKEN.findall(way)) >= FREQUENT for way in phrase.split(" | "))
            for text in texts
            for phrase in text.split(" & ")
        )

    def _shares(self, work: Work, table: str) -> Mapping[str, float]:
        found = self._known.get(table)
        if found is None or time.monotonic() - found[0] > _FRESH_S:
            names = ("schemaname", "tablename", "attname", "most_common_elems", "most_common_elem_freqs")
            stats = sa.table("pg_stats", *(sa.column(name) for name in names))
            elements = sa.cast(sa.cast(stats.c.most_common_elems, sa.Text()), ARRAY(sa.Text()))
            here = stats.c.schemaname == sa.func.current_schema()
            query = sa.select(elements, stats.c.most_common_elem_freqs).where(
                here, stats.c.tablename == table, stats.c.attname == SEARCH
            )
            rows = work.fetch(query)
            shares = dict(zip(*rows[0], strict=False)) if rows and rows[0][0] else {}
            found = self._known[table] = (
                time.monotonic(),
                {word: share for word, share in shares.items() if share >= FREQUENT},
            )
        return found[1]


def _share(known: Mapping[str, float], word: str, is_begin: str) -> float:
    if not is_begin:
        return known.get(word, 0.0)
    return max((share for one, share in known.items() if one.startswith(word)), default=0.0)


class _TsQuery(sa.types.UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "TSQUERY"


def create_fts(name: str) -> sa.DDL:
    """DDL of an FTS5 table."""
    return sa.DDL(  # type: ignore[no-untyped-call]
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(tokens, tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
    )
