from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.demo.song import DemoSong, demo_facts, write_demo_song


def decoded(path: Path) -> tuple[np.ndarray, int]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return np.concatenate(frames, axis=1), container.streams.audio[0].rate


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSong]:
    path = tmp_path_factory.mktemp("demo") / "demo.mp3"
    return path, write_demo_song(path)


def test_the_demo_is_a_stereo_song_of_a_bit_more_than_a_minute(
    demo: tuple[Path, DemoSong],
) -> None:
    samples, rate = decoded(demo[0])
    assert samples.shape[0] == 2
    assert 60 < samples.shape[1] / rate < 80
    assert samples.shape[1] / rate == pytest.approx(demo[1].duration_s, abs=0.001)


def test_its_sections_partition_it_and_begin_on_bars(demo: tuple[Path, DemoSong]) -> None:
    song = demo[1]
    assert song.sections[0][0] == 0
    assert song.sections[-1][1] == song.duration_s
    for before, after in zip(song.sections, song.sections[1:], strict=False):
        assert before[1] == after[0]
        assert after[0] in song.downbeats_s
    assert [label for *_, label in song.sections] == [
        "intro",
        "verse",
        "chorus",
        "verse",
        "chorus",
        "outro",
    ]


def test_a_kick_sounds_on_the_beats_that_it_states(demo: tuple[Path, DemoSong]) -> None:
    samples, rate = decoded(demo[0])
    mono = samples.mean(axis=0)
    start_s, end_s, _ = demo[1].sections[2]
    on, off = [], []
    for beat in (b for b in demo[1].beats_s if start_s <= b < end_s - 0.6):
        first = round(beat * rate)
        on.append(np.square(mono[first : first + 1000]).mean())
        off.append(np.square(mono[first - 1000 : first]).mean())
    assert np.median(on) > 1.3 * np.median(off)


def test_the_chorus_is_louder_than_the_verse(demo: tuple[Path, DemoSong]) -> None:
    samples, rate = decoded(demo[0])

    def loudness(index: int) -> float:
        start_s, end_s, _ = demo[1].sections[index]
        return float(
            np.sqrt(np.square(samples[:, round(start_s * rate) : round(end_s * rate)]).mean())
        )

    assert loudness(2) > 1.2 * loudness(1) > 1.2 * loudness(0)


def test_the_same_song_is_made_every_time(tmp_path: Path, demo: tuple[Path, DemoSong]) -> None:
    again = tmp_path / "again.mp3"
    assert write_demo_song(again) == demo[1] == demo_facts()
    assert again.read_bytes() == demo[0].read_bytes()


@pytest.mark.parametrize("suffix", [".m4a", ".wav"])
def test_it_is_written_in_other_formats_too(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"demo{suffix}"
    song = write_demo_song(path)
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    length_s = sum(frame.samples for frame in frames) / frames[0].sample_rate
    assert length_s == pytest.approx(song.duration_s, abs=0.1)
