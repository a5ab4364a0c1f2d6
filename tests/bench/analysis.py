# ruff: noqa: E402  (the checkout is put on the path first)
"""Figures of the analysis on songs made by code, beside librosa's in the same run.

    python tests/bench/analysis.py [--seeds 3] [--first 100] [--families rock,swing] [--held]

The songs are the development set: the figures say whether a change helps, not how well the
analysis does on music that nobody here has heard. Each family's figures are followed by those of
the groups of ``songs.GROUPS`` and by their weighted mean. ``--held`` takes the seeds from 1000 on,
which nobody looks at while tuning. ``--played`` gives the notes to a sampler, so that timbres are
those of real instruments, and adds arrangements of MMA's library (see played.py for what it needs).
Speed and memory are of the demo song, four times over, as an mp3 of five minutes.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import played
import songs

from pipeline.demo.song import write_demo_song
from pipeline.media.decode import mono_blocks
from pipeline.project import GridChoice
from pipeline.stages.analyze.envelopes import envelopes
from pipeline.stages.analyze.mood import energy_curve, measure, sounding
from pipeline.stages.analyze.rhythm import rhythm_of
from pipeline.stages.analyze.spectrum import RATE_HZ, Spectrum, banks, listen
from pipeline.stages.analyze.understand import bpm_of, sections_of

COLUMNS = ("F@70", "F@20", "CMLt", "AMLt", "downF", "T1", "T2", "HR@3", "err ms")
HELD_SEED = 1000


def heard(sound: Any) -> Spectrum:
    return listen(sound[i : i + 65_536] for i in range(0, len(sound), 65_536))


def ours(sound: Any) -> tuple[Any, Any, Any]:
    """Beats, downbeats and edges of sections by the studio."""
    spectrum = heard(sound)
    span = sounding(spectrum.level)
    assert span is not None
    env = envelopes(spectrum)
    rhythm = rhythm_of(spectrum, env, span, GridChoice())
    parts, _ = sections_of(env, rhythm, energy_curve(spectrum.level), 0.5)
    edges_s = np.array([part.start_s for part in parts] + [parts[-1].end_s])
    return rhythm.beats, rhythm.beats[rhythm.bars.downbeats], edges_s


def librosas(sound: Any) -> tuple[Any, Any, Any]:
    """librosa's beats, every fourth a downbeat; no sections."""
    import librosa

    _, frames = librosa.beat.beat_track(y=sound, sr=RATE_HZ)
    beats = librosa.frames_to_time(frames, sr=RATE_HZ)
    return beats, beats[::4], None


def scores(beats: Any, downbeats: Any, edges_s: Any, truth: Any) -> list[float]:
    """One row of COLUMNS."""
    import mir_eval

    e = mir_eval.beat
    ref, est = e.trim_beats(truth.beats_s), e.trim_beats(beats)
    if len(est) < 2:
        return [0.0] * 7 + [_hit_rate(edges_s, truth), np.nan]
    _, cmlt, _, amlt = e.continuity(ref, est)
    bars = e.f_measure(e.trim_beats(truth.downbeats_s), e.trim_beats(downbeats))
    ratio = (bpm_of(beats) or 0.0) / (bpm_of(truth.beats_s) or 1.0)
    octaves = any(abs(ratio / k - 1) < 0.04 for k in (1, 2, 3, 1 / 2, 1 / 3))
    errors = est[np.abs(est[:, None] - ref).argmin(axis=0)] - ref
    near = errors[np.abs(errors) < 0.07]
    error_ms = float(np.median(near)) * 1000 if len(near) else np.nan
    both = [e.f_measure(ref, est, window) for window in (0.07, 0.02)]
    tempo = [float(abs(ratio - 1) < 0.04), float(octaves)]
    return [*both, cmlt, amlt, bars, *tempo, _hit_rate(edges_s, truth), error_ms]


def _hit_rate(edges_s: Any, truth: Any) -> float:
    """F of the edges of sections within three seconds, the song's ends left out."""
    import mir_eval

    if edges_s is None:
        return float("nan")
    wanted = np.array([*truth.sections_s, truth.duration_s])
    pairs = [np.stack([times[:-1], times[1:]], axis=1) for times in (wanted, edges_s)]
    return float(mir_eval.segment.detection(*pairs, window=3.0, trim=True)[2])


def rows(
    arguments: argparse.Namespace, names: list[str]
) -> Iterator[tuple[str, list[float], list[float]]]:
    first = HELD_SEED if arguments.held else arguments.first
    for name in names:
        for seed in range(first, first + arguments.seeds):
            make = played.render if arguments.played else songs.render
            sound, truth = make(name, seed)
            yield name, scores(*ours(sound), truth), scores(*librosas(sound), truth)


def line(name: str, values: Any) -> str:
    return f"{name:14s}" + "".join(f"{value:8.3f}" for value in values)


def accuracy(arguments: argparse.Namespace) -> None:
    known = [*songs.FAMILIES, *([played.ACCOMPANIMENT] if arguments.played else [])]
    names = arguments.families.split(",") if arguments.families else known
    mine: dict[str, list[list[float]]] = defaultdict(list)
    theirs: dict[str, list[list[float]]] = defaultdict(list)
    for name, our_row, their_row in rows(arguments, names):
        mine[name].append(our_row)
        theirs[name].append(their_row)
    print(" " * 14 + "".join(f"{column:>8s}" for column in COLUMNS))
    for name in names:
        print(line(name, np.nanmean(mine[name], axis=0)))
    print()
    for group, (_, families) in songs.GROUPS.items():
        found = [row for name in (*families, *played.EXTRA.get(group, ())) for row in mine[name]]
        if found:
            print(line(group, np.nanmean(found, axis=0)))
    print(line("studio", weighted(mine)))
    print(line("librosa", weighted(theirs)))


def weighted(found: dict[str, list[list[float]]]) -> Any:
    """Mean over the groups with their weights; those without songs are left out."""
    total, weights = np.zeros(len(COLUMNS)), 0.0
    for group, (weight, families) in songs.GROUPS.items():
        members = [row for name in (*families, *played.EXTRA.get(group, ())) for row in found[name]]
        if members and weight:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                total, weights = total + weight * np.nanmean(members, axis=0), weights + weight
    return total / max(weights, 1e-9)


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
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--played", action="store_true")
    arguments = parser.parse_args()
    speed()
    accuracy(arguments)


if __name__ == "__main__":
    main()
