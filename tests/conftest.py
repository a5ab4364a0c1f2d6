"""What all tests share: a home of their own, and no errors in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--live", action="store_true", help="run tests that spend money")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--live"):
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason="spends money; ask for it with --live"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A studio home for this test alone, and no keys from the developer's environment."""
    home = tmp_path / "home"
    monkeypatch.setenv("STUDIO_HOME", str(home))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REPLICATE_API_TOKEN", "REPLICATE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("STUDIO_DATABASE_URL", "STUDIO_ARTIFACTS_URL", "STUDIO_HOSTED"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(autouse=True)
def no_logged_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """An ERROR in the log fails the test, unless it takes the ``allow_errors`` marker."""
    seen: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    collector = Collector(level=logging.ERROR)
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)
    if not request.node.get_closest_marker("allow_errors"):
        assert not seen, f"logged as errors: {seen}"
