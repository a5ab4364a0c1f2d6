"""How the music moves the picture: pulses on beats, and a flow that runs with the energy."""

from __future__ import annotations

from math import exp

import numpy as np

from pipeline.render.spec import SceneSpec

DECAY_S = 0.22
# Photosensitive viewers: nothing flashes three times a second, whatever the tempo.
SHORTEST_GAP_S = 0.36
PLAIN_BEAT = 0.7


class Rhythm:
    """Answers for any time of a shot, in any order."""

    def __init__(self, spec: SceneSpec) -> None:
        self._beats = _thinned(spec.beats_s)
        self._accents = np.array(spec.accents_s)
        self._energy = np.array(spec.energy, np.float64)
        self._at = np.arange(len(self._energy)) * spec.energy_step_s
        self._flow = np.concatenate([[0.0], np.cumsum(self._energy) * spec.energy_step_s])
        self._step_s = spec.energy_step_s

    def energy(self, time_s: float) -> float:
        """The song's energy, 0..1."""
        return float(np.interp(time_s, self._at, self._energy))

    def pulse(self, time_s: float) -> float:
        """1 on an accented beat, decaying to 0 until the next; weaker where the song is calm."""
        before = self._beats[self._beats <= time_s + 1e-6]
        if not len(before):
            return 0.0
        beat = float(before[-1])
        accented = len(self._accents) and bool(np.abs(self._accents - beat).min() < 0.02)
        force = (1.0 if accented else PLAIN_BEAT) * (0.35 + 0.65 * self.energy(beat))
        return force * exp(-(time_s - beat) / DECAY_S)

    def flow(self, time_s: float) -> float:
        """Seconds that have passed for things driven by the music: faster when it is loud."""
        index = np.arange(len(self._flow)) * self._step_s
        loud = float(np.interp(time_s, index, self._flow))
        return time_s * 0.5 + loud

    def swing(self, time_s: float) -> float:
        """-1..1, once there and back in two beats; without beats, a slow breath."""
        if len(self._beats) < 2:
            return float(np.sin(time_s * 1.6))
        count = np.arange(len(self._beats), dtype=np.float64)
        step = float(np.median(np.diff(self._beats)))
        beats = np.concatenate(
            [[self._beats[0] - 64 * step], self._beats, [self._beats[-1] + 64 * step]]
        )
        number = np.concatenate([[-64.0], count, [count[-1] + 64]])
        return float(np.sin(np.pi * np.interp(time_s, beats, number)))


def _thinned(beats_s: tuple[float, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    kept: list[float] = []
    for beat in beats_s:
        if not kept or beat - kept[-1] >= SHORTEST_GAP_S:
            kept.append(beat)
    return np.array(kept, np.float64)
