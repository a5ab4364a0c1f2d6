"""A real PostgreSQL server for tests, started on a free port and thrown away afterwards.

A conftest imports :func:`postgres_url`, which skips with a reason where no server can be started.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

START_TIMEOUT_S = 60
# Readable for the unprivileged user, unlike pytest's own folders.
SHARED = "/tmp"


def find_tools() -> Path | None:
    """The folder that holds ``initdb`` and ``pg_ctl``, or None."""
    on_path = shutil.which("initdb")
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = [Path(on_path).parent] if on_path else [home for home in homes]
    return next((home for home in found if (home / "pg_ctl").exists()), None)


def plain_user() -> tuple[int, int] | None:
    """User and group to drop to, as PostgreSQL refuses to run as root; None when not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    pytest.skip("no unprivileged user to run PostgreSQL as")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server() -> Iterator[str]:
    """The SQLAlchemy address of a fresh cluster; skips the test where none can be started."""
    tools = find_tools()
    if tools is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    owner = plain_user()
    with tempfile.TemporaryDirectory(prefix="studio-pg-", dir=SHARED) as folder:
        home = Path(folder)
        if owner:
            os.chown(home, *owner)
        data, port = home / "data", free_port()
        _as(owner, tools / "initdb", "-D", data, "-U", "studio", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c max_connections=200"
        _as(owner, tools / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://studio@127.0.0.1:{port}/postgres"
        finally:
            _as(owner, tools / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _as(owner: tuple[int, int] | None, *command: object) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=SHARED,
        user=owner[0] if owner else None,
        group=owner[1] if owner else None,
        extra_groups=[] if owner else None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=START_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        pytest.skip(f"PostgreSQL cannot be started here: {' '.join(words)[-300:]}")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a real PostgreSQL server that lives as long as the test run."""
    with running_server() as url:
        yield url
