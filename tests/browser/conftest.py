"""Fixtures: one server and one browser for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def driver() -> ModuleType:
    """The helper beside this file, which the photographs use too."""
    from tests.browser import driver

    return driver


@pytest.fixture(scope="session")
def browser(driver: ModuleType) -> Iterator[Any]:
    if driver.chromium() is None:
        reason = "no Chromium on this machine"
        if os.environ.get("STUDIO_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with driver.browsing() as browser:
        yield browser


@pytest.fixture(scope="session")
def address(driver: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with driver.serving(tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture
def page(driver: ModuleType, browser: Any) -> Iterator[Any]:
    """A new visitor's page; a console error or media that did not load fail the test."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="dark")
    page = context.new_page()
    errors = driver.watch(page)
    yield page
    broken = driver.broken_media(page)
    context.close()
    assert not errors, errors
    assert not broken, broken
