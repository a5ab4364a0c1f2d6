from __future__ import annotations

import hashlib
import importlib.util
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pipeline.model import AudioAnalysis, Blob
from pipeline.project import GridChoice
from pipeline.stages.analyze import ANALYZE, LISTEN, AnalyzeInputs, Heard, ListenInputs

RATE_HZ = 22_050


class FolderBench:
    """A workbench on a folder."""

    threads = 1

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self.fractions: list[float] = []

    def keep_bytes(self, data: bytes, suffix: str) -> Blob:
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / f"{digest}{suffix}").write_bytes(data)
        return Blob(digest=digest, suffix=suffix, bytes=len(data))

    def keep_file(self, path: Path, suffix: str) -> Blob:
        return self.keep_bytes(path.read_bytes(), suffix)

    def path(self, blob: Blob) -> Path:
        return self.folder / f"{blob.digest}{blob.suffix}"

    def scratch(self, suffix: str) -> Path:
        return self.folder / f"scratch{suffix}"

    def progress(self, fraction: float, note: str = "") -> None:
        assert 0 <= fraction <= 1
        self.notes.append(note)
        self.fractions.append(fraction)


def _wav(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def songs() -> ModuleType:
    """The development songs of the benchmark."""
    path = Path(__file__).parents[3] / "bench" / "songs.py"
    spec = importlib.util.spec_from_file_location("bench_songs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_songs"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bench(tmp_path: Path) -> FolderBench:
    return FolderBench(tmp_path)


@pytest.fixture
def hear(bench: FolderBench, tmp_path: Path) -> Callable[[Any], Heard]:
    """What LISTEN makes of samples at 22.05 kHz, or of a file."""

    def run(sound: Any) -> Heard:
        path = sound if isinstance(sound, Path) else _wav(tmp_path / "song.wav", sound)
        song = bench.keep_file(path, path.suffix)
        return LISTEN.run(ListenInputs(song=song), bench)

    return run


@pytest.fixture
def analyse(bench: FolderBench, hear: Callable[[Any], Heard]) -> Callable[..., AudioAnalysis]:
    def run(sound: Any, **choice: Any) -> AudioAnalysis:
        inputs = AnalyzeInputs(heard=hear(sound), grid=GridChoice(**choice))
        return ANALYZE.run(inputs, bench)

    return run
