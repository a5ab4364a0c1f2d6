"""Small records by key, in diskcache, with its dangers switched off.

No pickle is ever written or read, nothing is evicted by size or age, the folder is the owner's
alone, and a record whose checksum does not match is a miss.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_PICKLE

from cache.errors import Miss, StoreUnwritable

# Diskcache drops writes silently when its lock is not had within the time-out.
LOCK_TIMEOUT_S = 60
UNLIMITED_BYTES = 1 << 62


class PlainDisk(diskcache.Disk):  # type: ignore[misc]  # the vendor ships no types
    """Text keys and text values only; a pickled row is refused, whoever wrote it."""

    def put(self, key: Any) -> tuple[Any, bool]:
        if not isinstance(key, str):
            raise TypeError("keys of the index are text")
        return key, True

    def store(self, value: Any, read: bool, key: Any = diskcache.core.UNKNOWN) -> Any:
        if not isinstance(value, str):
            raise TypeError("values of the index are text")
        return super().store(value, read, key)

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise Miss("the index holds a pickled key; it is not read")
        return key

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        if mode == MODE_PICKLE:
            raise Miss("the index holds a pickled value; it is not read")
        return super().fetch(mode, filename, value, read)


class Index:
    """JSON records by text key, shared by any number of processes.

    Args:
        folder: Where diskcache keeps its SQLite file.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._cache = diskcache.Cache(
                str(folder),
                disk=PlainDisk,
                timeout=LOCK_TIMEOUT_S,
                eviction_policy="none",
                cull_limit=0,
                size_limit=UNLIMITED_BYTES,
                # Every record stays inside SQLite: diskcache does not flush files of its own.
                disk_min_file_size=UNLIMITED_BYTES,
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreUnwritable(f"{folder}: the index cannot be opened ({error})") from error

    def get(self, key: str) -> dict[str, Any]:
        """The record under a key.

        Raises:
            Miss: Nothing is stored, or what is stored is not intact.
        """
        try:
            text = self._cache.get(key)
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            raise Miss(f"record {key[:12]} cannot be read") from error
        if not isinstance(text, str):
            raise Miss(f"record {key[:12]} is not stored")
        checksum, _, body = text.partition("\n")
        if hashlib.sha256(body.encode()).hexdigest() != checksum:
            raise Miss(f"record {key[:12]} is damaged")
        record: dict[str, Any] = json.loads(body)
        return record

    def put(self, key: str, record: dict[str, Any]) -> None:
        """Store a record; a later one under the same key replaces it."""
        body = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        text = f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}"
        try:
            self._cache.set(key, text)
        except (sqlite3.Error, OSError) as error:
            full = "full" in str(error)
            raise StoreUnwritable(f"the index cannot be written ({error})", full=full) from error

    def drop(self, key: str) -> None:
        """Forget a record; its blobs stay until they are swept."""
        self._cache.delete(key)

    def keys(self) -> Iterator[str]:
        """Every key, oldest first."""
        yield from self._cache

    def close(self) -> None:
        self._cache.close()
