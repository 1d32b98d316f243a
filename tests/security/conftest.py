"""One library for all tests of a file; they name their own records and leave the people alone."""

from collections.abc import Iterator

import pytest

from tests.support.running import Running, running


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("library")
    with running(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made
