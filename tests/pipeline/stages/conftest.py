"""A workbench on a temporary folder, and clips and songs whose content can be checked by eye."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pipeline.model import Blob, Clip

COLOURS = [  # Y, U, V: no two closer than 20 steps
    (40, 90, 240), (80, 90, 40), (60, 240, 110), (180, 30, 150), (130, 54, 180), (100, 200, 60),
    (150, 128, 128), (200, 110, 90), (70, 160, 160), (110, 60, 90), (170, 180, 100), (90, 128, 200),
]  # fmt: skip


class FolderBench:
    """Blobs as files in one folder; records in a dictionary."""

    threads = 2

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: dict[str, dict[str, Any]] = {}
        self.made: list[str] = []

    def keep_file(self, path: Path, suffix: str) -> Blob:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        blob = Blob(digest=digest, suffix=suffix, bytes=path.stat().st_size)
        shutil.move(path, self.folder / f"{digest}{suffix}")
        return blob

    def keep_bytes(self, data: bytes, suffix: str) -> Blob:
        path = self.scratch(suffix)
        path.write_bytes(data)
        return self.keep_file(path, suffix)

    def path(self, blob: Blob) -> Path:
        return self.folder / f"{blob.digest}{blob.suffix}"

    def scratch(self, suffix: str) -> Path:
        return self.folder / f"scratch-{uuid.uuid4().hex}{suffix}"

    def progress(self, fraction: float, note: str = "") -> None:
        assert 0 <= fraction <= 1

    def lookup(self, key: str) -> dict[str, Any]:
        return self.records[key]

    def record(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        self.made.append(key)
        self.records[key] = value
        return value


@pytest.fixture
def bench(tmp_path: Path) -> FolderBench:
    return FolderBench(tmp_path)


@pytest.fixture
def flat_clip(bench: FolderBench) -> Callable[..., Clip]:
    """A clip of one colour: ``flat_clip(colour_index, seconds, fps, size)``."""

    def make(
        colour: int, seconds: float = 2.0, fps: int = 24, size: tuple[int, int] = (320, 180)
    ) -> Clip:
        width, height = size
        path = bench.scratch(".mp4")
        luma, u, v = COLOURS[colour]
        planes = np.full((height * 3 // 2, width), luma, np.uint8)
        planes[height : height * 5 // 4] = u
        planes[height * 5 // 4 :] = v
        frames = round(seconds * fps)
        with av.open(str(path), "w", format="mp4") as out:
            stream: Any = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.colorspace = 1  # bt709, as its size alone would not tell
            for index in range(frames):
                frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
                frame.pts, frame.time_base = index, Fraction(1, fps)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        blob = bench.keep_file(path, ".mp4")
        return Clip(blob=blob, width=width, height=height, frames=frames, fps=fps, made_by="test")

    return make


@pytest.fixture
def noise_song(bench: FolderBench) -> Callable[..., Blob]:
    """A WAV of noise: ``noise_song(seconds, rate)``; noise shows every shift."""

    def make(seconds: float, rate: int = 44_100) -> Blob:
        rng = np.random.default_rng(7)
        data = (rng.standard_normal((round(seconds * rate), 2)) * 3000).astype("<i2")
        path = bench.scratch(".wav")
        with av.open(str(path), "w", format="wav") as out:
            stream: Any = out.add_stream("pcm_s16le", rate=rate, layout="stereo")
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(data.reshape(1, -1)), format="s16", layout="stereo"
            )
            frame.sample_rate, frame.pts = rate, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return bench.keep_file(path, ".wav")

    return make


@pytest.fixture
def colours_of() -> Callable[[Path], list[int]]:
    """The nearest known colour of every decoded frame of a file."""

    def read(path: Path) -> list[int]:
        table = np.array(COLOURS, np.float32)
        found = []
        with av.open(str(path)) as film:
            for frame in film.decode(video=0):
                planes = frame.to_ndarray(format="yuv420p")
                high, wide = frame.height, frame.width
                middle = planes[high // 2 - 4 : high // 2 + 4, wide // 2 - 8 : wide // 2 + 8]
                u = planes[high : high * 5 // 4].reshape(-1, wide // 2)[high // 4, wide // 4]
                v = planes[high * 5 // 4 :].reshape(-1, wide // 2)[high // 4, wide // 4]
                colour = np.array([middle.mean(), u, v], np.float32)
                found.append(int(np.abs(table - colour).sum(axis=1).argmin()))
        return found

    return read
