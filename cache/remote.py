"""The second tier: what one machine made, for all others, on an object store or a shared folder.

    blobs/ab/cd/<sha256>.<suffix>     files, before
    records/<key>.json                the manifest that names them, created once, never replaced

It is the only code that knows the object store's library. What the library says is never quoted,
as addresses may hold rights of access; the kind of trouble is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from cache.blobs import StoredBlob
from cache.errors import Miss, RemoteAway

SCHEMES = ("s3", "gs", "az", "file")
CONNECT_S = "5s"
# The whole of one request, so also of the largest film over a slow line.
REQUEST_S = "600s"
RETRIES = {"max_retries": 4, "retry_timeout": timedelta(seconds=20)}
CHUNK_BYTES = 1 << 20


class Remote:
    """Blobs and manifests at one address; threads may share it.

    Args:
        url: ``s3://bucket/prefix``, ``gs://``, ``az://``, ``file:///`` or the path of a folder,
            which is made when missing. Rights of access come from the environment, under the
            names that each vendor's own tools use.
        away: Makes the error that is raised when the address cannot be reached or written.
    """

    def __init__(self, url: str, away: Callable[[str], Exception] = RemoteAway) -> None:
        self._url = url
        self._away = away

    def has(self, blob: StoredBlob) -> bool:
        """Whether a file of that name and size is there."""
        import obstore

        with self._reaching():
            try:
                size = obstore.head(self._store, blob_name(blob))["size"]
            except FileNotFoundError:
                return False
        return bool(size == blob.bytes)

    def put(self, blob: StoredBlob, path: Path) -> None:
        """Store a file under its name unless it is there whole; visible only when complete."""
        import obstore

        if not self.has(blob):
            with self._reaching():
                obstore.put(self._store, blob_name(blob), path)

    def fetch(self, blob: StoredBlob, target: Path) -> None:
        """Copy a file to a path and compare it with its name; a false one is emptied there.

        Raises:
            Miss: It is not there, or its content is not what its name says.
        """
        import obstore

        with self._reaching():
            try:
                chunks = obstore.get(self._store, blob_name(blob)).stream(CHUNK_BYTES)
                digest, size = _copied(chunks, target, blob.bytes)
                if size == blob.bytes and digest != blob.digest:
                    # Emptied, not deleted: it needs fewer rights, and all makers of S3 agree on it.
                    obstore.put(self._store, blob_name(blob), b"")
            except FileNotFoundError as error:
                raise Miss(f"blob {blob.digest[:12]} is not shared") from error
        if digest != blob.digest:
            raise Miss(f"shared blob {blob.digest[:12]} is damaged")

    def record(self, key: str) -> dict[str, Any]:
        """The manifest under a key.

        Raises:
            Miss: There is none, or it is damaged.
        """
        import obstore

        with self._reaching():
            try:
                data = bytes(obstore.get(self._store, record_name(key)).bytes())
            except FileNotFoundError as error:
                raise Miss(f"record {key[:12]} is not shared") from error
        return _read(key, data)

    def create(self, key: str, value: dict[str, Any]) -> bool:
        """Store a manifest; False when there is one already, which stays."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._reaching():
            try:
                obstore.put(self._store, record_name(key), _written(value), mode="create")
            except AlreadyExistsError:
                return False
        return True

    def replace(self, key: str, value: dict[str, Any]) -> None:
        """Store a manifest in place of one that cannot be used any more."""
        import obstore

        with self._reaching():
            obstore.put(self._store, record_name(key), _written(value))

    @cached_property
    def _store(self) -> Any:
        try:
            return self._opened()
        except OSError as error:
            raise self._away(error.strerror or "OSError") from None

    def _opened(self) -> Any:
        from obstore.store import LocalStore, from_url

        if "://" not in self._url:
            return LocalStore(prefix=Path(self._url).expanduser().resolve(), mkdir=True)
        if self._url.startswith("file://"):
            return from_url(self._url, mkdir=True)
        options: Any = {
            "timeout": REQUEST_S,
            "connect_timeout": CONNECT_S,
            # Options given here take the place of all that the library reads from there itself.
            "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true"),
        }
        patience: Any = RETRIES
        return from_url(self._url, client_options=options, retry_config=patience)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, ValueError) as error:
            raise self._away(type(error).__name__.removesuffix("Error")) from None


def blob_name(blob: StoredBlob) -> str:
    return f"blobs/{blob.digest[:2]}/{blob.digest[2:4]}/{blob.digest}{blob.suffix}"


def record_name(key: str) -> str:
    return f"records/{key}.json"


def _copied(chunks: Any, target: Path, most_bytes: int) -> tuple[str, int]:
    """Digest and size of what was copied; more than was expected is not copied to its end."""
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        for chunk in chunks:
            data = bytes(chunk)
            size += len(data)
            if size > most_bytes:
                break
            digest.update(data)
            file.write(data)
    return digest.hexdigest(), size


def _written(value: dict[str, Any]) -> bytes:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}".encode()


def _read(key: str, data: bytes) -> dict[str, Any]:
    checksum, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise Miss(f"shared record {key[:12]} is damaged")
    value: dict[str, Any] = json.loads(body)
    return value
