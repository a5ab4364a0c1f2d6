from __future__ import annotations

import struct
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import NotAudio, OutOfBounds
from pipeline.media.audio_source import Damage
from pipeline.media.decode import facts, mono_blocks, samples, stereo_blocks

RATE_HZ = 44_100
LENGTH_S = 6.0
CLICK_S = 2.5

ENCODERS = {
    ".mp3": ("libmp3lame", "fltp"),
    ".m4a": ("aac", "fltp"),
    ".aac": ("aac", "fltp"),
    ".flac": ("flac", "s16"),
    ".ogg": ("libopus", "flt"),
    ".opus": ("libopus", "flt"),
    ".webm": ("libopus", "flt"),
    ".wma": ("wmav2", "fltp"),
    ".wav": ("pcm_s24le", "s32"),
    ".aiff": ("pcm_s16be", "s16"),
    ".caf": ("alac", "s16p"),
}


def tone(rate_hz: int = RATE_HZ, length_s: float = LENGTH_S) -> np.ndarray:
    """A quiet sine, with a loud click at CLICK_S."""
    time_s = np.arange(round(length_s * rate_hz)) / rate_hz
    wave_form = 0.1 * np.sin(2 * np.pi * 330 * time_s)
    first = round(CLICK_S * rate_hz)
    wave_form[first : first + 40] += 0.8
    return wave_form.astype(np.float32)


def encode(path: Path, sound: np.ndarray, rate_hz: int = RATE_HZ, layout: str = "stereo") -> Path:
    codec, sample_format = ENCODERS[path.suffix]
    if codec == "libopus":
        rate_hz = 48_000
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.layout = layout
        stream.format = sample_format
        stream.bit_rate = 128_000
        channels = len(stream.layout.channels)
        planes = np.repeat(sound[None], channels, axis=0) if sound.ndim == 1 else sound
        resampler = av.AudioResampler(sample_format, layout, rate_hz, frame_size=960)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), "fltp", layout)
        frame.sample_rate, frame.pts = rate_hz, 0
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(stream.encode(part))
    return path


def write_wav(path: Path, channels: np.ndarray, rate_hz: int, kind: str = "float") -> Path:
    """PCM of any number of channels; ``kind`` is float (32 bit) or int (16 bit)."""
    tag, bits = (3, 32) if kind == "float" else (1, 16)
    data = channels.T.astype("<f4") if kind == "float" else (channels.T * 32767).astype("<i2")
    body, width = data.tobytes(), channels.shape[0] * bits // 8
    header = struct.pack("<HHIIHH", tag, channels.shape[0], rate_hz, rate_hz * width, width, bits)
    chunks = b"fmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", len(body))
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks) + len(body)) + b"WAVE")
    with path.open("ab") as file:
        file.write(chunks + body)
    return path


def mono(path: Path, rate_hz: int = 22_050) -> np.ndarray:
    return np.concatenate(list(mono_blocks(path, rate_hz)))


def click_s(sound: np.ndarray, rate_hz: int) -> float:
    return float(np.argmax(np.abs(sound) > 0.4)) / rate_hz


@pytest.mark.parametrize("suffix", ENCODERS)
def test_every_format_that_people_have_is_read(tmp_path: Path, suffix: str) -> None:
    found = facts(
        encode(
            tmp_path / f"song{suffix}", tone(48_000 if "o" in suffix or "w" in suffix else RATE_HZ)
        )
    )
    assert found.duration_s == pytest.approx(LENGTH_S, abs=0.7)
    assert found.channels == 2
    assert found.bad_packets == 0


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".flac", ".wav"])
def test_analysis_and_film_hear_a_click_at_the_same_moment(tmp_path: Path, suffix: str) -> None:
    path = encode(tmp_path / f"song{suffix}", tone())
    both, rate_hz = samples(path, 0.0, LENGTH_S)
    assert rate_hz == RATE_HZ
    assert click_s(both[0], rate_hz) == pytest.approx(CLICK_S, abs=0.002)
    assert click_s(mono(path), 22_050) == pytest.approx(CLICK_S, abs=0.002)


def test_a_stretch_begins_and_ends_on_its_samples(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.mp3", tone())
    whole, rate_hz = samples(path, 0, LENGTH_S)
    part, _ = samples(path, 1.25, 3.5)
    np.testing.assert_array_equal(part, whole[:, round(1.25 * rate_hz) : round(3.5 * rate_hz)])
    beyond, _ = samples(path, LENGTH_S + 1, LENGTH_S + 2)
    assert beyond.shape == (2, 0)
    streamed = np.concatenate(list(stereo_blocks(path, 1.25, 3.5)), axis=1)
    np.testing.assert_array_equal(part, streamed)


def test_channels_are_averaged_without_changing_the_level(tmp_path: Path) -> None:
    loud = np.full((2, RATE_HZ * 4), 0.9, np.float32)
    path = write_wav(tmp_path / "loud.wav", loud, RATE_HZ)
    assert mono(path).max() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(
    ("channels", "rate_hz"), [(1, 44_100), (1, 8_000), (2, 96_000), (6, 48_000), (2, 192_000)]
)
def test_any_number_of_channels_and_any_rate_work(
    tmp_path: Path, channels: int, rate_hz: int
) -> None:
    sound = np.repeat(tone(rate_hz)[None], channels, axis=0)
    path = write_wav(tmp_path / "song.wav", sound, rate_hz)
    found = facts(path)
    assert (found.channels, found.sample_rate_hz) == (channels, rate_hz)
    assert found.duration_s == pytest.approx(LENGTH_S, abs=1e-4)
    assert click_s(mono(path), 22_050) == pytest.approx(CLICK_S, abs=0.002)
    assert samples(path, 0, 1)[0].shape == (2, rate_hz)


def test_surround_with_a_silent_centre_keeps_both_sides(tmp_path: Path) -> None:
    sound = np.zeros((6, 48_000 * 4), np.float32)
    sound[0], sound[1] = 0.4, 0.2
    path = write_wav(tmp_path / "surround.wav", sound, 48_000)
    both, _ = samples(path, 0, 4)
    assert both[0, 100] == pytest.approx(2 * both[1, 100])
    assert both[0, 100] > 0.1


def test_values_that_are_not_numbers_become_silence_and_are_said(tmp_path: Path) -> None:
    sound = np.repeat(tone()[None], 2, axis=0).copy()
    sound[:, 1000:2000] = np.nan
    sound[:, 3000] = np.inf
    damage = Damage()
    path = write_wav(tmp_path / "nan.wav", sound, RATE_HZ)
    heard = np.concatenate(list(mono_blocks(path, 22_050, damage)))
    assert np.isfinite(heard).all()
    assert damage.bad_values == 2 * 1001


def test_an_mp3_with_bursts_of_garbage_is_read_and_the_loss_is_said(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.mp3", tone(length_s=30))
    data = bytearray(path.read_bytes())
    noise = np.random.default_rng(5)
    for at in noise.integers(5000, len(data) - 2000, 12):
        data[at : at + 700] = noise.bytes(700)
    path.write_bytes(data)
    found = facts(path)
    assert found.duration_s > 25
    assert found.bad_packets > 0 or found.duration_s == pytest.approx(30, abs=0.3)
    assert len(mono(path)) / 22_050 == pytest.approx(found.duration_s, abs=0.01)
    assert found.warnings


def test_a_truncated_file_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.mp3", tone(length_s=20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = facts(path)
    assert found.duration_s == pytest.approx(10, abs=0.5)
    assert any("decoded length" in warning for warning in found.warnings)


def test_a_header_that_lies_about_the_length_is_not_believed(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "song.wav", np.zeros((1, RATE_HZ * 5), np.float32), RATE_HZ)
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", RATE_HZ * 4 * 3600)
    path.write_bytes(data)
    assert facts(path).duration_s == pytest.approx(5)


def test_a_wav_whose_header_ends_too_early_is_read_to_the_end_of_its_sound(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "song.wav", tone(length_s=8)[np.newaxis], RATE_HZ, "int")
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", (len(data) - 44) // 4)
    path.write_bytes(data)

    found = facts(path)

    assert found.duration_s == pytest.approx(8)
    assert ["decoded length" in one for one in found.warnings] == [True]


def test_what_programs_write_behind_the_sound_of_a_wav_is_not_heard(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "song.wav", tone(length_s=5)[np.newaxis], RATE_HZ, "int")
    for name in (b"LIST", b"levl"):
        path.write_bytes(path.read_bytes() + name + struct.pack("<I", 200_000) + bytes(200_000))

    assert facts(path).duration_s == pytest.approx(5)
    assert facts(path).warnings == ()


@pytest.mark.parametrize("kept_bytes", [10, 14, 20, 26, 38, 43])
def test_a_wav_that_breaks_off_in_its_header_is_no_sound_file(
    tmp_path: Path, kept_bytes: int
) -> None:
    path = write_wav(tmp_path / "song.wav", tone(length_s=5)[np.newaxis], RATE_HZ, "int")
    path.write_bytes(path.read_bytes()[:kept_bytes])

    with pytest.raises(NotAudio):
        facts(path)


@pytest.mark.parametrize("suffix", [".mp3", ".wav", ".txt", ".jpg"])
def test_a_wrong_extension_on_real_audio_works(tmp_path: Path, suffix: str) -> None:
    path = encode(tmp_path / "song.m4a", tone())
    assert facts(path.rename(tmp_path / f"song{suffix}")).duration_s == pytest.approx(6, abs=0.1)


def test_embedded_art_and_odd_tags_do_no_harm(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.mp3", tone())
    text = b"TIT2" + struct.pack(">IH", 8, 0) + b"\x00\xff\xfe\xfa\xfb\x80\x81\x82"
    art = b"image/png\x00\x03cover\x00" + bytes(range(256)) * 40
    picture = b"APIC" + struct.pack(">IH", len(art) + 1, 0) + b"\x00" + art
    body = text + picture
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\x00\x00" + size + body + path.read_bytes())
    assert facts(path).duration_s == pytest.approx(LENGTH_S, abs=0.1)


def not_audio() -> dict[str, Callable[[Path], None]]:
    def picture(path: Path) -> None:
        Image.new("RGB", (64, 64), "red").save(path, "PNG")

    def photograph(path: Path) -> None:
        Image.new("RGB", (64, 64), "red").save(path, "JPEG")

    def header_only(path: Path) -> None:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)

    def playlist(path: Path) -> None:
        path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n")

    def concat(path: Path) -> None:
        path.write_text("ffconcat version 1.0\nfile '/etc/hostname'\n")

    return {
        "text": lambda path: path.write_text("These are my lyrics\n" * 400) and None,
        "empty": lambda path: path.write_bytes(b"") and None,
        "picture": picture,
        "photograph": photograph,
        "header only": header_only,
        "playlist": playlist,
        "concat": concat,
        "zeros": lambda path: path.write_bytes(bytes(20_000)) and None,
        "noise": lambda path: path.write_bytes(np.random.default_rng(3).bytes(40_000)) and None,
        "zip": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(3000)) and None,
    }


@pytest.mark.parametrize("kind", not_audio())
@pytest.mark.parametrize("suffix", [".mp3", ".wav"])
def test_what_is_no_song_is_refused_in_words(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"song{suffix}"
    not_audio()[kind](path)
    with pytest.raises((NotAudio, OutOfBounds)) as caught:
        facts(path)
    assert caught.value.message.endswith(".")
    assert caught.value.way_out.endswith(".")
    assert str(tmp_path) not in str(caught.value)


def test_a_playlist_never_opens_another_file(tmp_path: Path) -> None:
    real = encode(tmp_path / "real.mp3", tone())
    playlist = tmp_path / "list.mp3"
    playlist.write_text(f"ffconcat version 1.0\nfile '{real.name}'\n")
    with pytest.raises(NotAudio):
        facts(playlist)
    playlist.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:6,\n{real.as_uri()}\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(NotAudio):
        list(mono_blocks(playlist, 22_050))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotAudio, match="no file"):
        facts(tmp_path / "gone.mp3")


def test_one_second_is_too_short_and_three_hours_stop_early(tmp_path: Path) -> None:
    path = encode(tmp_path / "song.mp3", tone(length_s=20))
    with pytest.raises(OutOfBounds, match="longer than 0:10"):
        facts(path, max_duration_s=10)
    with pytest.raises(OutOfBounds, match=r"lasts 1\.0 seconds"):
        facts(write_wav(tmp_path / "one.wav", np.zeros((1, RATE_HZ), np.float32), RATE_HZ))


def test_odd_file_names_work(tmp_path: Path) -> None:
    name = "it's “quoted” 🎵 %2F http:x ; rm -rf.mp3"
    path = encode(tmp_path / "song.mp3", tone()).rename(tmp_path / name)
    assert facts(path).duration_s == pytest.approx(LENGTH_S, abs=0.1)
