"""Where sign-in leads to: paths of this site stay, everything that a browser could read as another site does not."""

import pytest

from loomwork.web.auth.safe_next import safe_next

GOOD = [
    "/",
    "/records/lib.book",
    "/records/lib.book?filter=a%20%3D%201&sort=-name",
    "/a/b#c",
    "/搜索?q=华为",
    "/x?next=https://example.com",
]
EVIL = [
    None, "", "evil.com", "https://evil.com", "http://evil.com", "//evil.com", "///evil.com", "////evil.com", "/\\evil.com", "\\\\evil.com",
    "/\\/evil.com", "\\/evil.com", "/%5cevil.com", "/%5Cevil.com", "/%255cevil.com", "/%2f/evil.com", "//%2fevil.com", "/%2fevil.com",
    "/%252fevil.com", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "\t//evil.com",
    " //evil.com", "\n//evil.com", "\r\n//evil.com", "\x00//evil.com", "/\t/evil.com", "/\n/evil.com", "/\r/evil.com", "/\x00/evil.com",
    "/%09/evil.com", "/%0a/evil.com", "/%0d%0aLocation:https://evil.com", "/ok\r\nSet-Cookie: a=b", "https:evil.com", "https:/evil.com",
    "https:\\\\evil.com", "http:///evil.com", "//evil.com@good.com", "//good.com@evil.com", "@evil.com", "/.//evil.com", "/..//evil.com",
    "?//evil.com", "#//evil.com", "./evil", "../evil", "//[::1]/", "//[evil", "/\u2028/evil.com\x7f", "ftp://evil.com", "//0x7f.1/",
    "//evil%E3%80%82com", "/a//evil.com", "/ /evil.com", "x" * 3000, "/" + "x" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("target", GOOD)
def test_a_path_of_this_site_is_kept(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize("target", EVIL)
def test_anything_else_leads_home(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_the_corpus_is_large_enough() -> None:
    assert len(EVIL) >= 60
