"""Songs made by code, with their beats known: the development set of the analysis.

Each family of :data:`FAMILIES` has its tempo range, metres, drum patterns and accompaniment; a
seed picks the rest: timbres, chords, drift, human jitter, swing, drumless stretches, tempo
changes. Patterns are ``{drum: [(beat, loudness), ...]}`` for one bar; ``s`` in a family's name of
a feel means swung off-beats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

RATE_HZ = 22_050
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Truth:
    name: str
    beats_s: Array
    downbeats_s: Array
    bpm: float
    metre: int
    sections_s: tuple[float, ...]
    duration_s: float


@dataclass
class Family:
    bpm: tuple[float, float]
    metres: tuple[int, ...] = (4,)
    drums: tuple[str, ...] = ("rock",)
    bass: tuple[str, ...] = ("root",)
    comp: tuple[str, ...] = ("pad",)
    swing: tuple[float, float] = (0.5, 0.5)
    jitter_s: tuple[float, float] = (0.0, 0.004)
    drift: tuple[float, float] = (0.0, 0.0)
    push: float = 0.0
    change: float = 0.0
    lead: float = 0.7
    pickup: float = 0.0
    """Chance that the song begins with some beats before its first bar."""
    varied: bool = False
    """Verse and chorus differ in drums and accompaniment, and fills come every four bars."""
    extra: dict[str, Any] = field(default_factory=dict)


FAMILIES: dict[str, Family] = {
    "rock": Family(
        (88, 170),
        drums=("rock", "rock2", "rock8"),
        bass=("eights", "root", "kick"),
        comp=("power8", "strum", "powerlong"),
        jitter_s=(0.004, 0.012),
        drift=(0.0, 0.015),
        push=0.3,
    ),
    "metal": Family(
        (105, 210),
        drums=("metal", "blast", "rock8", "half"),
        bass=("eights", "kick"),
        comp=("chug", "power8", "gallop"),
        jitter_s=(0.002, 0.008),
        drift=(0.0, 0.02),
        push=0.2,
        change=0.25,
    ),
    "punk": Family(
        (150, 200),
        drums=("punk", "rock2"),
        bass=("eights",),
        comp=("power8",),
        jitter_s=(0.004, 0.012),
        drift=(0, 0.02),
        push=0.3,
    ),
    "house": Family(
        (112, 150),
        drums=("house", "house2", "house3"),
        bass=("offbeat", "rolling"),
        comp=("stab", "pad", "arp"),
        lead=0.6,
    ),
    "breaks": Family(
        (84, 178),
        drums=("break", "dnb", "trap"),
        bass=("sub", "synco"),
        comp=("pad", "stab", "arp"),
        push=0.3,
    ),
    "ambient": Family(
        (70, 128),
        drums=("none", "hatonly", "house"),
        bass=("root", "sub"),
        comp=("arp", "pad", "arp3"),
        lead=0.5,
    ),
    "chip": Family(
        (100, 180),
        drums=("chip", "rock", "punk"),
        bass=("eights", "octaves"),
        comp=("arp", "arpfast"),
        metres=(4, 4, 4, 3),
    ),
    "swing": Family(
        (95, 210),
        drums=("swing", "shuffle"),
        bass=("walk",),
        comp=("jazzcomp",),
        swing=(0.6, 0.68),
        jitter_s=(0.003, 0.012),
        drift=(0, 0.02),
        push=0.4,
    ),
    "waltz": Family(
        (84, 190),
        metres=(3,),
        drums=("waltz", "waltz2", "none"),
        bass=("root",),
        comp=("oompah", "strum"),
        jitter_s=(0.002, 0.01),
    ),
    "odd": Family(
        (90, 180),
        metres=(5, 7, 6),
        drums=("odd", "odd2"),
        bass=("root", "odd"),
        comp=("power8", "strum", "arp"),
        jitter_s=(0.0, 0.008),
    ),
    "reggae": Family(
        (68, 100),
        drums=("onedrop", "steppers"),
        bass=("synco",),
        comp=("skank",),
        swing=(0.5, 0.58),
        jitter_s=(0.003, 0.01),
    ),
    "folk": Family(
        (76, 140),
        metres=(4, 4, 3),
        drums=("none", "shaker"),
        bass=("root", "none"),
        comp=("strum", "pick"),
        jitter_s=(0.005, 0.014),
        drift=(0.0, 0.03),
    ),
    "orchestra": Family(
        (66, 130),
        metres=(4, 3, 4),
        drums=("none", "timpani"),
        bass=("root",),
        comp=("strings8", "stringslong"),
        jitter_s=(0.004, 0.015),
        drift=(0.01, 0.04),
        change=0.3,
    ),
    "ballad": Family(
        (60, 88),
        drums=("rock8", "half", "rock"),
        bass=("root", "kick"),
        comp=("pad", "pick"),
        jitter_s=(0.003, 0.01),
        push=0.2,
    ),
    "funk": Family(
        (92, 122),
        drums=("funk", "funk2"),
        bass=("synco", "synco16"),
        comp=("scratch", "stab"),
        jitter_s=(0.002, 0.008),
        push=0.4,
        swing=(0.5, 0.55),
    ),
    "hardrock": Family(
        (92, 150),
        drums=("ghost", "ghost2", "ride8"),
        bass=("kick", "eights", "synco"),
        comp=("riff", "riff2", "powerlong"),
        jitter_s=(0.004, 0.012),
        drift=(0.0, 0.02),
        push=0.4,
        pickup=0.4,
        varied=True,
    ),
    "thrash": Family(
        (95, 200),
        drums=("skank", "double", "breakdown", "ghost"),
        bass=("eights", "kick"),
        comp=("riff", "gallop", "chug", "riff3"),
        jitter_s=(0.002, 0.008),
        drift=(0.0, 0.015),
        push=0.2,
        change=0.3,
        varied=True,
    ),
    "trance": Family(
        (124, 150),
        drums=("openhat", "openhat2", "techno"),
        bass=("offbeat", "rolling", "octaves"),
        comp=("gate", "arp", "stab2"),
        pickup=0.2,
        varied=True,
    ),
    "halftime": Family(
        (132, 176),
        drums=("dubstep", "trap2", "dnb2", "dnb3"),
        bass=("sub", "wobble", "synco"),
        comp=("pad", "stab2", "arp3"),
        push=0.2,
        varied=True,
    ),
    "electro": Family(
        (98, 132),
        drums=("electro", "break2", "openhat", "synthpop"),
        bass=("octaves", "synco16", "eights", "wobble"),
        comp=("stab2", "arp", "gate", "scratch"),
        swing=(0.5, 0.53),
        varied=True,
    ),
    "module": Family(
        (110, 165),
        drums=("break2", "synthpop", "chip2", "openhat"),
        bass=("octaves", "synco", "rolling", "eights"),
        comp=("trackerarp", "arp", "stab2", "gate"),
        push=0.2,
        varied=True,
    ),
    "bossa": Family(
        (110, 170),
        drums=("bossa", "samba"),
        bass=("tumbao", "kick"),
        comp=("clave", "stab"),
        jitter_s=(0.002, 0.01),
        push=0.5,
        varied=True,
    ),
    "blues": Family(
        (64, 150),
        drums=("shuffle", "shuffle2", "swing2"),
        bass=("walk", "boogie"),
        comp=("jazzcomp", "skank", "strum"),
        swing=(0.58, 0.69),
        jitter_s=(0.003, 0.012),
        drift=(0, 0.02),
        push=0.3,
        varied=True,
    ),
    "march": Family(
        (96, 136),
        metres=(4, 4, 3, 6),
        drums=("march", "none", "timpani"),
        bass=("root", "fifths"),
        comp=("oompah", "strings8", "pick"),
        jitter_s=(0.002, 0.01),
        drift=(0.0, 0.03),
        change=0.3,
        pickup=0.5,
        varied=True,
    ),
}
for _name, _bpm, _comp in (
    ("inventedband", (84, 190), ("invented", "power8", "riff", "powerlong")),
    ("inventeddance", (92, 176), ("invented", "pad", "arp", "stab2")),
    ("inventedodd", (88, 180), ("invented", "strum", "pad")),
):
    FAMILIES[_name] = Family(
        _bpm,
        metres=(4,) if _name != "inventedodd" else (3, 5, 7),
        drums=("invented",),
        bass=("invented", "invented", "root", "eights"),
        comp=_comp,
        jitter_s=(0.0, 0.01) if _name != "inventeddance" else (0.0, 0.0),
        drift=(0.0, 0.015) if _name != "inventeddance" else (0.0, 0.0),
        push=0.3,
        pickup=0.2,
        varied=True,
    )

GROUPS: dict[str, tuple[float, tuple[str, ...]]] = {
    "recorded": (8, ("rock", "metal", "punk", "hardrock", "thrash", "inventedband")),
    "electronic": (
        11,
        ("house", "breaks", "ambient", "trance", "halftime", "electro", "inventeddance"),
    ),
    "tracker": (6, ("chip", "module")),
    "midi": (
        11,
        ("swing", "blues", "waltz", "odd", "bossa", "march", "folk", "orchestra", "inventedodd"),
    ),
    "hard": (0, ("reggae", "ballad", "funk")),
}
"""Kinds of songs that people bring, with the weight of each in the overall figure; the last is
reported beside them: what is known to be hard, but rarer."""


def _steps(kick: str, snare: str, hat: str, **more: str) -> dict[str, str]:
    return {"kick": kick, "snare": snare, "hat": hat, **more}


# One character a sixteenth; digits are loudness in ninths.
PATTERNS: dict[str, list[dict[str, str]]] = {
    "none": [{}],
    "rock": [
        _steps("9.......9.6.....", "....9.......9...", "7.5.7.5.7.5.7.5."),
        _steps("9.....5.9.......", "....9.......9..3", "7.5.7.5.7.5.7.5."),
    ],
    "rock2": [
        _steps("9..6....9.9.....", "....9.......9...", "8...8...8...8..."),
        _steps("9.....9..6......", "....9..2....9...", "8...8...8...8..."),
    ],
    "rock8": [
        _steps("9.........9.....", "....9.......9...", "6.6.6.6.6.6.6.6."),
        _steps("9.......7.9.....", "....9.......9...", "4.8.4.8.4.8.4.8."),
    ],
    "metal": [
        _steps("9.9.9.9.9.9.9.9.", "....9.......9...", "7...7...7...7..."),
        _steps("9999999999999999", "....9.......9...", "7...7...7...7..."),
    ],
    "blast": [_steps("9.9.9.9.9.9.9.9.", ".9.9.9.9.9.9.9.9", "7.7.7.7.7.7.7.7.")],
    "half": [
        _steps("9.....6.........", "........9.......", "7...7...7...7..."),
        _steps("9..........6..6.", "........9.......", "7...7...7...7..."),
    ],
    "punk": [
        _steps("9...9...9...9...", "..9...9...9...9.", "7.7.7.7.7.7.7.7."),
        _steps("9....99...9.....", "....9.......9...", "7.7.7.7.7.7.7.7."),
    ],
    "house": [_steps("9...9...9...9...", "....5.......5...", "..8...8...8...8.")],
    "house2": [_steps("9...9...9...9...", "....6.......6...", "4.9.4.9.4.9.4.9.")],
    "house3": [_steps("9...9...9...9..3", "...5..5....5..5.", "3393339333933393")],
    "break": [_steps("9.9.......99....", "....9..4.4..9..4", "6.6.6.6.6.6.6.6.")],
    "dnb": [_steps("9.........9.....", "....9.......9...", "6.6.6.6.6.6.6.6.")],
    "trap": [_steps("9......6..9.....", "........9.......", "6.6.6.6.6.666.6.")],
    "hatonly": [_steps("", "", "6.4.6.4.6.4.6.4.")],
    "chip": [
        _steps("9...6...9...6...", "....9.......9...", "5.5.5.5.5.5.5.5."),
        _steps("9..9..9.9..9..9.", "....9.......9...", ""),
    ],
    "swing": [
        _steps("4...4...4...4...", "......2.......3.", "....7.......7...", ride="8...8.6.8...8.6.")
    ],
    "shuffle": [_steps("9.......9.....5.", "....9.......9...", "7.5.7.5.7.5.7.5.")],
    "onedrop": [_steps("........9.......", "........8.......", "5.7.5.7.5.7.5.7.")],
    "steppers": [_steps("9...9...9...9...", "........7.......", "..7...7...7...7.")],
    "shaker": [_steps("", "", "5.3.5.3.5.3.5.3.")],
    "timpani": [_steps("6...............", "", "")],
    "funk": [
        _steps("9.9.......9..9..", "....9..2.2..9..2", "6.6.6.6.6.6.6.6."),
        _steps("9......9..9.....", "....9..2.2.29...", "6666666666666666"),
    ],
    "funk2": [_steps("9..9..9....9....", "....9..2....9..2", "6.6.6.6.6.6.6.9.")],
    "ghost": [
        _steps("9.....9...9.....", "....9..2.2..9...", "8.5.8.5.8.5.8.5."),
        _steps("9..6..9...9..7..", "....9..2.2..9..3", "8.5.8.5.8.5.8.5."),
        _steps("9.....9...9.....", "....9.....2.9.4.", "8.5.8.5.8.5.8.5."),
    ],
    "ghost2": [
        _steps("9.9....9..9.....", "....9..2....9.2.", "8...8...8...8..."),
        _steps("9.9....9..9...7.", "....9.......9..4", "8...8...8...8..."),
    ],
    "ride8": [_steps("9.....7.9.7.....", "....9.......9..2", "", ride="8.5.8.5.8.5.8.5.")],
    "skank": [
        _steps("9...9...9...9...", "..9...9...9...9.", "8...8...8...8..."),
        _steps("9...9...9...9.7.", "..9...9...9...99", "8...8...8...8..."),
    ],
    "double": [
        _steps("9999999999999999", "....9.......9...", "8...8...8...8..."),
        _steps("99999999.9999999", "........9.......", "8...8...8...8..."),
    ],
    "breakdown": [_steps("9..9..9....9..9.", "........9.......", "8...8...8...8...")],
    "openhat": [
        _steps("9...9...9...9...", "....7.......7...", "3.3.3.3.3.3.3.3.", open="..9...9...9...9.")
    ],
    "openhat2": [
        _steps("9...9...9...9...", "....7.......7..3", "", open="..9...9...9...9."),
        _steps("9...9...9...9..6", "....7.......7...", ".3.3.3.3.3.3.3.3", open="..9...9...9...9."),
    ],
    "techno": [
        _steps("9...9...9...9...", "....4..3....4.3.", "5555555555555555", open="..8...8...8...8.")
    ],
    "dubstep": [
        _steps("9.....5.........", "........9.......", "5..5..5.5..5..5."),
        _steps("9.........5.....", "........9......3", "5..5..5.5..5..5."),
    ],
    "trap2": [
        _steps("9......9..9.....", "........9.......", "6.6.6.6.6.6.6666"),
        _steps("9.....9....9....", "........9.......", "6.666.6.6.6.6.6."),
    ],
    "dnb2": [
        _steps("9.........9.....", "....9.......9...", "7.5.7.5.7.5.7.5."),
        _steps("9.........9.....", "....9..3.3..9...", "7.5.7.5.7.5.7.57"),
    ],
    "dnb3": [_steps("9..9......9.....", "....9..3.4..9..3", "7.7.7.7.7.7.7.7.")],
    "electro": [
        _steps("9.....9...9.....", "....9.......9...", "5.5.5.5.5.5.5.55"),
        _steps("9..9....9.9.....", "....9.......9...", "5.5.5.5.5.555.5."),
    ],
    "break2": [
        _steps("9.9.......9.....", "....9..3.3..9...", "7.7.7.7.7.7.7.7."),
        _steps("9.9.......9..9..", ".3..9..3.3....9.", "7.7.7.7.7.7.7.7."),
    ],
    "synthpop": [_steps("9...9...9...9...", "....9.......9...", "6.6.6.6.6.6.6.6.")],
    "chip2": [_steps("9..9..9.9...9...", "....9.......9...", "5.55.55.5.55.555")],
    "bossa": [_steps("9.....6.9.....6.", "9..5..6...5..6..", "6.5.6.5.6.5.6.5.")],
    "samba": [_steps("6...9...6...9...", "5.55.5.55.5.55.5", "6466646664666466")],
    "shuffle2": [_steps("9...6...9...6...", "....9.......9...", "8.5.8.5.8.5.8.5.")],
    "swing2": [
        _steps("5...5...5...5...", "......3.....2...", "....8.......8...", ride="8...8.6.8...8.6."),
        _steps("5...5...5.....7.", "..3.....4.......", "....8.......8...", ride="8...8.6.8...8.6."),
    ],
    "march": [_steps("9.......9.......", "..5.6.55..5.6.55", "....5.......5...")],
    "waltz": [_steps("9...........", "....6...6...", "5...5...5...")],
    "waltz2": [_steps("9.....5.....", "....7...7.4.", "6.4.6.4.6.4.")],
}


@dataclass(frozen=True)
class Plan:
    """What a seed decided."""

    family: Family
    rng: np.random.Generator
    bpm: float
    metre: int
    swing: float
    jitter_s: float
    bars: tuple[tuple[str, int], ...]
    pickup: int = 0


class Score:
    """Mono samples, addressed in beats of a bent time line."""

    def __init__(self, plan: Plan, line_s: Array) -> None:
        self.plan, self.line_s = plan, line_s
        self.samples = np.zeros(round((line_s[-1] + 2.5) * RATE_HZ), np.float32)

    def time_of(self, beat: float) -> float:
        whole = int(np.floor(beat + 1e-9))
        part = beat - whole
        half = self.plan.swing
        bent = part / 0.5 * half if part <= 0.5 else half + (part - 0.5) / 0.5 * (1 - half)
        whole = min(whole, len(self.line_s) - 2)
        return float(self.line_s[whole] + bent * (self.line_s[whole + 1] - self.line_s[whole]))

    def add(self, beat: float, sound: Array, gain: float) -> None:
        wobble = self.plan.rng.normal(0, self.plan.jitter_s) if self.plan.jitter_s else 0.0
        first = max(0, round((self.time_of(beat) + wobble) * RATE_HZ))
        part = sound[: max(0, len(self.samples) - first)]
        self.samples[first : first + len(part)] += part * np.float32(gain)


def _time(duration_s: float) -> Array:
    return np.arange(max(8, round(duration_s * RATE_HZ))) / RATE_HZ


def _noise(count: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).uniform(-1, 1, count)


def _one(sound: Array) -> Array:
    return (sound / max(1e-9, np.abs(sound).max())).astype(np.float32)


@lru_cache(maxsize=512)
def drum(name: str, kit: int) -> Array:
    """A drum of one of several kits: they differ in pitch, length and noise."""
    vary = np.random.default_rng(kit * 31 + len(name))
    a, b = vary.uniform(0.75, 1.35), vary.uniform(0.7, 1.5)
    if name == "kick":
        t = _time(0.25 * b)
        sweep = 2 * np.pi * (46 * a * t + 3.5 * (1 - np.exp(-30 * b * t)))
        click = _noise(len(t), kit) * np.exp(-t * 700) * vary.uniform(0, 0.8)
        return _one(np.sin(sweep) * np.exp(-t * 11 / b) + click)
    if name == "snare":
        t = _time(0.22 * b)
        rattle = np.diff(_noise(len(t) + 1, kit + 1)) * np.exp(-t * 18 / b)
        return _one(
            rattle + vary.uniform(0.3, 1.2) * np.sin(2 * np.pi * 185 * a * t) * np.exp(-t * 25)
        )
    if name == "ride":
        t = _time(0.5)
        bell = sum(np.sin(2 * np.pi * f * a * t) for f in (3100, 4177, 5233, 6101, 7717))
        return _one(bell * np.exp(-t * 9) + np.diff(_noise(len(t) + 1, kit)) * 3 * np.exp(-t * 14))
    if name == "crash":
        t = _time(1.4)
        return _one(np.diff(_noise(len(t) + 1, kit + 5)) * np.exp(-t * 3))
    if name == "open":
        t = _time(0.3)
        return _one(np.diff(_noise(len(t) + 2, kit + 3), n=2) * np.exp(-t * 14 / b))
    t = _time(0.06 * b + (0.12 if kit % 4 == 3 else 0))
    return _one(np.diff(_noise(len(t) + 2, kit + 2), n=2) * np.exp(-t * 55 / b))


TIMBRES = {
    "saw": (1.0, 14, 0.0, 0.004),
    "square": (1.0, 12, 0.0, 0.002),
    "organ": (0.6, 5, 0.0, 0.01),
    "piano": (1.3, 8, 3.0, 0.002),
    "pluck": (1.1, 9, 6.0, 0.002),
    "strings": (1.4, 9, 0.0, 0.09),
    "bass": (1.2, 8, 2.0, 0.004),
    "sub": (2.5, 3, 0.6, 0.008),
    "flute": (2.2, 4, 0.0, 0.05),
}


@lru_cache(maxsize=4096)
def note(timbre: str, midi: int, duration_ms: int) -> Array:
    power, count, decay, attack_s = TIMBRES[timbre]
    t = _time(duration_ms / 1000)
    frequency = 440 * 2 ** ((midi - 69) / 12)
    wave = np.zeros(len(t))
    for k in range(1, count + 1):
        if k * frequency > 9500 or (timbre == "square" and k % 2 == 0):
            continue
        wave += (
            np.sin(2 * np.pi * k * frequency * t + k)
            / k**power
            * np.exp(-t * decay * (0.6 + 0.4 * k))
        )
    release = 0.02 if attack_s < 0.03 else 0.08
    wave *= np.minimum(1, t / attack_s) * np.minimum(1, (t[-1] - t) / release)
    return _one(wave)


@lru_cache(maxsize=1024)
def power_chord(midi: int, duration_ms: int, muted: bool) -> Array:
    """A distorted guitar: root, fifth and octave through a hard saturation."""
    t = _time(duration_ms / 1000)
    wave = np.zeros(len(t))
    for step in (0, 7, 12):
        f = 440 * 2 ** ((midi + step - 69) / 12)
        wave += sum(np.sin(2 * np.pi * k * f * t) / k for k in range(1, 8))
    wave = np.tanh(3 * wave) + 0.05 * _noise(len(t), midi)
    wave *= np.exp(-t * (18 if muted else 1.0))
    wave *= np.minimum(1, t / 0.002) * np.minimum(1, (t[-1] - t) / 0.015)
    return _one(wave)


def _steps_of(text: str) -> list[tuple[float, float]]:
    return [(i / 4, int(c) / 9) for i, c in enumerate(text) if c != "."]


@dataclass(frozen=True)
class Invented:
    """Patterns drawn at random: places are the likelier, the heavier they are in the bar."""

    drums: tuple[dict[str, str], ...]
    bass: tuple[float, ...]
    comp: tuple[float, ...]


def _drawn(rng: np.random.Generator, chances: Array, soft: float = 0.0) -> str:
    hits = rng.random(len(chances)) < chances
    loud = np.where(rng.random(len(chances)) < soft, rng.integers(2, 5, len(chances)), 9)
    return "".join(str(level) if hit else "." for hit, level in zip(hits, loud, strict=True))


def _weights(metre: int, first: float, beat: float, eighth: float, sixteenth: float) -> Array:
    chances = np.array([beat, sixteenth, eighth, sixteenth] * metre)
    chances[0] = first
    return chances


def invented(rng: np.random.Generator, metre: int) -> Invented:
    """Drums for two bars, and the rhythms of bass and accompaniment for one."""
    kick = _weights(metre, 0.97, rng.choice([0.15, 0.4]), rng.uniform(0, 0.4), rng.uniform(0, 0.15))
    kick[8 % (4 * metre)] = rng.uniform(0.3, 0.95)
    if rng.random() < 0.3:
        kick = _weights(metre, 1, 1, rng.uniform(0, 0.1), rng.uniform(0, 0.1))
    snare = _weights(metre, 0.02, 0.05, 0.05, rng.uniform(0, 0.12))
    backbeat = rng.random()
    if backbeat < 0.72:
        snare[4::8] = 0.97
    elif backbeat < 0.88:
        snare[8::16] = 0.97
    else:
        snare[rng.integers(1, 2 * metre) * 2] = 0.9
    bars = [{"kick": _drawn(rng, kick), "snare": _drawn(rng, snare, 0.1)}]
    bars.append({"kick": _drawn(rng, kick), "snare": _drawn(rng, snare, 0.1)})
    top, cymbal = _cymbal(rng, metre)
    for bar in bars:
        bar[top] = cymbal
    dense = rng.uniform(0.3, 1)
    bass = _drawn(rng, _weights(metre, 0.95, 0.6 * dense, 0.5 * dense, 0.2 * dense))
    late = rng.random() < 0.25
    comp = _weights(metre, 0.9 - 0.6 * late, 0.5 - 0.3 * late, 0.4 + 0.3 * late, 0.2)
    rhythms = (bass, _drawn(rng, comp))
    places = [tuple(beat for beat, _ in _steps_of(text)) or (0.0,) for text in rhythms]
    return Invented(tuple(bars), places[0], places[1])


def _cymbal(rng: np.random.Generator, metre: int) -> tuple[str, str]:
    """Which cymbal is struck, and when in the bar."""
    beat = str(rng.choice(["7.5.", "7...", "7555", "..8.", "4.8.", "6.6.", "7.55", "...."]))
    if rng.random() < 0.12:
        return "hat", _drawn(rng, _weights(metre, 0.6, 0.6, 0.6, 0.3), 0.5)
    top = "open" if beat == "..8." else str(rng.choice(["hat", "hat", "ride"]))
    return top, beat * metre


def _rhythm(places: tuple[float, ...], length: float) -> list[tuple[float, float]]:
    """(beat, beats) of notes that last until the next one."""
    inside = [place for place in places if place < length]
    return [(a, 0.9 * (b - a)) for a, b in zip(inside, [*inside[1:], length], strict=True)]


def _odd_pattern(metre: int, second: bool) -> dict[str, str]:
    """Groups of two and three: kick on group heads, snare inside, hats on eighths."""
    groups = {5: (3, 2), 7: (4, 3) if second else (2, 2, 3), 6: (3, 3)}[metre]
    kick, snare = ["."] * metre * 4, ["."] * metre * 4
    at = 0
    for index, size in enumerate(groups):
        kick[at * 4] = "9" if index == 0 else "7"
        snare[(at + size - 1) * 4] = "8"
        at += size
    return _steps("".join(kick), "".join(snare), ("7.5." if second else "6...") * metre)


def _pattern(name: str, metre: int) -> list[dict[str, str]]:
    if name.startswith("odd"):
        return [_odd_pattern(metre, name == "odd2")]
    base = PATTERNS[name]
    length = metre * 4
    return [{d: (p * 4)[:length] for d, p in bar.items()} for bar in base]


def _plan(name: str, seed: int) -> Plan:
    family = FAMILIES[name]
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    bpm = float(np.exp(rng.uniform(np.log(family.bpm[0]), np.log(family.bpm[1]))))
    if rng.random() < 0.5:
        bpm = float(round(bpm))
    bar_s = 60 / bpm * 4
    unit = 4 if bar_s < 3.2 else 2
    parts = (
        ("intro", unit),
        ("verse", unit * 2),
        ("chorus", unit * 2),
        ("verse", unit * 2),
        ("break", unit),
        ("chorus", unit * 2),
    )
    metre = int(rng.choice(family.metres))
    swing, jitter_s = float(rng.uniform(*family.swing)), float(rng.uniform(*family.jitter_s))
    pickup = 0
    if family.pickup and rng.random() < family.pickup:
        pickup = int(rng.integers(1, metre))
    return Plan(family, rng, bpm, metre, swing, jitter_s, parts, pickup)


def _time_line(plan: Plan, beats: int) -> Array:
    """Beat times, with slow drift and, in some songs, one sudden change of tempo."""
    rng = plan.rng
    depth = rng.uniform(*plan.family.drift)
    phase, waves = rng.uniform(0, 6.28), rng.uniform(1, 3)
    bend = 1 + depth * np.sin(phase + np.arange(beats + 1) / beats * 6.28 * waves)
    if rng.random() < plan.family.change:
        cut = beats // 2 // plan.metre * plan.metre
        bend[cut:] *= rng.choice([0.8, 0.88, 1.13, 1.25])
    lead_s = rng.uniform(0.05, 1.5)
    return np.concatenate([[lead_s], lead_s + np.cumsum(60 / plan.bpm * bend)])


PROGRESSIONS = ((0, 5, 3, 4), (0, 4, 5, 3), (5, 3, 0, 4), (0, 3, 0, 4), (0, 6, 5, 4), (0, 2, 3, 4))
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def _degree(scale: tuple[int, ...], degree: int) -> int:
    return scale[degree % 7] + 12 * (degree // 7)


def _chord(scale: tuple[int, ...], degree: int) -> tuple[int, ...]:
    return tuple(_degree(scale, degree + step) for step in (0, 2, 4))


def render(name: str, seed: int) -> tuple[Array, Truth]:
    """Samples at :data:`RATE_HZ` and the truth of one song."""
    plan = _plan(name, seed)
    bars = sum(count for _, count in plan.bars)
    line_s = _time_line(plan, bars * plan.metre + plan.pickup)
    score = Score(plan, line_s)
    rng, metre = plan.rng, plan.metre
    scale = MAJOR if rng.random() < 0.5 else MINOR
    key = int(rng.integers(-5, 7))
    styles = {
        "drums": str(rng.choice(plan.family.drums)),
        "bass": str(rng.choice(plan.family.bass)),
        "comp": str(rng.choice(plan.family.comp)),
        "kit": int(rng.integers(0, 40)),
        "lead": str(rng.choice(["saw", "square", "flute", "piano", "pluck", "organ"])),
        "compsound": str(rng.choice(["saw", "organ", "piano", "pluck", "strings"])),
        "sparse": rng.random() < 0.5,
        "rhythm": float(rng.choice([1, 1, 1, 0.5, 2])),
        "push": rng.random() < plan.family.push,
        "mix": rng.uniform(0.5, 1.3, 4),
    }
    other = dict(styles)
    if plan.family.varied:
        other["drums"] = str(rng.choice(plan.family.drums))
        other["comp"] = str(rng.choice(plan.family.comp))
    if "invented" in plan.family.drums:
        styles["invented"], other["invented"] = invented(rng, metre), invented(rng, metre)
    bar, edges = 0, []
    verse = PROGRESSIONS[rng.integers(0, 6)], PROGRESSIONS[rng.integers(0, 6)]
    lines: dict[str, list[tuple[float, int, float]]] = {}
    for step in range(2 * plan.pickup):
        sound = note(styles["lead"], 72 + key + _degree(scale, step), int(25_000 / plan.bpm))
        score.add(step / 2, sound, 0.3 * styles["mix"][3])
    for label, count in plan.bars:
        edges.append(float(line_s[bar * metre + plan.pickup]))
        chords = verse[label == "chorus"]
        tune = lines.setdefault(label, _tune(rng, metre))
        worn = other if label in {"chorus", "break"} else styles
        _part(score, (bar, count, label), (scale, key), worn, (chords, tune))
        bar += count
    sound = score.samples
    if rng.random() < 0.5:
        sound = np.tanh(1.5 * sound / np.abs(sound).max())
    beats = line_s[:-1]
    bpm = 60 / float(np.median(np.diff(beats)))
    duration_s = len(sound) / RATE_HZ
    downbeats = beats[plan.pickup :: metre]
    truth = Truth(f"{name}{seed}", beats, downbeats, bpm, metre, tuple(edges), duration_s)
    return (0.8 * sound / np.abs(sound).max()).astype(np.float32), truth


def _tune(rng: np.random.Generator, metre: int) -> list[tuple[float, int, float]]:
    """Two bars of melody: (beat, scale degree, beats); half the tunes are syncopated."""
    at, degree, tune = 0.0, int(rng.integers(0, 7)), []
    lengths = [0.5, 1, 1, 1.5, 2] if rng.random() < 0.5 else [0.5, 0.5, 0.75, 1, 1.5]
    if rng.random() < 0.4:
        at = float(rng.choice([0.5, 1, 1.5]))
    while at < 2 * metre:
        length = float(rng.choice(lengths))
        degree = int(np.clip(degree + rng.integers(-2, 3), -3, 9))
        if rng.random() < 0.85:
            tune.append((at, degree, length))
        at += length
    return tune


def _part(score: Score, place: Any, tonal: Any, styles: Any, music: Any) -> None:
    first, count, label = place
    chords, tune = music
    rng, metre = score.plan.rng, score.plan.metre
    scale, key = tonal
    full = label in {"verse", "chorus"}
    drums_on = full or (label == "intro" and not styles["sparse"])
    for index in range(count):
        at = (first + index) * metre + score.plan.pickup
        if drums_on:
            _play_drums(score, at, (index, index == count - 1), styles, label)
        slot = int(index * styles["rhythm"]) if styles["rhythm"] <= 1 else index * 2
        halves = 2 if styles["rhythm"] == 2 else 1
        for half in range(halves):
            degree = chords[(slot + half) % 4]
            start = at + half * (metre // 2)
            length = metre if halves == 1 else (metre - metre // 2 if half else metre // 2)
            push = 0.5 if styles["push"] and rng.random() < 0.5 and start >= 1 else 0.0
            _play_chord(score, (start, length, push), (_chord(scale, degree), key), styles, label)
        if index % 2 == 0 and score.plan.family.lead > 0.5 and label != "intro":
            for beat, degree, beats in tune:
                if index * metre + beat < count * metre:
                    ms = int(beats * 60000 / score.plan.bpm * 0.95)
                    loud = styles["mix"][3] * (0.3 if label == "chorus" else 0.22)
                    score.add(
                        at + beat, note(styles["lead"], 72 + key + _degree(scale, degree), ms), loud
                    )


def _drum_bars(styles: Any, metre: int) -> Any:
    if styles["drums"] == "invented":
        return styles["invented"].drums
    return _pattern(styles["drums"], metre)


def _play_drums(score: Score, at: int, where: Any, styles: Any, label: str) -> None:
    index, last = where
    rng, metre = score.plan.rng, score.plan.metre
    bars = _drum_bars(styles, metre)
    loud = {"kick": 0.8, "snare": 0.5, "hat": 0.16, "ride": 0.16, "open": 0.16}
    for name, text in bars[index % len(bars)].items():
        for beat, accent in _steps_of(text):
            if last and beat >= metre - 1 and styles["drums"] not in {"none", "timpani"}:
                continue
            gain = loud[name] * accent * rng.uniform(0.85, 1.1) * styles["mix"][0]
            score.add(at + beat, drum(name, styles["kit"]), gain)
    if styles["drums"] in {"none", "timpani", "shaker", "hatonly"}:
        return
    if score.plan.family.varied and index % 4 == 3 and not last:
        _play_fill(score, at + metre - 2, styles["kit"])
    if last and rng.random() < 0.8:
        _play_roll(score, at + metre - 1, styles["kit"] + 1)
    if index == 0 and label == "chorus":
        score.add(at, drum("crash", styles["kit"]), 0.35)


def _play_roll(score: Score, at: int, kit: int) -> None:
    for step in range(4):
        score.add(at + step / 4, drum("snare", kit), 0.3 + 0.08 * step)


def _play_fill(score: Score, at: int, kit: int) -> None:
    """Every other time, snare and bass drum across two beats."""
    rng = score.plan.rng
    if rng.random() < 0.5:
        return
    for step in range(8):
        if rng.random() < 0.6:
            score.add(at + step / 4, drum("snare" if step % 3 else "kick", kit), 0.3)


def _play_chord(score: Score, when: Any, what: Any, styles: Any, label: str) -> None:
    start, length, push = when
    chord, key = what
    beat_ms = 60000 / score.plan.bpm
    sparse = styles["sparse"] and label in {"intro", "break"}
    if label in {"verse", "chorus"} or not styles["sparse"]:
        _play_bass(score, (start, length), 36 + key % 12 - 5 + chord[0], styles, beat_ms)
    comp = "pad" if sparse and label == "break" and styles["kit"] % 2 else styles["comp"]
    notes = [60 + key + step for step in chord]
    events = _comp_events(comp, length, score.plan.rng)
    if comp == "invented":
        events = [(b, d, -1, 1.0) for b, d in _rhythm(styles["invented"].comp, length)]
    for beat, beats, which, loud in events:
        moment = start + beat - (push if beat == 0 else 0)
        gain = styles["mix"][2] * loud * (1.15 if label == "chorus" else 0.9)
        ms = max(30, int((beats + (push if beat == 0 else 0)) * beat_ms))
        if comp in {"power8", "powerlong", "chug", "gallop", "riff", "riff2", "riff3"}:
            muted = comp in {"chug", "gallop", "riff", "riff3"} and beat % 2 != 0
            score.add(moment, power_chord(40 + (key + chord[0]) % 12, ms, muted), 0.35 * gain)
            continue
        timbre = {
            "strings8": "strings",
            "stringslong": "strings",
            "strum": "pluck",
            "pick": "pluck",
            "scratch": "pluck",
        }.get(comp, styles["compsound"])
        chosen = notes if which < 0 else [[*notes, notes[0] + 12][which % 4]]
        for spread, pitch in enumerate(chosen):
            late = 0.012 * spread if comp == "strum" else 0.0
            score.add(moment + late, note(timbre, pitch, ms), 0.16 * gain)


SCRATCHES = {2, 3, 6, 9, 10, 14}


def _every(step: float, length: float, loud: float, which: int = -1, sound: float = 1) -> list[Any]:
    count = round(length / step)
    return [(i * step, step * sound, which if which < 0 else i, loud) for i in range(count)]


def _comp_events(comp: str, length: float, rng: np.random.Generator) -> list[Any]:
    """(beat, beats, which note or -1 for all, loudness) of one chord's accompaniment."""
    beats = range(int(length))
    sixteenths = range(int(length * 4))
    events: dict[str, list[Any]] = {
        "pad": [(0.0, length, -1, 1.0)],
        "power8": _every(0.5, length, 0.8),
        "chug": [(i / 4, 0.25, -1, 0.9) for i in sixteenths if i % 4 != 1 or i % 3],
        "gallop": [(b + o, 0.24, -1, 0.9) for b in beats for o in (0, 0.5, 0.75)],
        "strum": [
            (b + o, 0.5, -1, 0.9 - 0.4 * o) for b in beats for o in ((0,) if b == 0 else (0, 0.5))
        ],
        "pick": _every(0.5, length, 1.2, 0, 2),
        "arp": _every(0.25, length, 0.9, 0, 1.5),
        "gate": [(i / 4, 0.2, -1, 0.8) for i in sixteenths if i % 8 not in {1, 4, 6}],
        "stab2": [(b, 0.3, -1, 1.0) for b in (0.5, 1.25, 2.0, 2.75, 3.5) if b < length],
        "trackerarp": [(i / 8, 0.12, i % 3, 0.8) for i in range(int(length * 8))],
        "clave": [(b, 0.4, -1, 1.0) for b in (0.0, 0.75, 1.5, 2.5, 3.25) if b < length],
        "riff": [(b, 0.3, -1, 0.9) for b in (0.0, 0.5, 0.75, 1.5, 2.0, 2.75, 3.5) if b < length],
        "riff2": [(b, 0.6, -1, 0.9) for b in (0.0, 1.5, 2.5, 3.0) if b < length],
        "riff3": [(b, 0.2, -1, 0.9) for b in (0, 0.25, 0.75, 1, 1.5, 1.75, 2.5, 3) if b < length],
        "arp3": [(i * 0.75, 0.7, i, 1.0) for i in range(99) if i * 0.75 < length],
        "stab": [(b, 0.2, -1, 1.0) for b in (0.0, 0.75, 1.5, 2.5, 3.5) if b < length],
        "skank": [(b + 0.5, 0.2, -1, 1.1) for b in beats],
        "oompah": [(float(b), 0.5, -1, 1.0) for b in beats if b],
        "scratch": [(i / 4, 0.12, -1, 0.8) for i in sixteenths if i % 16 in SCRATCHES],
    }
    same = {"powerlong": "pad", "stringslong": "pad", "strings8": "power8", "arpfast": "arp"}
    if same.get(comp, comp) in events:
        return events[same.get(comp, comp)]
    hits = [b for b in (0.0, 1.5, 2.5, 3.5) if b < length and rng.random() < 0.6]
    return [(b, 0.4, -1, 1.0) for b in hits] or [(0.0, 1.0, -1, 1.0)]


def _play_bass(score: Score, place: Any, root: int, styles: Any, beat_ms: float) -> None:
    start, length = place
    kind, rng = styles["bass"], score.plan.rng
    events: dict[str, list[tuple[float, float, int]]] = {
        "none": [],
        "root": [(0, length, 0)],
        "sub": [(0, length * 0.9, 0)],
        "eights": [(i / 2, 0.45, 0) for i in range(int(length * 2))],
        "octaves": [(i / 2, 0.4, 12 * (i % 2)) for i in range(int(length * 2))],
        "offbeat": [(b + 0.5, 0.4, 0) for b in range(int(length))],
        "rolling": [(b + o, 0.22, 0) for b in range(int(length)) for o in (0.25, 0.5, 0.75)],
        "kick": [(0, 1.4, 0), (2.5, 1.2, 0)],
        "odd": [(0, 1, 0), (length - 2, 1, 7)],
        "walk": [
            (b, 0.9, (0, 4, 7, 9)[(b + int(rng.integers(0, 2)) * (b > 0)) % 4])
            for b in range(int(length))
        ],
        "synco": [(0, 0.7, 0), (1.5, 0.4, 0), (2.5, 0.9, 7), (3.5, 0.4, 12)],
        "wobble": [(b, 0.3, 0) for b in (0, 0.5, 0.75, 1.5, 2, 2.75, 3.25, 3.5)],
        "tumbao": [(0, 1.4, 0), (1.5, 0.5, 7), (2, 1.4, 7), (3.5, 0.5, 0)],
        "fifths": [(b, 0.8, 7 * (b // 2 % 2)) for b in range(0, int(length), 2)],
        "boogie": [(b + o, 0.4, (0, 4, 7, 9)[b % 4]) for b in range(int(length)) for o in (0, 0.5)],
        "synco16": [(0, 0.4, 0), (0.75, 0.2, 12), (1.5, 0.3, 0), (2.75, 0.2, 7), (3.25, 0.3, 0)],
    }
    if kind == "invented":
        events[kind] = [(b, d, 0) for b, d in _rhythm(styles["invented"].bass, length)]
    timbre = "sub" if kind == "sub" else "bass"
    for beat, beats, up in events[kind]:
        if beat < length:
            sound = note(timbre, root + up, max(40, int(beats * beat_ms)))
            score.add(start + beat, sound, 0.4 * styles["mix"][1])
