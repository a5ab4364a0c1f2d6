"""Photographs of every page: light and dark, wide and narrow, empty and full.

python tests/browser/shots.py [--out shots]

Starts the app in a new home, makes the demo project through the app itself, runs it to the film
and photographs what a person would see.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import driver

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {"wide": (1400, 900), "narrow": (420, 900)}
SCHEMES = ("dark", "light")
PAGES = ("home", "song", "plan", "cast", "clips", "film", "costs", "settings")
WORK_MS = 600_000
PICTURES_ARE_THERE = """() => [...document.images].every((one) => one.complete)
    && [...document.querySelectorAll("video")].every((one) => one.readyState >= 2 || one.error)"""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=Path("shots"))
    out = arguments.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    if driver.chromium() is None:
        sys.stderr.write("No Chromium was found: install one to photograph the pages.\n")
        return 1
    with (
        tempfile.TemporaryDirectory() as home,
        driver.serving(Path(home)) as address,
        driver.browsing() as browser,
    ):
        album = Album(browser, address, out)
        album.take("empty", "", ("home", "settings"))
        project = begin(browser, address)
        album.take("begun", project, ("song", "plan", "cast", "clips", "film", "costs"))
        finish(browser, address, project, out)
        album.take("full", project, PAGES)
    sys.stderr.write(f"{len(list(out.glob('*.png')))} photographs are in {out}.\n")
    for line in album.errors:
        sys.stderr.write(f"console: {line}\n")
    return 1 if album.errors else 0


class Album:
    """Takes the same pages in every size and scheme; collects the console's errors."""

    def __init__(self, browser: Browser, address: str, out: Path) -> None:
        self.browser, self.address, self.out = browser, address, out
        self.errors: list[str] = []

    def take(self, state: str, project: str, pages: tuple[str, ...]) -> None:
        for scheme in SCHEMES:
            for size, (width, height) in SIZES.items():
                page = self.browser.new_page(
                    viewport={"width": width, "height": height}, color_scheme=scheme
                )
                page.add_init_script(f"localStorage['studio-theme'] = '{scheme.title()}'")
                seen = driver.watch(page)
                for name in pages:
                    page.goto(link(self.address, name, project))
                    driver.settle(page)
                    page.wait_for_function(PICTURES_ARE_THERE, timeout=60_000)
                    whole_height(page, width)
                    page.screenshot(path=self.out / f"{name}-{state}-{scheme}-{size}.png")
                    page.set_viewport_size({"width": width, "height": height})
                self.errors += seen
                page.close()


def whole_height(page: Page, width: int) -> None:
    """Grow the window to the page: Streamlit scrolls inside a box of the window's height."""
    content = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(900, min(4000, int(content)))})
    driver.settle(page)


def link(address: str, name: str, project: str) -> str:
    path = "" if name == "home" else name
    return f"{address}/{path}" + (f"?project={project}" if project and path else "")


def begin(browser: Browser, address: str) -> str:
    """Press *Try the demo song*; returns the project's id."""
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("button", name="Try the demo song").click()
    page.wait_for_url(re.compile(r"project="), timeout=WORK_MS)
    page.get_by_role("link", name=re.compile("Song.*done")).wait_for(timeout=WORK_MS)
    project = page.url.partition("project=")[2]
    page.close()
    return project


def finish(browser: Browser, address: str, project: str, out: Path) -> None:
    """Press *Make the film*, photograph the work, and wait for the film."""
    page = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="dark")
    page.goto(link(address, "film", project))
    page.get_by_role("button", name=re.compile("Make the film")).click()
    page.get_by_text(re.compile(r"[1-9]\d? %")).first.wait_for(timeout=WORK_MS)
    page.screenshot(path=out / "film-running-dark-wide.png")
    page.locator("video").wait_for(timeout=WORK_MS)
    page.close()


if __name__ == "__main__":
    raise SystemExit(main())
