"""Text rules that storage, search and sorting share: normal form, sort keys, pairs for full-text search."""

import re
import unicodedata
from functools import lru_cache

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u3040-\u30ff\uac00-\ud7af"
_HAS_CJK = re.compile(f"[{_CJK}]")
_RUNS = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+", re.UNICODE)
SORT_KEY_LENGTH = 120


def has_cjk(text: str) -> bool:
    """Whether a text holds a Chinese, Japanese or Korean character."""
    return _HAS_CJK.search(text) is not None


def fold(text: str) -> str:
    """Width- and case-folded text for comparing and searching (NFKC, then casefold)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()


_CJK_RUN = re.compile(f"[{_CJK}]+")


def load_dictionaries() -> None:
    """Load the dictionary of pinyin (50 MB), once for all processes that are forked afterwards."""
    _pinyin_of_run("中")


@lru_cache(maxsize=50_000)
def _pinyin_of_run(run: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True))


def _pinyin(text: str) -> str:
    """A folded text with its Chinese as pinyin, run by run: names differ, their words come again."""
    parts: list[str] = []
    end = 0
    for run in _CJK_RUN.finditer(text):
        parts += [text[end : run.start()].strip(), _pinyin_of_run(run.group())]
        end = run.end()
    parts.append(text[end:].strip())
    return " ".join(part for part in parts if part)


def sort_key(text: str | None) -> str | None:
    """The stored key that a text is sorted by: folded, Chinese as pinyin with tones, at most 120 characters.

    Source: docs/decisions, exact numbers and sort keys; both databases compare it byte by byte.
    """
    if text is None:
        return None
    folded = fold(text[:SORT_KEY_LENGTH])
    if not folded.isascii() and has_cjk(folded):
        folded = _pinyin(folded)
    return folded[:SORT_KEY_LENGTH]


def search_tokens(text: str) -> list[str]:
    """Cut a text for full-text search: words lower-cased, CJK runs as overlapping pairs (a single character alone).

    `华为技术 Cloud9` gives `华为`, `为技`, `技术`, `cloud9`; the last character of a run is added alone so that a
    one-character query finds it by prefix.
    """
    tokens: list[str] = []
    for run in _RUNS.findall(fold(text)):
        if has_cjk(run):
            tokens.extend(run[i : i + 2] for i in range(len(run) - 1))
            tokens.append(run[-1])
        else:
            tokens.append(run)
    return tokens


def query_phrases(text: str) -> list[list[str]]:
    """Cut a search text into phrases, each a list of tokens in order; the last token of a phrase is a prefix.

    A CJK run of n ≥ 2 characters gives its n-1 pairs; a single character gives itself.
    """
    phrases: list[list[str]] = []
    for run in _RUNS.findall(fold(text)):
        if has_cjk(run) and len(run) > 1:
            phrases.append([run[i : i + 2] for i in range(len(run) - 1)])
        else:
            phrases.append([run])
    return phrases
