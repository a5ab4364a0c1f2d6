"""Which reading of a pulse is the beat: its bars tell 3:2 and 4:3, its density doubles and halves.

The autocorrelation that finds the tempo hears eight seconds. Here the whole song is laid out in
beats of its own local tempo, so that tempo changes and drift are gone, and compared with itself up
to bars later. A song repeats after whole bars, thus after 4, 8, 3 or 6 of the true beats; and
a beat has about as many bass drums and cymbals in slow songs as in fast ones (Elowsson and Friberg
2015 found the density of onsets to decide how fast a song is felt).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.analyze.envelopes import Envelopes
from pipeline.stages.analyze.spectrum import FPS, Floats
from pipeline.stages.analyze.tempo import per_frame, prior

Values = NDArray[np.float64]

TICKS = 24
"""Ticks a beat: halves, thirds, quarters and eighths of it fall on a tick."""
HEARD_IN = ("low", "mid", "high", "bass")
LEAST_BEATS = 48
LEVEL_BEATS = 4
BARS = (3, 4, 5, 7)
RATIOS = (1.0, 3 / 2, 2 / 3, 4 / 3, 3 / 4)
"""Periods that the true one may have, as multiples of the one that was heard."""
PULSE_ODDS, BAR_ODDS, PRIOR_ODDS, RATIO_MARGIN = 12.0, 13.5, 2.0, 2.5
"""Log-odds per unit of repetition after one to four beats and after one and two bars, the power of
the prior, and what another ratio has to be ahead: as good as certain, or nothing is changed."""
FAST_BPM = 110.0
"""From here on a tempo is a fast reading whose half is asked for, below a slow one."""
EITHER_BPM = 92.0
"""Slow tempo of the pair of which neither the slow nor the fast reading is commoner."""
TEMPO_ODDS, LOW_ODDS, HIGH_ODDS, BASS_ODDS, OCTAVE_MARGIN = -3.6, 2.2, 3.0, 3.3, 1.5
"""Log-odds that the fast reading is right: per octave of tempo, per doubling of the onsets to a
beat, and per surplus of the bass's repetition after four fast beats over that after eight."""
EVENT_REACH, EVENT_STRENGTH = 6, 1.0
"""An onset is the largest value within so many frames, and above so many deviations."""


def true_period(env: Envelopes, local: Values) -> float:
    """The beat's period as a multiple of the one that was heard; 1 unless much speaks against it.

    Args:
        env: Envelopes of the whole song.
        local: Heard period in frames for each window of the tempogram.
    """
    heard_bpm = 60 * FPS / float(np.median(local))
    ticks = _tick_edges(per_frame(local, len(env.low)))
    if len(ticks) < LEAST_BEATS * TICKS:
        return 1.0
    found = {name: _repetition(_laid_out(getattr(env, name), ticks)) for name in HEARD_IN}
    ratio = _ratio(np.mean(list(found.values()), axis=0), heard_bpm)
    return ratio * _octave(env, found["bass"], ratio, heard_bpm / ratio)


def _tick_edges(period: Values) -> Values:
    """Frames at which the song's ticks begin."""
    passed = np.concatenate([[0.0], np.cumsum(TICKS / period)])
    return np.interp(np.arange(0, passed[-1]), passed, np.arange(len(passed)))


def _laid_out(envelope: Floats, edges: Values) -> Values:
    """Sum of an envelope from each tick to the next."""
    total = np.concatenate([[0.0], np.cumsum(envelope, dtype=np.float64)])
    return np.diff(np.interp(edges, np.arange(len(total)), total))


def _repetition(values: Values) -> Values:
    """Autocorrelation at every lag in ticks, about the local mean; 1 at lag 0."""
    from scipy.fft import irfft, next_fast_len, rfft

    count, width = len(values), LEVEL_BEATS * TICKS + 1
    centred = values - np.convolve(values, np.ones(width) / width, "same")
    size = int(next_fast_len(2 * count))
    raw = irfft(np.abs(rfft(centred, size)) ** 2, size)[:count]
    return np.asarray(raw / (count - np.arange(count)) / (raw[0] / count + 1e-12))


def _after(repetition: Values, beats: float) -> float:
    """Repetition after so many beats, give or take a tick; 0 beyond the song."""
    lag = round(TICKS * beats)
    return float(repetition[lag - 1 : lag + 2].max()) if lag + 2 < len(repetition) else 0.0


def _ratio(repetition: Values, heard_bpm: float) -> float:
    """The multiple of RATIOS that the song's pulse and bars fit best."""
    odds = [_ratio_odds(repetition, ratio, heard_bpm / ratio) for ratio in RATIOS]
    best = int(np.argmax(odds))
    return RATIOS[best] if odds[best] - odds[0] > RATIO_MARGIN else 1.0


def _ratio_odds(repetition: Values, ratio: float, bpm: float) -> float:
    def mean(beats: Any) -> float:
        return float(np.mean([_after(repetition, ratio * count) for count in beats]))

    pulse, bar = mean((1, 2, 3, 4)), max(mean((length, 2 * length)) for length in BARS)
    common = float(np.log(prior(np.array([bpm]))[0]))
    return PULSE_ODDS * pulse + BAR_ODDS * bar + PRIOR_ODDS * common


def _octave(env: Envelopes, bass: Values, ratio: float, bpm: float) -> float:
    """2 for every second beat, 0.5 for twice as many, 1 unless the margin is passed."""
    fast = bpm >= FAST_BPM
    fast_bpm, step = (bpm, ratio) if fast else (2 * bpm, ratio / 2)
    odds = TEMPO_ODDS * np.log2(fast_bpm / (2 * EITHER_BPM))
    odds += LOW_ODDS * np.log2(_events_per_s(env.low) * 60 / fast_bpm)
    odds += HIGH_ODDS * np.log2(_events_per_s(env.high) * 60 / fast_bpm)
    odds += BASS_ODDS * (_after(bass, 4 * step) - _after(bass, 8 * step))
    if fast:
        return 2.0 if odds < -OCTAVE_MARGIN else 1.0
    return 0.5 if odds > OCTAVE_MARGIN else 1.0


def _events_per_s(envelope: Floats) -> float:
    """Onsets a second between the first and the last, at least one in ten."""
    width = 2 * EVENT_REACH + 1
    around = np.lib.stride_tricks.sliding_window_view(np.pad(envelope, EVENT_REACH), width)
    events = np.flatnonzero(
        (envelope >= around.max(axis=1)) & (envelope > EVENT_STRENGTH * envelope.std())
    )
    if len(events) < 2:
        return 0.1
    return max(0.1, len(events) * FPS / float(events[-1] - events[0]))
