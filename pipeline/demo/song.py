"""A song made by code, whose beats, bars and sections are known exactly.

It gives a first visit something to film, and tests something real to listen to. The score is
``song.json``: parts, chords, phrases as ``[beat, midi, beats]``, drum patterns as
``[beat, loudness]``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pipeline.demo import synth
from pipeline.demo.synth import RATE_HZ

LOUDNESS = {"kick": 0.62, "snare": 0.34, "clap": 0.2, "hat": 0.16}
PAN = {"hat": 0.3, "clap": -0.2}
BIT_RATE = 192_000


@dataclass(frozen=True)
class DemoSong:
    """What is true of the song, in seconds from its first sample.

    ``sections`` are ``(start_s, end_s, label)`` and partition the whole song.
    """

    title: str
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]
    sections: tuple[tuple[float, float, str], ...]
    duration_s: float


def write_demo_song(path: Path) -> DemoSong:
    """Write the song as MP3 (``.mp3``), AAC (``.m4a``) or PCM (``.wav``), by the path's suffix.

    The same call gives the same samples every time.
    """
    score = _score()
    _encode(_master(_mix(score)), path)
    return demo_facts()


def demo_facts() -> DemoSong:
    """The song's title, beats, bars and sections, without making a sound."""
    score = _score()
    beat_s, lead_s, per_bar = _beat_s(score), score["lead_in_s"], score["beats_per_bar"]
    bars = sum(part["bars"] for part in score["parts"])
    beats = tuple(lead_s + index * beat_s for index in range(bars * per_bar))
    starts = [lead_s + bar * per_bar * beat_s for bar, _ in _placed_parts(score)]
    duration_s = lead_s + bars * per_bar * beat_s + score["tail_s"]
    edges = [0.0, *starts[1:], duration_s]
    labels = [part["label"] for part in score["parts"]]
    sections = tuple(zip(edges[:-1], edges[1:], labels, strict=True))
    return DemoSong(score["title"], beats, beats[::per_bar], sections, duration_s)


def _score() -> Any:
    return json.loads(Path(__file__).with_name("song.json").read_text(encoding="utf-8"))


def _beat_s(score: Any) -> float:
    return 60.0 / float(score["tempo_bpm"])


def _placed_parts(score: Any) -> list[tuple[int, Any]]:
    """Each part with the index of its first bar."""
    bar, placed = 0, []
    for part in score["parts"]:
        placed.append((bar, part))
        bar += part["bars"]
    return placed


class _Track:
    """Stereo samples of the whole song, addressed in beats."""

    def __init__(self, score: Any) -> None:
        self.beat_s = _beat_s(score)
        self.lead_s = float(score["lead_in_s"])
        self.samples: NDArray[np.float32] = np.zeros(
            (2, round(demo_facts().duration_s * RATE_HZ)), dtype=np.float32
        )

    def add(self, beat: float, sound: NDArray[np.float32], gain: float, pan: float = 0.0) -> None:
        """Mix a sound of shape (n,) or (2, n) in; what passes the end is cut off."""
        first = round((self.lead_s + beat * self.beat_s) * RATE_HZ)
        ears = np.array([[min(1, 1 - pan)], [min(1, 1 + pan)]], dtype=np.float32)
        room = self.samples.shape[1] - first
        stereo = np.atleast_2d(sound)[:, :room] * ears * np.float32(gain)
        self.samples[:, first : first + stereo.shape[1]] += stereo


def _mix(score: Any) -> NDArray[np.float32]:
    drums, music = _Track(score), _Track(score)
    for bar, part in _placed_parts(score):
        _play_drums(score, bar, part, drums)
        _play_harmony(score, bar, part, music)
        _play_melody(score, bar, part, music)
    ducked = music.samples * _duck(score, music)
    return synth.room(ducked, 0.16) + synth.room(drums.samples, 0.05)


def _play_drums(score: Any, bar: int, part: Any, track: _Track) -> None:
    for index in range(part["bars"]):
        for drum, hits in score["kits"][part["kit"]].items():
            sound = getattr(synth, drum)()
            for beat, loud in hits:
                at = (bar + index) * score["beats_per_bar"] + beat
                track.add(at, sound, LOUDNESS[drum] * loud, PAN.get(drum, 0.0))
    if part["kit"] == "verse":
        _play_fill(bar + part["bars"], score["beats_per_bar"], track)


def _play_fill(bar: int, per_bar: int, track: _Track) -> None:
    """A snare roll over the last beat before ``bar``."""
    for step in range(4):
        at = bar * per_bar - 1 + step / 4
        track.add(at, synth.snare(), LOUDNESS["snare"] * (0.4 + 0.15 * step))


def _play_harmony(score: Any, bar: int, part: Any, track: _Track) -> None:
    per_bar, beat_s = score["beats_per_bar"], _beat_s(score)
    for index in range(part["bars"]):
        chord = part["chords"][index % len(part["chords"])]
        notes, at = score["chords"][chord], (bar + index) * per_bar
        track.add(at, synth.pad(tuple(notes), round(per_bar * beat_s + 0.2, 3)), part["pad"] * 0.2)
        for beat, up, beats in score["basslines"][part["bass"]]:
            note = synth.bass(score["roots"][chord] + up, round(beats * beat_s, 3))
            track.add(at + beat, note, 0.34)
        for step in range(per_bar * 4 if part["arp"] else 0):
            note = synth.pluck(notes[step % len(notes)] + 12, 0.28)
            track.add(at + step / 4, note, 0.11 * part["arp"], 0.5 if step % 2 else -0.5)


def _play_melody(score: Any, bar: int, part: Any, track: _Track) -> None:
    per_bar, beat_s = score["beats_per_bar"], _beat_s(score)
    end = part["bars"] * per_bar
    for index, phrase in enumerate(part["phrases"]):
        for beat, midi, beats in score["phrases"][phrase]:
            at = index * 4 * per_bar + beat
            if at < end:
                note = synth.pluck(midi, round(beats * beat_s + 0.25, 3))
                track.add(bar * per_bar + at, note, 0.3 * part["lead"], -0.1)


def _duck(score: Any, track: _Track) -> NDArray[np.float32]:
    """Gain that makes way for every kick, as a compressor on a dance record does."""
    gain = np.ones(track.samples.shape[1], dtype=np.float32)
    dip = 1 - 0.35 * np.exp(-np.arange(round(0.2 * RATE_HZ)) / (0.07 * RATE_HZ))
    for bar, part in _placed_parts(score):
        for index in range(part["bars"]):
            for beat, _ in score["kits"][part["kit"]].get("kick", []):
                at = (bar + index) * score["beats_per_bar"] + beat
                first = round((track.lead_s + at * track.beat_s) * RATE_HZ)
                window = gain[first : first + len(dip)]
                np.minimum(window, dip[: len(window)], out=window)
    return gain


def _master(mix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gentle saturation, a fade over the last two seconds, peak at -1 dB."""
    warm = np.tanh(1.4 * mix)
    count = 2 * RATE_HZ
    warm[:, -count:] *= np.linspace(1, 0, count) ** 0.7
    return np.asarray(0.89 * warm / np.abs(warm).max(), dtype=np.float32)


def _encode(samples: NDArray[np.float32], path: Path) -> None:
    import av

    codec, layout = {".m4a": ("aac", "fltp"), ".wav": ("pcm_s16le", "s16")}.get(
        path.suffix.lower(), ("libmp3lame", "fltp")
    )
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
    frame.sample_rate, frame.pts = RATE_HZ, 0
    with av.open(str(path), "w") as container:
        stream = cast("av.AudioStream", container.add_stream(codec, rate=RATE_HZ))
        stream.layout = "stereo"
        if codec != "pcm_s16le":
            stream.bit_rate = BIT_RATE
        resampler = av.AudioResampler(layout, "stereo", RATE_HZ, frame_size=1152)
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(stream.encode(part))
