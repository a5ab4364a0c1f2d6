"""The songs of ``songs.py`` with sampled instruments, and arrangements by MMA's library.

Needs Debian's ``fluidsynth`` and ``fluid-soundfont-gm`` (MIT), and ``mma`` (GPL) for
accompaniments. They are tools of development: nothing of them is shipped.
"""

from __future__ import annotations

import re
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import songs
from songs import RATE_HZ, Array, Truth

ACCOMPANIMENT = "accompaniment"
EXTRA = {"midi": (ACCOMPANIMENT,)}
SOUNDFONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
LIBRARY = Path("/usr/share/mma/lib/stdlib")
PROGRAMS = {"saw": 81, "square": 80, "organ": 18, "piano": 0, "pluck": 25, "strings": 48,
            "bass": 33, "sub": 38, "flute": 73}  # fmt: skip
CHANNELS = {name: number for number, name in enumerate(PROGRAMS)}
DRUMS, GUITAR = 9, 10
DRUM_NOTES = {"kick": (36, 0.8, 112), "snare": (38, 0.5, 108), "hat": (42, 0.16, 84),
              "ride": (51, 0.16, 88), "crash": (49, 0.35, 105), "open": (46, 0.16, 92)}  # fmt: skip
"""Note, usual gain, and the velocity of that gain."""
PPQ, TEMPO_US = 960, 500_000


def render(name: str, seed: int) -> tuple[Array, Truth]:
    """Like ``songs.render``, played by a sampler."""
    if name == ACCOMPANIMENT:
        return accompaniment(seed)
    with _noted() as notes:
        _, truth = songs.render(name, seed)
    rng = np.random.default_rng([seed, 5, len(name)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.mid"
        write_midi(path, list(_events(notes)), _band(rng))
        sound = sampled(path)
    sound /= np.abs(sound).max()
    if rng.random() < 0.5:
        sound = np.tanh(rng.uniform(1.5, 3) * sound)
    return (0.8 * sound / np.abs(sound).max()).astype(np.float32), truth


@contextmanager
def _noted() -> Iterator[list[tuple[float, Any, float]]]:
    """While it lasts, songs are written down as (second, sound, gain) and not heard."""
    notes: list[tuple[float, Any, float]] = []
    kept = {name: getattr(songs, name) for name in ("drum", "note", "power_chord", "Score")}

    class Paper(songs.Score):
        def add(self, beat: float, sound: Any, gain: float) -> None:
            jitter_s = self.plan.jitter_s
            wobble = self.plan.rng.normal(0, jitter_s) if jitter_s else 0.0
            notes.append((max(0.0, self.time_of(beat) + wobble), sound, gain))
            self.samples[0] = 1.0

    try:
        songs.drum = lambda name, kit: ("drum", name, kit)  # type: ignore[assignment]
        songs.note = lambda *what: ("note", *what)  # type: ignore[assignment]
        songs.power_chord = lambda *what: ("chord", *what)  # type: ignore[assignment]
        songs.Score = Paper  # type: ignore[misc]
        yield notes
    finally:
        for name, thing in kept.items():
            setattr(songs, name, thing)


def _band(rng: np.random.Generator) -> dict[int, int]:
    """A program for each channel."""
    band = {channel: PROGRAMS[name] for name, channel in CHANNELS.items()}
    band[CHANNELS["bass"]] = int(rng.choice([33, 34, 36, 32, 38]))
    band[CHANNELS["pluck"]] = int(rng.choice([24, 25, 27, 46]))
    band[CHANNELS["piano"]] = int(rng.choice([0, 1, 4, 5]))
    return band | {GUITAR: int(rng.choice([29, 30])), DRUMS: int(rng.choice([0, 8, 16, 24, 25]))}


def _events(notes: list[tuple[float, Any, float]]) -> Iterator[tuple[float, int, int, int]]:
    """(second, status, note, velocity)."""
    for time_s, (kind, *what), gain in notes:
        if kind == "drum":
            key, usual, loud = DRUM_NOTES[what[0]]
            channel, keys, length_s = DRUMS, [key], 0.1
        elif kind == "note":
            usual, loud = (0.4 if what[0] in {"bass", "sub"} else 0.2), 92
            channel, keys, length_s = CHANNELS[what[0]], [what[1]], what[2] / 1000
        else:
            usual, loud, channel = 0.35, 96, GUITAR
            keys = [what[0], what[0] + 7, what[0] + 12]
            length_s = (0.5 if what[2] else 0.97) * what[1] / 1000
        velocity = int(np.clip(loud * (gain / usual) ** 0.55, 8, 127))
        for key in np.clip(keys, 12, 115):
            yield time_s, 0x90 | channel, int(key), velocity
            yield time_s + max(length_s, 0.03), 0x80 | channel, int(key), 0


def _length(value: int) -> bytes:
    """MIDI's quantities of variable length."""
    out = [value & 127]
    while value := value >> 7:
        out.append(128 | (value & 127))
    return bytes(out[::-1])


def write_midi(
    path: Path, events: list[tuple[float, int, int, int]], programs: dict[int, int]
) -> None:
    """One track at 120 BPM, in which a tick is about half a millisecond."""
    rate = PPQ * 1e6 / TEMPO_US
    ticks = [(round(time_s * rate), status & 0x10, bytes([status, key, velocity]))
             for time_s, status, key, velocity in events]  # fmt: skip
    ticks += [(0, -1, bytes([0xC0 | channel, program])) for channel, program in programs.items()]
    body, now = b"\x00\xff\x51\x03" + TEMPO_US.to_bytes(3, "big"), 0
    parts = [body]
    for at, _, message in sorted(ticks):
        parts.append(_length(at - now) + message)
        now = at
    body = b"".join(parts) + b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, PPQ)
    path.write_bytes(head + b"MTrk" + struct.pack(">I", len(body)) + body)


def sampled(midi: Path) -> Array:
    """A MIDI file as mono samples."""
    raw = midi.with_suffix(".raw")
    command = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", str(RATE_HZ), "-O", "s16"]
    command += ["-T", "raw", "-F", str(raw), SOUNDFONT, str(midi)]
    subprocess.run(command, check=True, capture_output=True)
    return np.fromfile(raw, "<i2").reshape(-1, 2).mean(axis=1).astype(np.float32) / 32768


@lru_cache(maxsize=1)
def styles() -> list[tuple[str, int, list[str], list[str], list[str]]]:
    """(name, beats in a bar, grooves, introductions, endings) of the library's files."""
    found = []
    for path in sorted(LIBRARY.glob("*.mma")):
        text = path.read_text(errors="replace")
        compound = re.search(r"(?im)^timesig\s+6", text)
        if compound or path.stem.startswith(("metronome", "none", "gypsy")):
            continue
        metre = int((re.findall(r"(?im)^time\s+(\d+)", text) or ["4"])[0])
        grooves = re.findall(r"(?im)^\s*defgroove\s+(\S+)", text)
        main = [g for g in grooves if not re.search("(?i)intro|end|fill|metro", g)]
        if main and metre in {3, 4, 5, 7}:
            intros = [g for g in grooves if "ntro" in g]
            found.append((path.stem, metre, main, intros, [g for g in grooves if g[-3:] == "End"]))
    return found


SLOW = "slow|ballad|lullaby|hymn|spirit|mellow|desert"
FAST = "fast|quick|bebop|polka|samba|ragtime|charleston|dixie|march|boggie"
ROOTS = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"]
DEGREES = ((0, ""), (2, "m"), (4, "m"), (5, ""), (7, ""), (9, "m"))


def _tempo(rng: np.random.Generator, name: str) -> float:
    if re.search(SLOW, name):
        return float(round(rng.uniform(60, 96)))
    if re.search(FAST, name):
        return float(round(rng.uniform(140, 220)))
    return float(round(np.clip(120 * 2 ** rng.normal(0, 0.3), 62, 210)))


def accompaniment(seed: int) -> tuple[Array, Truth]:
    """Verse and chorus of chords, arranged in one style of the library, perhaps with drift."""
    rng = np.random.default_rng([seed, 77])
    name, metre, main, intros, ends = styles()[int(rng.integers(len(styles())))]
    bpm = _tempo(rng, name)
    bars = 8 if 60 / bpm * metre * 32 < 75 else 4
    grooves = [main[0], *(str(g) for g in rng.permutation(main))]
    parts = [(str(rng.choice(intros)), 4)] if intros and rng.random() < 0.7 else []
    parts += [(grooves[n], bars) for n in (0, 1, 0, 2, 1) if n < len(grooves)]
    parts += [(str(rng.choice(ends)), 2)] if ends and rng.random() < 0.6 else []
    bend = _bend(rng, sum(count for _, count in parts))
    lines, edges = _chart(rng, parts, bpm * bend)
    with tempfile.TemporaryDirectory() as folder:
        chart, midi = Path(folder) / "song.mma", Path(folder) / "song.mid"
        chart.write_text("\n".join(lines) + "\n")
        subprocess.run(["mma", "-f", str(midi), str(chart)], check=True, capture_output=True)
        sound = sampled(midi)
    gaps_s = np.repeat(60 / np.round(bpm * bend, 3), metre)
    line_s = np.concatenate([[0.0], np.cumsum(gaps_s)])
    truth = Truth(f"{name}{seed}", line_s[:-1], line_s[:-1:metre], 60 / float(np.median(gaps_s)),
                  metre, tuple(float(line_s[edge * metre]) for edge in edges),
                  len(sound) / RATE_HZ)  # fmt: skip
    return 0.8 * sound / np.abs(sound).max(), truth


def _bend(rng: np.random.Generator, bars: int) -> Array:
    """Tempo of every bar over the song's: constant, drifting, or changed half-way."""
    kind = rng.random()
    if kind < 0.3:
        waves = rng.uniform(0, 6.28) + np.arange(bars) / bars * 12.6
        return np.asarray(1 + rng.uniform(0.005, 0.03) * np.sin(waves))
    if kind < 0.45:
        return np.where(np.arange(bars) < bars // 2, 1.0, rng.choice([0.85, 1.15]))
    return np.ones(bars)


def _chart(
    rng: np.random.Generator, parts: list[tuple[str, int]], bpm: Array
) -> tuple[list[str], list[int]]:
    """MMA's text with a tempo for every bar, and the bars at which parts begin."""
    key, bar = int(rng.integers(12)), 0
    lines: list[str] = []
    edges: list[int] = []
    chords: dict[str, Any] = {}
    for groove, count in parts:
        edges.append(bar)
        lines.append(f"Groove {groove}")
        progression = chords.setdefault(groove, rng.integers(0, 6, 4))
        for index in range(count):
            step, quality = DEGREES[progression[index % 4]]
            lines.append(f"Tempo {bpm[bar]:.3f}")
            lines.append(f"{bar + 1} {ROOTS[(key + step) % 12]}{quality}")
            bar += 1
    return lines, edges
