# ruff: noqa: E402  (the checkout is put on the path first)
"""Figures of the analysis on songs made by code, beside librosa's in the same run.

    python tests/bench/analysis.py [--seeds 3] [--first 100] [--families rock,swing]

The songs are the development set: the figures say whether a change helps, not how well the
analysis does on music that nobody here has heard. Speed and memory are of the demo song, four
times over, as an mp3 of five minutes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import songs

from pipeline.demo.song import write_demo_song
from pipeline.media.decode import mono_blocks
from pipeline.project import GridChoice
from pipeline.stages.analyze.envelopes import envelopes
from pipeline.stages.analyze.mood import energy_curve, measure, sounding
from pipeline.stages.analyze.rhythm import rhythm_of
from pipeline.stages.analyze.spectrum import RATE_HZ, Spectrum, banks, listen
from pipeline.stages.analyze.understand import sections_of

COLUMNS = ("F@70", "F@20", "CMLt", "AMLt", "downF", "T1", "T2", "err ms")


def heard(sound: Any) -> Spectrum:
    return listen(sound[i : i + 65_536] for i in range(0, len(sound), 65_536))


def ours(sound: Any) -> tuple[Any, Any]:
    """Beats and downbeats by the studio."""
    spectrum = heard(sound)
    span = sounding(spectrum.level)
    assert span is not None
    rhythm = rhythm_of(spectrum, envelopes(spectrum), span, GridChoice())
    return rhythm.beats, rhythm.beats[rhythm.bars.downbeats]


def librosas(sound: Any) -> tuple[Any, Any]:
    """librosa's beats, every fourth a downbeat."""
    import librosa

    _, frames = librosa.beat.beat_track(y=sound, sr=RATE_HZ)
    beats = librosa.frames_to_time(frames, sr=RATE_HZ)
    return beats, beats[::4]


def scores(beats: Any, downbeats: Any, truth: Any) -> list[float]:
    """One row of COLUMNS."""
    import mir_eval

    e = mir_eval.beat
    ref, est = e.trim_beats(truth.beats_s), e.trim_beats(beats)
    if len(est) < 2:
        return [0.0] * 7 + [np.nan]
    _, cmlt, _, amlt = e.continuity(ref, est)
    bars = e.f_measure(e.trim_beats(truth.downbeats_s), e.trim_beats(downbeats))
    ratio = float(60 / np.median(np.diff(beats)) / truth.bpm)
    octaves = any(abs(ratio / k - 1) < 0.04 for k in (1, 2, 3, 1 / 2, 1 / 3))
    errors = est[np.abs(est[:, None] - ref).argmin(axis=0)] - ref
    near = errors[np.abs(errors) < 0.07]
    error_ms = float(np.median(near)) * 1000 if len(near) else np.nan
    both = [e.f_measure(ref, est, window) for window in (0.07, 0.02)]
    return [*both, cmlt, amlt, bars, float(abs(ratio - 1) < 0.04), float(octaves), error_ms]


def rows(
    names: list[str], first: int, seeds: int
) -> Iterator[tuple[str, list[float], list[float]]]:
    for name in names:
        for seed in range(first, first + seeds):
            sound, truth = songs.render(name, seed)
            yield name, scores(*ours(sound), truth), scores(*librosas(sound), truth)


def line(name: str, values: Any) -> str:
    return f"{name:12s}" + "".join(f"{value:8.3f}" for value in values)


def accuracy(arguments: argparse.Namespace) -> None:
    names = arguments.families.split(",") if arguments.families else list(songs.FAMILIES)
    mine: dict[str, list[list[float]]] = defaultdict(list)
    theirs: list[list[float]] = []
    for name, our_row, their_row in rows(names, arguments.first, arguments.seeds):
        mine[name].append(our_row)
        theirs.append(their_row)
    print(" " * 12 + "".join(f"{column:>8s}" for column in COLUMNS))
    for name in names:
        print(line(name, np.nanmean(mine[name], axis=0)))
    everything = [row for name in names for row in mine[name]]
    print(line("studio", [*np.mean(everything, axis=0)[:-1], np.nanmedian(everything, axis=0)[-1]]))
    print(line("librosa", [*np.mean(theirs, axis=0)[:-1], np.nanmedian(theirs, axis=0)[-1]]))


def five_minutes(folder: Path) -> Path:
    """The demo song four times, as one mp3: players and our decoder read such files through."""
    write_demo_song(folder / "demo.mp3")
    path = folder / "five.mp3"
    path.write_bytes((folder / "demo.mp3").read_bytes() * 4)
    return path


def speed() -> None:
    """CPU of the whole analysis over decode + one STFT with bands and chroma, and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = five_minutes(Path(folder))
        code = f"import analysis, pathlib; analysis.timed(pathlib.Path({str(path)!r}))"
        here = str(Path(__file__).parent)
        subprocess.run([sys.executable, "-c", code], cwd=here, check=True)


def peak_mb() -> float:
    """This program's own peak; the one that the kernel accounts starts at its parent's size."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) / 1024 if found else float("nan")


def timed(path: Path) -> None:
    """Three analyses of one file in this process."""
    banks()
    bound, whole, peaks_mb = [], [], []
    for _ in range(3):
        began = time.process_time()
        spectrum = listen(mono_blocks(path, RATE_HZ))
        bound.append(time.process_time() - began)
        understood(spectrum)
        whole.append(time.process_time() - began)
        peaks_mb.append(peak_mb())
    ratio = float(np.median(whole) / np.median(bound))
    print(f"{spectrum.duration_s:.0f} s of music: {np.median(whole):.2f} CPU s, ", end="")
    print(f"{ratio:.2f} x decode + one STFT; peak RSS {peaks_mb[0]:.0f} MB")


def understood(spectrum: Spectrum) -> None:
    """Everything that ANALYZE does, without the store."""
    env, span = envelopes(spectrum), sounding(spectrum.level)
    assert span is not None
    rhythm = rhythm_of(spectrum, env, span, GridChoice())
    sections_of(env, rhythm, energy_curve(spectrum.level), 0.5)
    measure(spectrum, env.all, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=100)
    parser.add_argument("--families", default="")
    arguments = parser.parse_args()
    speed()
    accuracy(arguments)


if __name__ == "__main__":
    main()
