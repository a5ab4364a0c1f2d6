"""The store of a machine that shares its results: the local tier before the remote one.

Files are kept here and there as soon as they are made; a record is created there before it is
noted here, so what is found here can be found by all. Files are fetched when they are opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cache.blobs import BlobStore, StoredBlob, writing
from cache.errors import Miss
from cache.remote import Remote
from cache.store import Store, blobs_in


class SharedBlobs(BlobStore):
    """Files of this machine, and behind them those of all.

    Args:
        root: Folder of the local store.
        remote: The second tier.
    """

    def __init__(self, root: Path, remote: Remote) -> None:
        super().__init__(root)
        self._remote = remote
        self._seen_there: set[str] = set()

    def put_file(self, path: Path, suffix: str) -> StoredBlob:
        """Store a file on both tiers; the path is gone afterwards."""
        blob = super().put_file(path, suffix)
        self.share(blob)
        return blob

    def path(self, blob: StoredBlob) -> Path:
        """Path of an intact blob, fetched first where this machine does not have it.

        Raises:
            Miss: Neither tier has it, or not as its name says.
        """
        try:
            return super().path(blob)
        except Miss:
            self._fetch(blob)
        return super().path(blob)

    def share(self, blob: StoredBlob) -> None:
        """Make sure that a blob of this machine is on the second tier.

        Raises:
            Miss: This machine does not have it, and nor has the second tier.
        """
        if blob.digest not in self._seen_there:
            here = self.where(blob)
            if here.exists():
                self._remote.put(blob, here)
            elif not self._remote.has(blob):
                raise Miss(f"blob {blob.digest[:12]} is named before it is stored")
            self._seen_there.add(blob.digest)

    def holds(self, blob: StoredBlob) -> bool:
        """Whether the blob can be opened: it lies here, or there in the right size."""
        if self._lies_here(blob):
            return True
        if blob.digest not in self._seen_there and self._remote.has(blob):
            self._seen_there.add(blob.digest)
        return blob.digest in self._seen_there

    def _fetch(self, blob: StoredBlob) -> None:
        scratch = self.scratch(blob.suffix)
        self._seen_there.discard(blob.digest)
        try:
            with writing(scratch):
                self._remote.fetch(blob, scratch)
                super().put_file(scratch, blob.suffix)
        finally:
            scratch.unlink(missing_ok=True)
        self._seen_there.add(blob.digest)


class SharedStore(Store):
    """A :class:`Store` whose results are those of all machines.

    Args:
        root: Folder of the local store.
        remote: The second tier.
    """

    blobs: SharedBlobs

    def __init__(self, root: Path, remote: Remote) -> None:
        super().__init__(root)
        self.blobs = SharedBlobs(root, remote)
        self._remote = remote

    def lookup(self, key: str) -> dict[str, Any]:
        """The record under a key, from whichever tier has it; its files can be opened.

        Raises:
            Miss: Neither tier has it, or a file that it names is lost.
        """
        try:
            record = self.index.get(key)
        except Miss:
            record = self._remote.record(key)
            self._check(record)
            self.index.put(key, record)
            return record
        self._check(record)
        return record

    def record(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        """Store a record for all; the one that stands is another's if that was first.

        Raises:
            Miss: A blob that it names is not stored.
            StoreUnwritable: The index cannot be written.
        """
        for blob in blobs_in(value):
            self.blobs.share(blob)
        standing = value if self._remote.create(key, value) else self._standing(key, value)
        self.index.put(key, standing)
        return standing

    def reach(self) -> None:
        """Write to the second tier, to learn whether it can be reached."""
        self._remote.replace("reached", {})

    def _standing(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        try:
            theirs = self._remote.record(key)
            self._check(theirs)
        except Miss:
            self._remote.replace(key, value)
            return value
        return theirs

    def _check(self, record: dict[str, Any]) -> None:
        for blob in blobs_in(record):
            if not self.blobs.holds(blob):
                raise Miss(f"blob {blob.digest[:12]} is lost")
