"""LISTEN: decode a song once and keep what every later question needs.

In: the song's bytes. Out: features (.npz), waveform peaks (.bin), the decoded length. Unit of
work: one song. Fails with NotAudio. Corrections of the analysis never come back here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import NotAudio
from pipeline.media.audio_source import Damage
from pipeline.media.decode import mono_blocks
from pipeline.model import Blob, Frozen, Seconds
from pipeline.stage import Stage, Workbench
from pipeline.stages.analyze.spectrum import RATE_HZ, Floats, Spectrum, listen
from pipeline.timebase import tidy_s

PROGRESS_EVERY_S = 4.0
MOST_SHOWN = 0.97
"""The length that a file declares may be too short: the rest is kept for the end."""


class ListenInputs(Frozen):
    song: Blob


class Heard(Frozen):
    """One pass over the song. ``peaks`` holds int8 pairs (minimum, maximum), 100 a second."""

    duration_s: Seconds
    features: Blob
    peaks: Blob
    warnings: tuple[str, ...] = ()


def hear(inputs: ListenInputs, bench: Workbench) -> Heard:
    """Decode the song and store its spectrogram and peaks."""
    damage = Damage()
    blocks = mono_blocks(bench.path(inputs.song), RATE_HZ, damage)
    spectrum = listen(_reported(blocks, bench, damage))
    if spectrum.samples == 0:
        raise NotAudio("Nothing in this file could be decoded as sound.", "Choose another file.")
    return Heard(
        duration_s=tidy_s(spectrum.duration_s),
        features=bench.keep_bytes(packed(spectrum), ".npz"),
        peaks=bench.keep_bytes(spectrum.peaks.tobytes(), ".bin"),
        warnings=_losses(damage),
    )


def _reported(blocks: Iterator[Floats], bench: Workbench, damage: Damage) -> Iterator[Floats]:
    """Pass blocks on, saying how much of the declared length the decoder has passed."""
    seconds = told = 0.0
    for block in blocks:
        seconds += len(block) / RATE_HZ
        if seconds - told >= PROGRESS_EVERY_S:
            told = seconds
            # A file that declares nothing is taken to go on for two more minutes.
            whole_s = damage.declared_s or seconds + 120
            bench.progress(min(MOST_SHOWN, seconds / whole_s), f"listened to {seconds:.0f} s")
        yield block


def _losses(damage: Damage) -> tuple[str, ...]:
    found = []
    if damage.bad_packets:
        found.append(f"{damage.bad_packets} damaged pieces of the file were left out.")
    if damage.bad_values:
        found.append(f"{damage.bad_values} samples were not numbers and are heard as silence.")
    if damage.channels_cancel:
        found.append(
            "The left and the right channel are each other's opposite and cancel when they are "
            "added; their difference was analysed. On one loudspeaker this song is nearly silent."
        )
    return tuple(found)


def packed(spectrum: Spectrum) -> bytes:
    """The spectrum without its peaks as an uncompressed .npz."""
    file = io.BytesIO()
    arrays: dict[str, Any] = {
        "bands": spectrum.bands,
        "centres_hz": spectrum.centres_hz,
        "chroma": spectrum.chroma,
        "level": spectrum.level,
        "flatness": spectrum.flatness,
        "attack": spectrum.attack,
        "samples": np.array(spectrum.samples),
    }
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def unpacked(path: Path) -> Spectrum:
    """The inverse of :func:`packed`; ``peaks`` is empty."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files if name != "samples"}
        samples = int(file["samples"])
    return Spectrum(**arrays, peaks=np.zeros((0, 2), np.int8), samples=samples)


LISTEN = Stage("listen", 3, ListenInputs, Heard, hear)
