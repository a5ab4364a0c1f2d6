import io
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cache import Store
from pipeline.bench import StoreBench
from pipeline.errors import BadInput, NotAudio, OutOfBounds
from pipeline.projects.intake import take_in, title_of
from pipeline.settings import Settings


@pytest.fixture
def bench(tmp_path: Path):
    store = Store(tmp_path / "store")
    bench = StoreBench(store)
    yield bench
    bench.close()
    store.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, max_song_s=20, max_upload_mb=3)


def tone(seconds: float, rate_hz: int = 8000) -> bytes:
    """A quiet tone as a WAV file."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((3000 * np.sin(2 * np.pi * 220 * times)).astype("<i2").tobytes())
    return out.getvalue()


def test_a_song_is_copied_measured_and_named(bench: StoreBench, settings: Settings) -> None:
    song = take_in(io.BytesIO(tone(5)), "Night_Drive (final).wav", bench, settings)

    assert song.title == "Night Drive (final)"
    assert song.duration_s == pytest.approx(5, abs=1e-6)
    assert bench.path(song.blob).read_bytes() == tone(5)


def test_a_wrong_extension_on_real_audio_works(bench: StoreBench, settings: Settings) -> None:
    song = take_in(io.BytesIO(tone(4)), "song.mp3", bench, settings)

    assert song.duration_s == pytest.approx(4, abs=1e-6)


def test_a_picture_named_mp3_is_no_song(bench: StoreBench, settings: Settings) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (300, 300)).save(picture, "JPEG")
    picture.seek(0)

    with pytest.raises(NotAudio):
        take_in(picture, "cover.mp3", bench, settings)


@pytest.mark.parametrize("content", [b"", b"not a song at all", b"#EXTM3U\nhttp://127.0.0.1/x\n"])
def test_what_is_no_sound_is_refused_and_nothing_is_kept(
    bench: StoreBench, settings: Settings, content: bytes
) -> None:
    with pytest.raises(NotAudio):
        take_in(io.BytesIO(content), "song.mp3", bench, settings)


@pytest.mark.parametrize("seconds", [1, 25])
def test_a_song_beyond_the_limits_is_refused_with_the_limit(
    bench: StoreBench, settings: Settings, seconds: float
) -> None:
    with pytest.raises(OutOfBounds):
        take_in(io.BytesIO(tone(seconds)), "song.wav", bench, settings)


def test_a_file_larger_than_the_limit_is_refused_while_it_is_read(
    bench: StoreBench, settings: Settings
) -> None:
    with pytest.raises(OutOfBounds, match="3 MB"):
        take_in(io.BytesIO(bytes(4_000_000)), "song.wav", bench, settings)


@pytest.mark.parametrize("path", ["missing.mp3", ".", "a" * 300 + ".mp3"])
def test_a_path_that_cannot_be_read_is_said_in_a_sentence(
    bench: StoreBench, settings: Settings, tmp_path: Path, path: str
) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        take_in(tmp_path / path, path, bench, settings)


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Music\\Song.mp3", "Song"),
        ('it\'s "quoted" 🎸.mp3', 'it\'s "quoted" 🎸'),
        ("x" * 300 + ".mp3", "x" * 80),
        ("\u202egnp.mp3", "gnp"),
        ("\x00\n\t.mp3", "Untitled"),
        (".mp3", "mp3"),
        ("", "Untitled"),
        ("<script>alert(1)<", "<script>alert(1)<"),
    ],
)
def test_a_title_is_safe_to_show_whatever_the_file_is_called(filename: str, title: str) -> None:
    assert title_of(filename) == title
