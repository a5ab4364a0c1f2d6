"""Wav files whose header names an end that lies before the end of their sound.

A recorder that lost power, or a program that died, leaves the length of an earlier moment in the
header, and the decoder stops there without a word. Programs also write notes behind the sound of a
whole file: those are chunks, which follow each other to the file's very end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

FIRST_CHUNK = 12
LEAST_REST_BYTES = 1 << 16
MOST_CHUNKS = 1000
RATE_AT, RATE_BYTES = 8, 4


@dataclass(frozen=True)
class _Chunk:
    """A part of the file: its name, and the offsets in bytes of its content."""

    name: bytes
    begins: int
    length: int

    @property
    def ends(self) -> int:
        """Contents of an odd length are followed by one empty byte."""
        return self.begins + self.length + self.length % 2


def understated_s(path: Path) -> float | None:
    """Seconds that a wav file claims, where much more sound follows; else None.

    Args:
        path: Any file; one that is no plain wav gives None.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
            return None
        found = {one.name: one for one in _chunks(file, FIRST_CHUNK, until=b"data")}
        sound, form = found.get(b"data"), found.get(b"fmt ")
        if sound is None or form is None or size - sound.ends < LEAST_REST_BYTES:
            return None
        behind = [one.ends for one in _chunks(file, sound.ends)]
        if behind and abs(behind[-1] - size) <= 1:
            return None
        file.seek(form.begins + RATE_AT)
        bytes_a_second = int.from_bytes(file.read(RATE_BYTES), "little")
    return sound.length / bytes_a_second if sound.length and bytes_a_second else None


def _chunks(file: BinaryIO, at: int, until: bytes = b"") -> Iterator[_Chunk]:
    """Chunks that follow each other from an offset on, as far as their names are names."""
    for _count in range(MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or not all(0x20 <= letter < 0x7F for letter in head[:4]):
            return
        chunk = _Chunk(head[:4], at + 8, int(struct.unpack("<I", head[4:])[0]))
        yield chunk
        if chunk.name == until:
            return
        at = chunk.ends
