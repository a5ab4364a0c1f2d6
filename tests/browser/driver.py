"""A real server and a real browser, for the walk through the app and for its photographs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)
KEYS = ("OPENAI_API_KEY", "REPLICATE_API_TOKEN", "STUDIO_DATABASE_URL", "STUDIO_ARTIFACTS_URL")
START_S = 60.0
STILL = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[str]:
    """The app in a process of its own, with a home of its own and no key; yields its address."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in KEYS}
    log = (home / "server.log").open("w")
    server = subprocess.Popen(
        [
            sys.executable,
            *("-m", "streamlit", "run", "studio_app.py"),
            *("--server.port", str(port), "--server.address", "127.0.0.1"),
            *("--server.headless", "true"),
        ],
        cwd=ROOT,
        env={**kept, "STUDIO_HOME": str(home / "studio"), **environment},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with code {server.returncode}")
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the server did not answer in time")


@contextmanager
def browsing() -> Iterator[Browser]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def watch(page: Page) -> list[str]:
    """Collect what the page's console calls an error.

    Streamlit asks for its health under a page's own path before it tries the root, and answers
    its own question with 404: that is no error of the studio. Nor is a picture of a page that
    was left while the picture was still being fetched: Streamlit has let go of it by then
    (`broken_media` finds those that a person would see).
    """
    seen: list[str] = []

    def note(message: object) -> None:
        line = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not any(part in line for part in ("/_stcore/", "/media/")):
            seen.append(line)

    page.on("console", note)
    page.on("pageerror", lambda error: seen.append(str(error)))
    return seen


def broken_media(page: Page) -> list[str]:
    """Addresses of the pictures, sounds and films in the page that could not be loaded."""
    return page.evaluate(
        """() => [
            ...[...document.images].filter(one => one.complete && one.src && !one.naturalWidth),
            ...[...document.querySelectorAll('audio, video')].filter(one => one.error),
        ].map(one => one.src)"""
    )


def settle(page: Page, timeout_s: float = 60.0) -> None:
    """Wait until the script has run, every part of it is drawn, and nothing is greyed out."""
    page.wait_for_selector(STILL, timeout=timeout_s * 1000)
    page.wait_for_function(
        "() => !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')",
        timeout=timeout_s * 1000,
    )
