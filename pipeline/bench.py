"""The workbench over the real store: what a stage may touch while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cache import Remote, SharedStore, Store, StoredBlob, StoreUnwritable
from pipeline.errors import DiskFull, StorageFailed
from pipeline.model import Blob
from pipeline.settings import Settings

Report = Callable[[float, str], None]


def silent(_fraction: float, _note: str) -> None:
    """For work that nobody watches."""


class StoreBench:
    """Implements :class:`pipeline.stage.Workbench`; scratch files die with :meth:`close`.

    Args:
        store: Where blobs go.
        report: Called with a fraction in 0..1 and a note; raises ``Cancelled`` to stop the work.
        threads: How many threads a stage may use.
    """

    def __init__(self, store: Store, report: Report = silent, threads: int = 1) -> None:
        self.threads = threads
        self._store = store
        self._report = report
        self._scratch: list[Path] = []

    def keep_file(self, path: Path, suffix: str) -> Blob:
        with storage_errors():
            return as_blob(self._store.blobs.put_file(path, suffix))

    def keep_bytes(self, data: bytes, suffix: str) -> Blob:
        with storage_errors():
            return as_blob(self._store.blobs.put_bytes(data, suffix))

    def path(self, blob: Blob) -> Path:
        return self._store.blobs.path(as_stored(blob))

    def scratch(self, suffix: str) -> Path:
        path = self._store.blobs.scratch(suffix)
        self._scratch.append(path)
        return path

    def progress(self, fraction: float, note: str = "") -> None:
        self._report(min(1.0, max(0.0, fraction)), note)

    def close(self) -> None:
        """Remove what is left of the scratch files."""
        for path in self._scratch:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def open_store(settings: Settings) -> Store:
    """The store of a studio: with a second tier where its results are to be shared.

    Raises:
        StorageFailed: It cannot be opened.
    """
    with storage_errors():
        if settings.artifacts_url is None:
            return Store(settings.store)
        return SharedStore(settings.store, Remote(settings.artifacts_url, away=_artifacts_away))


def open_bench(home: Path, report: Report = silent, threads: int = 1) -> tuple[Store, StoreBench]:
    """Store and workbench of a studio's home, for a process that only computes.

    Raises:
        StorageFailed: The store cannot be opened.
    """
    with storage_errors():
        store = Store(home / "store")
    return store, StoreBench(store, report, threads)


def open_drafts(home: Path, report: Report = silent, threads: int = 1) -> tuple[Store, StoreBench]:
    """The same where results are shared: what it records is a draft until its parent shares it.

    A record that is found in the store can then be found by all machines, whatever dies when,
    and processes that decode foreign files need no rights of access to the second tier.

    Raises:
        StorageFailed: The store cannot be opened.
    """
    with storage_errors():
        store = Store(home / "store", index="drafts")
    return store, StoreBench(store, report, threads)


def _artifacts_away(kind: str) -> StorageFailed:
    return StorageFailed(
        f"The shared results (STUDIO_ARTIFACTS_URL) cannot be reached or written ({kind}).",
        "Mend the address, its rights of access or the network, then start again;"
        " what is finished is kept.",
    )


@contextmanager
def storage_errors() -> Iterator[None]:
    """Translate the store's errors into sentences for people."""
    try:
        yield
    except StoreUnwritable as error:
        if error.full:
            raise DiskFull(
                "The disk is full, so the result could not be kept.",
                "Free some space (Settings shows what the studio can free) and start again;"
                " what is finished is kept.",
            ) from error
        raise StorageFailed(
            f"The studio's folder cannot be written: {error}.",
            "Choose another folder with STUDIO_HOME or --home, or mend its permissions.",
        ) from error


def as_blob(stored: StoredBlob) -> Blob:
    return Blob(digest=stored.digest, suffix=stored.suffix, bytes=stored.bytes)


def as_stored(blob: Blob) -> StoredBlob:
    return StoredBlob(blob.digest, blob.suffix, blob.bytes)
