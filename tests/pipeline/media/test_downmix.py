from __future__ import annotations

import numpy as np
import pytest

from pipeline.media.downmix import Downmix

TONE = np.sin(np.arange(4000) / 9).astype(np.float32)


def test_channels_that_agree_are_averaged() -> None:
    downmix = Downmix()
    assert downmix.mix(np.stack([TONE, TONE / 2]))[0] == pytest.approx(0.75 * TONE)
    assert not downmix.mostly_opposed


def test_channels_that_cancel_are_subtracted_instead() -> None:
    downmix = Downmix()
    assert downmix.mix(np.stack([TONE, -TONE / 2]))[0] == pytest.approx(0.75 * TONE)
    assert downmix.mostly_opposed


def test_a_short_opposed_sound_does_not_turn_a_song_around() -> None:
    downmix = Downmix()
    for _ in range(9):
        downmix.mix(np.stack([TONE, TONE]))
    assert np.abs(downmix.mix(np.stack([TONE, -TONE]))).max() == 0
    assert downmix.opposed == 0


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_silence_and_any_number_of_channels_are_mixed_to_one(channels: int) -> None:
    mixed = Downmix().mix(np.zeros((channels, 100), np.float32))
    assert mixed.shape == (1, 100)
    assert mixed.dtype == np.float32
