from __future__ import annotations

import json
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import mir_eval
import numpy as np
import pytest

from pipeline.demo.song import write_demo_song
from pipeline.model import AudioAnalysis
from pipeline.project import GridChoice
from pipeline.stage import key_of
from pipeline.stages.analyze import ANALYZE, LISTEN, AnalyzeInputs, Heard

RATE_HZ = 22_050
Analyse = Callable[..., AudioAnalysis]


def f_measure(truth: Any, found: Any, window_s: float = 0.07) -> float:
    return float(mir_eval.beat.f_measure(np.array(truth), np.array(found), window_s))


@pytest.fixture
def demo(tmp_path: Path) -> tuple[Path, Any]:
    path = tmp_path / "demo.mp3"
    return path, write_demo_song(path)


def test_the_demo_song_is_heard_as_it_was_written(analyse: Analyse, demo: tuple[Path, Any]) -> None:
    path, song = demo
    found = analyse(path)
    assert found.tempo_bpm == pytest.approx(112, abs=0.2)
    assert f_measure(song.beats_s, found.beats_s, 0.02) > 0.95
    assert f_measure(song.downbeats_s, found.downbeats_s, 0.02) > 0.95
    assert found.grid == "fitted"
    assert found.metre == 4
    assert [section.label for section in found.sections] == [label for *_, label in song.sections]
    edges = [section.start_s for section in found.sections[1:-1]]
    for edge, (start_s, *_) in zip(edges, song.sections[1:-1], strict=True):
        assert edge == pytest.approx(start_s, abs=0.05)
    assert found.confidence > 0.6
    assert found.warnings == ()


def test_an_analysis_holds_its_promises(analyse: Analyse, songs: ModuleType) -> None:
    found = analyse(songs.render("rock", 2)[0])
    assert found.sections[0].start_s == 0
    assert found.sections[-1].end_s == found.duration_s
    for before, after in zip(found.sections, found.sections[1:], strict=False):
        assert before.end_s == after.start_s
    assert set(found.downbeats_s) <= set(found.beats_s)
    assert list(found.beats_s) == sorted(set(found.beats_s))
    assert len(found.beat_confidence) == len(found.beat_energy) == len(found.beats_s)
    assert found.beats_s[-1] < found.duration_s
    assert len(found.energy) == pytest.approx(found.duration_s / found.energy_step_s, abs=2)
    assert found.mood.evidence
    assert {tempo.bpm for tempo in found.tempo_alternatives} == {
        round(found.tempo_bpm * factor, 2) for factor in (2.0, 0.5, 1.5, 2 / 3)
    }


@pytest.mark.parametrize(
    ("family", "seed"), [("rock", 0), ("metal", 1), ("swing", 2), ("odd", 1), ("waltz", 1)]
)
def test_beats_of_many_kinds_of_songs_are_found_on_their_attack(
    analyse: Analyse, songs: ModuleType, family: str, seed: int
) -> None:
    sound, truth = songs.render(family, seed)
    found = analyse(sound)
    assert f_measure(truth.beats_s, found.beats_s) > 0.85
    assert found.tempo_bpm == pytest.approx(truth.bpm, rel=0.04)
    errors = [min(found.beats_s, key=lambda b, t=t: abs(b - t)) - t for t in truth.beats_s]
    assert abs(np.median(errors)) < 0.01


@pytest.mark.parametrize(
    ("family", "seed"), [("ambient", 102), ("metal", 100), ("inventedband", 100)]
)
def test_the_beat_is_not_taken_for_its_half_double_or_three_quarters(
    analyse: Analyse, songs: ModuleType, family: str, seed: int
) -> None:
    sound, truth = songs.render(family, seed)
    found = analyse(sound)
    assert found.tempo_bpm == pytest.approx(truth.bpm, rel=0.04)
    assert f_measure(truth.beats_s, found.beats_s) > 0.9


@pytest.mark.parametrize(("family", "metre"), [("waltz", 3), ("rock", 4), ("odd", 7)])
def test_the_metre_is_heard(analyse: Analyse, songs: ModuleType, family: str, metre: int) -> None:
    seed = next(s for s in range(1, 30) if songs.render(family, s)[1].metre == metre)
    sound, truth = songs.render(family, seed)
    found = analyse(sound)
    assert found.metre == metre
    assert f_measure(truth.downbeats_s, found.downbeats_s) > 0.8


def test_every_other_reading_of_the_tempo_comes_with_what_was_heard_of_it(
    analyse: Analyse,
) -> None:
    beats = 0.4 + np.arange(50) * 60 / 100
    eighths = np.sort(np.concatenate([beats, beats + 0.3]))
    found = analyse(clicks(eighths, 31))
    heard = {tempo.bpm: tempo.confidence for tempo in found.tempo_alternatives}
    double, half, three_two, two_three = (
        heard[round(found.tempo_bpm * factor, 2)] for factor in (2.0, 0.5, 1.5, 2 / 3)
    )
    assert max(double, half) > 0.1
    assert max(double, half) > max(three_two, two_three)
    assert all(0 <= confidence <= 1 for confidence in heard.values())


def test_swing_is_told_from_straight(analyse: Analyse, songs: ModuleType) -> None:
    assert analyse(songs.render("swing", 2)[0]).swing > 0.5
    assert analyse(songs.render("rock", 0)[0]).swing < 0.2


def clicks(times_s: Any, length_s: float) -> np.ndarray:
    """Short noise bursts with a bass note on every fourth."""
    sound = np.zeros(round(length_s * RATE_HZ))
    rng = np.random.default_rng(1)
    for index, time_s in enumerate(times_s):
        first = round(time_s * RATE_HZ)
        tail = np.exp(-np.arange(1500) / 250)
        hit = rng.uniform(-0.5, 0.5, 1500) * tail
        if index % 4 == 0:
            note = np.sin(2 * np.pi * 60 * np.arange(9000) / RATE_HZ) * 0.4
            sound[first : first + 9000] += note[: len(sound) - first]
        sound[first : first + 1500] += hit[: len(sound) - first]
    return sound


@pytest.mark.parametrize("bpm", [62, 80, 97, 120, 141, 174, 195])
def test_plain_pulses_of_any_tempo_are_found(analyse: Analyse, bpm: int) -> None:
    truth = 0.4 + np.arange(int(28 * bpm / 60)) * 60 / bpm
    found = analyse(clicks(truth, 30))
    ratio = found.tempo_bpm / bpm
    assert min(abs(ratio - octave) for octave in (0.5, 1, 2)) < 0.02
    hits = [min(abs(b - t) for b in found.beats_s) < 0.05 for t in truth]
    assert np.mean(hits) > (0.45 if ratio < 0.9 else 0.9)


def test_a_drumless_break_keeps_its_grid(analyse: Analyse, songs: ModuleType) -> None:
    sound, truth = songs.render("house", 2)
    sound = sound.copy()
    sound[round(25 * RATE_HZ) : round(34 * RATE_HZ)] *= 0.0005
    found = analyse(sound)
    inside = [beat for beat in found.beats_s if 26 < beat < 33]
    assert np.diff(inside) == pytest.approx(60 / found.tempo_bpm, abs=0.01)
    assert len(inside) >= 5
    assert truth.duration_s > 40


def test_a_sudden_change_of_tempo_is_followed(analyse: Analyse) -> None:
    slow = 0.3 + np.arange(40) * 60 / 100
    fast = slow[-1] + 60 / 100 + np.arange(60) * 60 / 125
    truth = np.concatenate([slow, fast])
    found = analyse(clicks(truth, truth[-1] + 1))
    assert f_measure(truth, found.beats_s) > 0.9


def test_a_song_whose_channels_cancel_is_heard_all_the_same_and_says_so(
    analyse: Analyse, songs: ModuleType, tmp_path: Path
) -> None:
    sound, truth = songs.render("house", 2)
    path = tmp_path / "opposed.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.stack([sound, -sound], axis=1) * 32767).astype("<i2").tobytes())
    found = analyse(path)
    assert f_measure(truth.beats_s, found.beats_s) > 0.9
    assert any("cancel" in warning for warning in found.warnings)


def test_listening_and_understanding_say_how_far_they_are(
    analyse: Analyse, bench: Any, songs: ModuleType
) -> None:
    analyse(songs.render("house", 2)[0])
    listened = bench.fractions[: bench.notes.index("hearing attacks and harmony")]
    assert listened == sorted(listened)
    assert len(listened) >= 8
    assert listened[-1] > 0.85
    assert "finding the sections" in bench.notes


def silence(seconds: float = 12) -> np.ndarray:
    return np.zeros(round(seconds * RATE_HZ))


def noise(seconds: float = 25) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.2, round(seconds * RATE_HZ))


def speech(seconds: float = 25) -> np.ndarray:
    """Syllables of uneven length and pitch with pauses, as in talk."""
    rng = np.random.default_rng(4)
    sound, at = silence(seconds), 0.3
    while at < seconds - 1:
        length_s = rng.uniform(0.08, 0.3)
        time_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
        pitch_hz = rng.uniform(90, 180) * (1 + 0.1 * np.sin(4 * time_s))
        voice = sum(np.sin(2 * np.pi * k * pitch_hz * time_s) / k for k in range(1, 25))
        first = int(at * RATE_HZ)
        sound[first : first + len(time_s)] += voice * np.hanning(len(time_s)) * 0.2
        at += length_s + rng.exponential(0.06) + (rng.random() < 0.12) * rng.uniform(0.3, 0.9)
    return sound


@pytest.mark.parametrize("make", [silence, noise, speech, lambda: silence() + 0.5])
def test_no_beats_are_invented_where_there_are_none(
    analyse: Analyse, make: Callable[[], np.ndarray]
) -> None:
    found = analyse(make())
    assert found.beats_s == ()
    assert found.downbeats_s == ()
    assert found.tempo_bpm is None
    assert found.grid == "none"
    assert found.confidence == 0
    assert found.sections[-1].end_s == found.duration_s
    assert any("no beats" in warning for warning in found.warnings)


def test_a_song_that_is_barely_long_enough_is_carried(analyse: Analyse) -> None:
    found = analyse(clicks(np.arange(0.2, 2.9, 0.5), 3.0))
    assert found.duration_s == pytest.approx(3.0)
    assert found.sections


def test_mood_follows_what_is_measured(analyse: Analyse, songs: ModuleType) -> None:
    moods = {
        name: analyse(songs.render(name, seed)[0]).mood
        for name, seed in (("punk", 0), ("ambient", 0), ("metal", 3), ("folk", 1))
    }
    assert len({mood.label for mood in moods.values()}) >= 2
    assert moods["punk"].arousal > moods["ambient"].arousal
    for mood in moods.values():
        assert any(any(sign.isdigit() for sign in line) for line in mood.evidence)


class TestCorrections:
    @pytest.fixture
    def corrected(
        self, songs: ModuleType, hear: Callable[[Any], Heard], bench: Any
    ) -> Callable[..., AudioAnalysis]:
        heard = hear(songs.render("rock", 0)[0])

        def run(**choice: Any) -> AudioAnalysis:
            return ANALYZE.run(AnalyzeInputs(heard=heard, grid=GridChoice(**choice)), bench)

        return run

    def test_double_and_half_tempo(self, corrected: Callable[..., AudioAnalysis]) -> None:
        heard = corrected()
        double, half = corrected(tempo_factor=2), corrected(tempo_factor=0.5)
        assert double.tempo_bpm == pytest.approx(2 * heard.tempo_bpm, rel=0.01)
        assert half.tempo_bpm == pytest.approx(heard.tempo_bpm / 2, rel=0.01)
        assert len(double.beats_s) == pytest.approx(2 * len(heard.beats_s), abs=4)

    def test_half_a_beat(self, corrected: Callable[..., AudioAnalysis]) -> None:
        heard, moved = corrected(), corrected(half_beat=True)
        middle = (heard.beats_s[10] + heard.beats_s[11]) / 2
        assert min(abs(beat - middle) for beat in moved.beats_s) < 0.002

    def test_a_bar_shift_moves_the_downbeat_by_a_beat(
        self, corrected: Callable[..., AudioAnalysis]
    ) -> None:
        heard, moved = corrected(), corrected(bar_shift=1)
        assert moved.beats_s == heard.beats_s
        place = heard.beats_s.index(heard.downbeats_s[3])
        assert heard.beats_s[place + 1] in moved.downbeats_s
        assert heard.downbeats_s[3] not in moved.downbeats_s

    def test_a_metre_is_taken_as_said(self, corrected: Callable[..., AudioAnalysis]) -> None:
        found = corrected(metre=3)
        places = [found.beats_s.index(beat) for beat in found.downbeats_s]
        assert found.metre == 3
        assert np.median(np.diff(places)) == 3

    def test_a_nudge_moves_every_beat(self, corrected: Callable[..., AudioAnalysis]) -> None:
        heard, moved = corrected(), corrected(nudge_s=0.03)
        assert np.array(moved.beats_s[5:50]) - np.array(heard.beats_s[5:50]) == pytest.approx(
            0.03, abs=2e-6
        )

    def test_density_keeps_fewer_or_more_edges(
        self, corrected: Callable[..., AudioAnalysis]
    ) -> None:
        few, some, many = (corrected(section_density=d) for d in (0.0, 0.5, 1.0))
        assert len(few.sections) <= len(some.sections) <= len(many.sections)
        assert len(few.sections) < len(many.sections)
        kept = {section.start_s for section in few.sections}
        assert kept <= {section.start_s for section in many.sections}


def test_a_correction_never_listens_again(hear: Callable[[Any], Heard]) -> None:
    heard = hear(noise(4))
    plain, moved = (AnalyzeInputs(heard=heard, grid=GridChoice(half_beat=h)) for h in (False, True))
    assert key_of(ANALYZE, plain) != key_of(ANALYZE, moved)
    assert plain.heard == moved.heard


def test_the_waveform_has_a_pair_of_peaks_every_hundredth(
    hear: Callable[[Any], Heard], bench: Any
) -> None:
    sound = np.zeros(4 * RATE_HZ)
    sound[round(1.505 * RATE_HZ)] = 0.9
    sound[round(2.505 * RATE_HZ)] = -0.5
    heard = hear(sound)
    pairs = np.frombuffer(bench.path(heard.peaks).read_bytes(), np.int8).reshape(-1, 2)
    assert len(pairs) == 400
    assert pairs[150, 1] == pytest.approx(114, abs=1)
    assert pairs[250, 0] == pytest.approx(-63, abs=1)
    assert np.count_nonzero(pairs) == 2


def test_the_self_similarity_is_small_enough_for_a_plot(
    analyse: Analyse, bench: Any, songs: ModuleType
) -> None:
    found = analyse(songs.render("chip", 1)[0])
    with np.load(bench.path(found.similarity), allow_pickle=False) as file:
        picture = file["similarity"]
        assert len(file["novelty"]) == len(file["steps_s"])
    assert picture.shape[0] == picture.shape[1] <= 256
    assert (picture.diagonal() > 250).all()


def test_the_result_survives_storage(analyse: Analyse, songs: ModuleType) -> None:
    found = analyse(songs.render("funk", 0)[0])
    stored = json.loads(json.dumps(found.model_dump(mode="json")))
    assert AudioAnalysis.model_validate(stored) == found


def test_importing_the_stages_loads_nothing_heavy() -> None:
    code = (
        "import sys, pipeline.stages.analyze; "
        "print([m for m in ('librosa', 'numba', 'scipy.signal') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_listening_compiles_nothing(tmp_path: Path) -> None:
    write_demo_song(tmp_path / "demo.wav")
    code = (
        "import sys; from pathlib import Path; "
        "from pipeline.media.decode import mono_blocks; "
        "from pipeline.stages.analyze.spectrum import listen; "
        "listen(mono_blocks(Path(sys.argv[1]), 22050)); "
        "import numba.core.dispatcher as d; import gc; "
        "print(sum(len(o.overloads) for o in gc.get_objects() if isinstance(o, d.Dispatcher)))"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path / "demo.wav")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_stage_versions_are_part_of_the_key() -> None:
    assert (LISTEN.name, ANALYZE.name) == ("listen", "analyze")
    assert LISTEN.version >= 1
