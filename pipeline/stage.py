"""What a stage is, and the one way to run it.

A stage is a pure function ``(Inputs, Workbench) -> Output`` with a name and a hand-raised
version. Its key is the digest of all that its result depends on; the store is asked first.

    inputs ──canonical JSON──> key ──lookup──> hit: the stored output
                                     └─ miss ─> run ──> blobs, then the record
"""

from __future__ import annotations

import hashlib
import json
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from pipeline.model import Blob, Frozen

In = TypeVar("In", bound=Frozen)
Out = TypeVar("Out", bound=Frozen)


class NotYet(LookupError):
    """An earlier stage has not been made; the message names it."""


class Workbench(Protocol):
    """What a stage may touch: blobs, a scratch folder, its own progress."""

    threads: int

    def keep_file(self, path: Path, suffix: str) -> Blob:
        """Move a finished file into the store."""

    def keep_bytes(self, data: bytes, suffix: str) -> Blob:
        """Store bytes."""

    def path(self, blob: Blob) -> Path:
        """Where a stored blob lies, verified. Raises ``cache.Miss`` when it is gone."""

    def scratch(self, suffix: str) -> Path:
        """A new unique path on the store's file system, removed after the stage."""

    def progress(self, fraction: float, note: str = "") -> None:
        """Say how far the work is, 0..1. Raises ``Cancelled`` when a person stopped it."""


@dataclass(frozen=True)
class Stage(Generic[In, Out]):
    """A unit of derivable work.

    Args:
        name: Stable name, part of the key.
        version: Raised by hand whenever the same inputs would give another output.
        inputs: Frozen model that is the complete list of what the result depends on.
        output: Frozen model of the result; files in it are :class:`~pipeline.model.Blob`.
        run: The function itself; reads and writes nothing but through the workbench.
    """

    name: str
    version: int
    inputs: type[In]
    output: type[Out]
    run: Callable[[In, Workbench], Out]


@dataclass(frozen=True)
class Outcome(Generic[Out]):
    """A stage's result, whether it was found, and the wall seconds it took."""

    value: Out
    key: str
    hit: bool
    seconds: float


class StageStore(Protocol):
    """The part of the store that running a stage needs."""

    def lookup(self, key: str) -> dict[str, Any]:
        """The stored record, all its blobs verified. Raises ``LookupError`` on a miss."""

    def record(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        """Store a record whose blobs are already stored; returns the one that stands."""


def key_of(stage: Stage[Any, Any], inputs: Frozen) -> str:
    """Hex SHA-256 of the stage's name, version and canonical inputs."""
    document = {"stage": stage.name, "version": stage.version, "inputs": canonical(inputs)}
    return digest_of(document)


def digest_of(document: object) -> str:
    """Hex SHA-256 of a canonical JSON document."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> Any:
    """JSON data that is equal exactly when the meaning is: NFC text, floats as decimals."""
    if isinstance(value, Frozen):
        return canonical(value.model_dump(mode="python"))
    if isinstance(value, dict):
        return {str(name): canonical(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}" if value else "0"
    if isinstance(value, str):
        return unicodedata.normalize("NFC", str(value))
    return value


def find(stage: Stage[In, Out], inputs: In, store: StageStore) -> Out | None:
    """The stored output for these inputs, or None; never computes."""
    try:
        return stage.output.model_validate(store.lookup(key_of(stage, inputs)))
    except LookupError:
        return None


def run(stage: Stage[In, Out], inputs: In, store: StageStore, bench: Workbench) -> Outcome[Out]:
    """The output for these inputs, from the store or computed and stored."""
    began = time.perf_counter()
    key = key_of(stage, inputs)
    found = find(stage, inputs, store)
    value = found if found is not None else stage.run(inputs, bench)
    if found is None:
        standing = store.record(key, value.model_dump(mode="json"))
        value = stage.output.model_validate(standing)
    return Outcome(value, key, found is not None, time.perf_counter() - began)
