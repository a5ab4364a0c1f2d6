"""Wav files whose header names an end that lies before the end of their sound.

A recorder that lost power, or a program that died, leaves the length of an earlier moment in the
header, and the decoder stops there without a word.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LEAST_REST_BYTES = 1 << 16
CHUNKS_AFTER_SOUND = frozenset(
    b"LIST|id3 |ID3 |bext|iXML|cue |smpl|inst|acid|JUNK|junk|PAD |fact|PEAK|plst|labl|_PMX|axml"
    b"|afsp|DISP|strc|Cr8r|ResU|chna|umid|minf|elm1|regn|bwfx|LGWV".split(b"|")
)
"""Names of what programs write behind the sound of a whole file (RIFF, EBU Tech 3285)."""


def understated_s(path: Path) -> float | None:
    """Seconds that a wav file claims, where much more sound follows; else None.

    Args:
        path: Any file; one that is no plain wav gives None.
    """
    with path.open("rb") as file:
        if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
            return None
        bytes_a_second, claimed = 0, 0
        for name, size in _chunks(file):
            if name == b"fmt ":
                bytes_a_second = struct.unpack("<8xI", file.read(12))[0] if size >= 12 else 0
            elif name == b"data":
                claimed = size
                break
        end = file.tell() + claimed + claimed % 2
        rest = path.stat().st_size - end
        if not (claimed and bytes_a_second) or rest < LEAST_REST_BYTES:
            return None
        file.seek(end)
        follows = file.read(4)
    return None if follows in CHUNKS_AFTER_SOUND else claimed / bytes_a_second


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Name and size of each chunk, the file standing at its content."""
    while len(head := file.read(8)) == 8:
        name, size = head[:4], int(struct.unpack("<I", head[4:])[0])
        begins = file.tell()
        yield name, size
        file.seek(begins + size + size % 2)
