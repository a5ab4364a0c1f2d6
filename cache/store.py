"""Records and the blobs they name, as one store.

A record is written after its blobs and read only when all of them are intact, so a crash at any
instant leaves a miss and never a lie.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cache.blobs import BlobStore, StoredBlob
from cache.errors import Miss
from cache.index import Index

BLOB_FIELDS = {"digest", "suffix", "bytes"}
# A writer may hold a blob for this long before the record that names it is stored.
GRACE_S = 7 * 24 * 3600


@dataclass(frozen=True)
class StoreSize:
    """What the store holds, in bytes, and how much of it a sweep would free."""

    total_bytes: int
    free_able_bytes: int
    files: int


class Store:
    """Facade over blobs and index.

    Args:
        root: Folder of the store; made when missing.
        index: Name of the index's folder in it: several indexes may share one store's files.
    """

    def __init__(self, root: Path, index: str = "index") -> None:
        self.blobs = BlobStore(root)
        self.index = Index(root / index)

    def lookup(self, key: str) -> dict[str, Any]:
        """The record under a key, all blobs that it names verified.

        Raises:
            Miss: Not stored, or not intact any more.
        """
        record = self.index.get(key)
        for blob in blobs_in(record):
            self.blobs.path(blob)
        return record

    def record(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        """Store a record whose blobs are already stored, and return the one that stands.

        Raises:
            Miss: A blob that it names is not stored.
            StoreUnwritable: The index cannot be written.
        """
        for blob in blobs_in(value):
            if not self.blobs.where(blob).exists():
                raise Miss(f"blob {blob.digest[:12]} is named before it is stored")
        self.index.put(key, value)
        return value

    def size(self, kept: set[str], now_s: float | None = None) -> StoreSize:
        """Measure the store. ``kept`` holds the digests that must stay."""
        total, able, files = 0, 0, 0
        for digest, path, size in self.blobs.each():
            total, files = total + size, files + 1
            if digest not in kept and self._old(path, now_s):
                able += size
        return StoreSize(total, able, files)

    def sweep(self, kept: set[str], *, grace_s: float = GRACE_S, now_s: float | None = None) -> int:
        """Remove old blobs that nothing keeps; returns the bytes freed.

        Args:
            kept: Digests that stay: everything paid for, uploaded or chosen by a person.
            grace_s: Blobs younger than this stay whatever ``kept`` says.
            now_s: Time of the sweep in seconds since the epoch; the present when None.
        """
        now_s = time.time() if now_s is None else now_s
        freed = self.blobs.sweep_scratch(grace_s, now_s)
        for digest, path, size in list(self.blobs.each()):
            if digest not in kept and self._old(path, now_s, grace_s):
                path.unlink(missing_ok=True)
                freed += size
        return freed

    def close(self) -> None:
        self.index.close()

    @staticmethod
    def _old(path: Path, now_s: float | None, grace_s: float = GRACE_S) -> bool:
        now_s = time.time() if now_s is None else now_s
        return path.exists() and now_s - path.stat().st_mtime >= grace_s


def blobs_in(value: Any) -> Iterator[StoredBlob]:
    """Every blob that a JSON value names, at any depth."""
    if isinstance(value, dict):
        if value.keys() == BLOB_FIELDS:
            yield StoredBlob(value["digest"], value["suffix"], value["bytes"])
            return
        for item in value.values():
            yield from blobs_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from blobs_in(item)
