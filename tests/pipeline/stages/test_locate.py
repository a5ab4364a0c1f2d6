"""Words found on this machine: with a voice made at test time, and with an aligner that errs."""

from __future__ import annotations

import random
import shutil
import subprocess
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import Cancelled
from pipeline.lyrics.align import ALIGN, AlignInputs
from pipeline.lyrics.judging import Found, accompanied, believable, in_order, usual_pace
from pipeline.lyrics.transcriber import Pcm, Spoken
from pipeline.model import Blob
from pipeline.providers.align_pocketsphinx import PocketSphinxAligner, installed
from pipeline.stages.locate import LOCATE, LocateInputs, Search

RATE_HZ = 16_000
LINES = (
    "city lights are calling out my name",
    "running through the rain i feel no shame",
    "hold me in the morning hold me in the night",
    "everything i wanted waiting there for me",
)
needs_aligner = pytest.mark.skipif(
    not installed(), reason="the optional part is missing: pip install pocketsphinx"
)
needs_voice = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is missing, so there is no voice to find"
)


class Bench:
    """A workbench that knows one file and can be told to stop."""

    threads = 1

    def __init__(self, file: Path | None = None, stop_at: float = 2.0) -> None:
        self.file, self.stop_at, self.told = file, stop_at, list[float]()

    def path(self, _blob: Blob) -> Path:
        assert self.file is not None
        return self.file

    def progress(self, fraction: float, note: str = "") -> None:
        self.told.append(fraction)
        if fraction >= self.stop_at:
            raise Cancelled("Stopped.")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"finding words needs no {name}")


BLOB = Blob(digest="0" * 64, suffix=".wav", bytes=1)


def said(word: str, folder: Path, chance: random.Random) -> np.ndarray:
    path = folder / "word.wav"
    pitch, speed = str(chance.randint(30, 80)), str(chance.randint(110, 160))
    subprocess.run(
        ["espeak-ng", "-v", "en-us", "-p", pitch, "-s", speed, "-w", str(path), word], check=True
    )
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        raw = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float) / 32768
    count = int(len(raw) * RATE_HZ / rate)
    sound = np.interp(np.arange(count) * rate / RATE_HZ, np.arange(len(raw)), raw)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[loud[0] : loud[-1] + 1]


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    """A voice over chords and a drum, after six seconds without one; and where words begin."""
    folder, chance = tmp_path_factory.mktemp("voice"), random.Random(5)
    voice, starts, at_s = np.zeros(RATE_HZ * 40), [], 6.0
    for line in LINES:
        for word in line.split():
            sound, first = said(word, folder, chance), int(at_s * RATE_HZ)
            voice[first : first + len(sound)] += sound
            starts.append(at_s)
            at_s += len(sound) / RATE_HZ + chance.choice([0.03, 0.1, 0.25])
        at_s += chance.choice([0.6, 1.2])
    time = np.arange(len(voice)) / RATE_HZ
    chords = sum(np.sin(2 * np.pi * hertz * time) for hertz in (110, 165, 220, 277, 330))
    drum = np.random.default_rng(0).normal(size=len(voice)) * np.exp(-12 * (time % 0.5))
    music = chords / 5 + 0.5 * drum
    level = np.sqrt((voice[np.abs(voice) > 0.003] ** 2).mean()) / np.sqrt((music**2).mean())
    mixed = voice + music * level / 10 ** (8 / 20)
    path = folder / "song.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((mixed / np.abs(mixed).max() * 26_000).astype(np.int16).tobytes())
    return path, starts


@needs_aligner
@needs_voice
def test_words_over_music_are_found_within_a_third_of_a_second(
    sung: tuple[Path, list[float]],
) -> None:
    path, starts = sung
    bench = Bench(path)
    found = LOCATE.run(LocateInputs(song=BLOB, lines=LINES), bench)
    words = [word for line in LINES for word in line.split()]
    assert [word.text for word in found.words] == words
    late = np.abs([word.start_s - start for word, start in zip(found.words, starts, strict=True)])
    assert np.mean(late < 0.3) >= 0.9
    assert np.median(late) < 0.1
    assert found.notes == ()
    assert all(0.5 <= word.quality <= 0.9 for word in found.words)
    assert bench.told == sorted(bench.told)

    lyrics = ALIGN.run(
        AlignInputs(text="\n".join(LINES), duration_s=40.0, located=found.words), bench
    )
    assert lyrics.source == "alignment"
    assert lyrics.words[0].start_s == found.words[0].start_s


@needs_aligner
@needs_voice
def test_finding_words_stops_when_a_person_stops_it(sung: tuple[Path, list[float]]) -> None:
    with pytest.raises(Cancelled):
        LOCATE.run(LocateInputs(song=BLOB, lines=LINES), Bench(sung[0], stop_at=0.2))


@needs_aligner
@pytest.mark.parametrize(
    "lines",
    [
        ("ich habe dich gestern gesehen", "und niemand wusste warum"),
        ("桜の花が咲く", "春の風"),
        ("Ελληνικά λόγια",),
    ],
)
def test_words_of_other_languages_are_refused_in_a_sentence(lines: tuple[str, ...]) -> None:
    found = LOCATE.run(LocateInputs(song=BLOB, lines=lines), Bench())
    assert found.words == ()
    assert "English" in found.notes[0]


@needs_aligner
def test_more_words_than_a_song_has_are_refused() -> None:
    found = LOCATE.run(LocateInputs(song=BLOB, lines=("la " * 100,) * 31), Bench())
    assert "3,100 words" in found.notes[0]


@needs_aligner
@pytest.mark.parametrize(
    "word", ["runnin'", "Ooooooh", "heart-beat", "24", "zlatorog", "Déjà", "(yeah!)", "rock’n’roll"]
)
def test_words_of_no_dictionary_are_sounded_out(word: str) -> None:
    silence = np.random.default_rng(1).integers(-300, 300, RATE_HZ * 3).astype(np.int16)
    spans = PocketSphinxAligner().align(silence, ["the", word, "the"], lambda _: None)
    assert len(spans) == 3


@needs_aligner
def test_silence_and_signs_are_no_error() -> None:
    aligner = PocketSphinxAligner()
    assert aligner.align(np.zeros(0, np.int16), ["la"], lambda _: None) == ()
    assert aligner.align(np.zeros(RATE_HZ, np.int16), ["♪", "…"], lambda _: None) == ()


class Astray:
    """An aligner that puts the first two lines of the whole song into its beginning, as one does.

    In a short stretch it finds every word where it is.
    """

    rate_hz = 100
    truth = {f"word{index}": 30.0 + 0.6 * index for index in range(24)}

    def __init__(self) -> None:
        self.stretches: list[float] = []

    def knows(self, word: str) -> bool:
        return True

    def align(
        self, sound: Pcm, words: Sequence[str], tell: Callable[[float], None]
    ) -> tuple[Spoken | None, ...]:
        tell(0.5)
        self.stretches.append(sound.size / self.rate_hz)
        first_s = float(sound[0]) / self.rate_hz if sound.size else 0.0
        whole = len(words) == len(self.truth)
        spans = []
        for index, word in enumerate(words):
            start_s = self.truth[word] - first_s
            if whole and index < 8:
                spans.append(Spoken(0.1 * index, 0.1 * index + 0.08))
            elif 0 <= start_s < sound.size / self.rate_hz:
                spans.append(Spoken(start_s, start_s + 0.5))
            else:
                return ()
        return tuple(spans)


def test_lines_that_an_aligner_lost_are_found_beside_those_that_it_found() -> None:
    words = [Found(index, f"word{index}", index // 4) for index in range(24)]
    sound = np.arange(60 * 100).astype(np.int16)  # each sample holds its own place
    aligner = Astray()
    found = Search(aligner, sound, Bench()).run(words)
    assert [round(one.span.start_s, 1) for one in found if one.span][:3] == [30.0, 30.6, 31.2]
    assert len(found) == 24
    assert aligner.stretches[1] < 30


def line(number: int, *spans: tuple[float, float]) -> list[Found]:
    return [
        Found(number * 10 + index, "word", number, Spoken(*span))
        for index, span in enumerate(spans)
    ]


def test_squeezed_held_and_torn_lines_are_not_believed() -> None:
    fair = line(0, (1.0, 1.4), (1.5, 1.9), (2.0, 2.5))
    squeezed = line(1, (3.0, 3.1), (3.1, 3.2), (3.2, 3.3))
    held = line(2, (4.0, 8.0), (8.0, 8.4), (8.5, 8.9))
    torn = line(3, (10.0, 10.4), (15.0, 15.4), (15.5, 15.9))
    nowhere = [Found(40 + index, "word", 4) for index in range(3)]
    assert believable([*fair, *squeezed, *held, *torn, *nowhere], 0.11) == {0}
    assert usual_pace([]) > 0


def test_a_lone_line_among_lost_ones_is_not_believed() -> None:
    words = [one for number in range(5) for one in line(number, (number, number + 0.4))]
    assert accompanied(frozenset({0, 2, 3}), words) == {2, 3}


def test_a_line_that_begins_inside_the_one_before_is_left_out() -> None:
    words = [*line(0, (1.0, 1.4), (2.0, 4.0)), *line(1, (2.5, 3.0)), *line(2, (4.1, 4.4))]
    assert {one.line for one in in_order(words)} == {0, 2}
