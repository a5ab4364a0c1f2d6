"""Files named by their content.

A blob appears under its name only when it is whole: unique temporary name, fsync, rename, fsync
of the folder. Any number of processes may write the same content at once.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cache.errors import Miss, StoreUnwritable

CHUNK_BYTES = 1 << 20
OWNER_ONLY = 0o700


@dataclass(frozen=True)
class StoredBlob:
    """Name of a stored file: hex SHA-256, suffix with its dot, size."""

    digest: str
    suffix: str
    bytes: int


class BlobStore:
    """Plain files under ``root``; ``scratch`` names lie on the same file system.

    Args:
        root: Folder of the store; made, owner-only, when missing.

    Raises:
        StoreUnwritable: The folder cannot be made or written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs = root / "blobs"
        self._scratch = root / "scratch"
        self._verified: dict[Path, tuple[int, int]] = {}
        with writing(root):
            for folder in (root, self._blobs, self._scratch):
                folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)

    def scratch(self, suffix: str) -> Path:
        """A unique path for work in progress; nothing is created."""
        return self._scratch / f"{os.getpid()}-{uuid.uuid4().hex}{suffix}"

    def put_bytes(self, data: bytes, suffix: str) -> StoredBlob:
        """Store bytes and return their name."""
        temporary = self.scratch(suffix)
        with writing(temporary):
            temporary.write_bytes(data)
        return self.put_file(temporary, suffix)

    def put_file(self, path: Path, suffix: str) -> StoredBlob:
        """Move a finished file into the store; the path is gone afterwards.

        The file must lie on the store's file system (see :meth:`scratch`).
        """
        with writing(path):
            digest, size = _digest(path, sync=True)
            blob = StoredBlob(digest, suffix, size)
            if self._lies_here(blob):
                path.unlink()
                return blob
            self._publish(path, self.where(blob))
        return blob

    def where(self, blob: StoredBlob) -> Path:
        """The path a blob has or would have."""
        first, second = blob.digest[:2], blob.digest[2:4]
        return self._blobs / first / second / f"{blob.digest}{blob.suffix}"

    def path(self, blob: StoredBlob) -> Path:
        """Path of an intact blob.

        The content is compared with its name once per process and again whenever the file's
        size or time has changed.

        Raises:
            Miss: The file is missing or its content is not what its name says.
        """
        path = self.where(blob)
        try:
            status = path.stat()
            seen = (status.st_size, status.st_mtime_ns)
            if self._verified.get(path) == seen:
                return path
            intact = status.st_size == blob.bytes and _digest(path)[0] == blob.digest
        except OSError as error:
            raise Miss(f"blob {blob.digest[:12]} cannot be read") from error
        if not intact:
            raise Miss(f"blob {blob.digest[:12]} is damaged")
        self._verified[path] = seen
        return path

    def holds(self, blob: StoredBlob) -> bool:
        """Whether the blob is stored and intact."""
        return self._lies_here(blob)

    def each(self) -> Iterator[tuple[str, Path, int]]:
        """Digest, path and size in bytes of every stored file."""
        for path in self._blobs.glob("*/*/*"):
            with suppress(FileNotFoundError):
                yield path.name.split(".")[0], path, path.stat().st_size

    def sweep_scratch(self, older_than_s: float, now_s: float) -> int:
        """Remove leftovers of killed writers; returns the bytes freed."""
        freed = 0
        for path in self._scratch.iterdir():
            with suppress(FileNotFoundError):
                status = path.stat()
                if now_s - status.st_mtime > older_than_s:
                    path.unlink()
                    freed += status.st_size
        return freed

    def _lies_here(self, blob: StoredBlob) -> bool:
        try:
            BlobStore.path(self, blob)
        except Miss:
            return False
        return True

    def _publish(self, temporary: Path, final: Path) -> None:
        final.parent.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
        temporary.replace(final)
        self._verified.pop(final, None)
        _sync_folder(final.parent)


def _digest(path: Path, *, sync: bool = False) -> tuple[str, int]:
    """Hex SHA-256 and size of a file, flushed to the disk first where asked."""
    digest, size = hashlib.sha256(), 0
    with path.open("r+b" if sync else "rb") as file:
        if sync:
            os.fsync(file.fileno())
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no fsync of folders; its rename is journalled
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Translate what the file system says, and leave no half-written file behind."""
    try:
        yield
    except OSError as error:
        with suppress(OSError):
            if path.is_file():
                path.unlink()
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else (error.strerror or "it cannot be written")
        raise StoreUnwritable(f"{path.parent}: {reason}", full=full) from error
