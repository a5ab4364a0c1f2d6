"""What works on this machine, and what a missing key or part costs. Spends nothing."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from cache import SharedStore
from pipeline.errors import StorageFailed

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

LOW_DISK_BYTES = 2_000_000_000
PARTS = ("av", "librosa", "opencv-python-headless", "dbos", "openai", "replicate", "streamlit")


@dataclass(frozen=True)
class Check:
    """One line of the doctor; ``cost`` says what one does without when it is not ``ok``."""

    name: str
    ok: bool
    message: str
    cost: str = ""


def examine(studio: Workshop) -> tuple[Check, ...]:
    """All checks, in the order in which a person would mend them."""
    return (
        _python(),
        *(_part(name) for name in PARTS),
        _finder(),
        _encoder(),
        _home(studio),
        _disk(studio),
        _database(studio),
        _results(studio),
        *_keys(studio),
    )


def _python() -> Check:
    shown = ".".join(str(part) for part in sys.version_info[:3])
    return Check("Python", (3, 11) <= sys.version_info < (3, 14), shown, "Use 3.11, 3.12 or 3.13.")


def _part(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed", "Run make studio, or install requirements.txt.")


def _finder() -> Check:
    """An optional part: what it gives is said even where it is missing, and that is no fault."""
    try:
        return Check("pocketsphinx", True, f"{version('pocketsphinx')}, finds pasted English words")
    except PackageNotFoundError:
        gives = "optional: finds pasted English words in a song (pip install pocketsphinx)"
        return Check("pocketsphinx", True, f"not installed; {gives}")


def _encoder() -> Check:
    import av

    missing = [name for name in ("libx264", "aac") if name not in av.codecs_available]
    if missing:
        return Check("Encoders", False, f"missing {', '.join(missing)}", "No film can be composed.")
    return Check("Encoders", True, "H.264 and AAC")


def _home(studio: Workshop) -> Check:
    home = studio.settings.home
    return Check(
        "Home", os.access(home, os.W_OK), str(home), "Nothing can be kept: set STUDIO_HOME."
    )


def _disk(studio: Workshop) -> Check:
    free = shutil.disk_usage(studio.settings.home).free
    return Check(
        "Disk",
        free > LOW_DISK_BYTES,
        f"{free / 1e9:.1f} GB free",
        "A film needs about 2 GB while it is made: free some space.",
    )


def _database(studio: Workshop) -> Check:
    """Opens it, and so makes the tables that a new release needs."""
    kind = "Postgres" if studio.settings.database_url else "SQLite in the home"
    try:
        _ = studio.engine.progress, studio.engine.system
    except StorageFailed as error:
        return Check("Database", False, error.message.rstrip("."), error.way_out)
    return Check("Database", True, kind)


def _results(studio: Workshop) -> Check:
    """Where results are shared; an address is written to, as rights may be for reading only."""
    name = "Results"
    if not isinstance(studio.store, SharedStore):
        apart = studio.settings.database_url is not None
        where = "in the home, which all processes must share" if apart else "in the home"
        return Check(name, True, where)
    try:
        studio.store.reach()
    except StorageFailed as error:
        return Check(name, False, error.message.rstrip("."), error.way_out)
    return Check(name, True, "shared at STUDIO_ARTIFACTS_URL")


def _keys(studio: Workshop) -> tuple[Check, ...]:
    costs = {
        "OPENAI_API_KEY": "Plans are made by the offline planner; lyrics get no word times.",
        "REPLICATE_API_TOKEN": "Clips and references are previews drawn on this machine.",
    }
    sources = studio.keys.sources()
    return tuple(
        Check(
            name, bool(sources[name]), f"from {sources[name]}" if sources[name] else "not set", cost
        )
        for name, cost in costs.items()
    )
