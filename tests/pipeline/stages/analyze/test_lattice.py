from __future__ import annotations

import numpy as np
import pytest

from pipeline.stages.analyze.lattice import find_lattice
from pipeline.stages.analyze.spectrum import FPS

RNG = np.random.default_rng(8)


def onsets(times_s: np.ndarray, length_s: float) -> np.ndarray:
    strength = RNG.uniform(0, 0.3, round(length_s * FPS)).astype(np.float32)
    index = np.round(times_s * FPS).astype(int)
    strength[index[index < len(strength)]] += 4
    return strength


def test_one_exact_tempo_is_found_to_a_hundredth_of_a_percent() -> None:
    gap_s = 60 / 127.3
    lattice = find_lattice(onsets(0.31 + np.arange(200) * gap_s, 95), gap_s * FPS * 1.01)
    assert lattice is not None
    assert lattice.period / FPS == pytest.approx(gap_s, rel=1e-4)
    assert lattice.frames(9500)[100] / FPS == pytest.approx(0.31 + 100 * gap_s, abs=0.012)


def test_loud_off_beats_in_the_middle_do_not_bend_it() -> None:
    gap_s = 60 / 120
    beats = np.arange(180) * gap_s
    late = beats[60:120] + 0.5 * gap_s
    lattice = find_lattice(onsets(np.concatenate([beats, late, late]), 91), gap_s * FPS)
    assert lattice is not None
    found = lattice.frames(9100) / FPS
    assert np.diff(found) == pytest.approx(gap_s, abs=1e-4)
    assert found[-1] - found[0] == pytest.approx((len(found) - 1) * gap_s, abs=0.01)


def test_played_music_and_changes_of_tempo_have_none() -> None:
    bent = np.cumsum(0.5 * (1 + 0.02 * np.sin(np.arange(180) / 20)))
    assert find_lattice(onsets(bent, bent[-1] + 1), 0.5 * FPS) is None
    changed = np.cumsum(np.where(np.arange(180) < 90, 0.5, 0.44))
    assert find_lattice(onsets(changed, changed[-1] + 1), 0.5 * FPS) is None


def test_a_short_sound_has_none() -> None:
    assert find_lattice(onsets(np.arange(20) * 0.5, 10), 0.5 * FPS) is None
