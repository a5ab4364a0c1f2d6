"""A film leaves the studio in formats that other programs read back."""

from __future__ import annotations

import json
import zipfile
from pathlib import PurePosixPath

import opentimelineio as otio
import pytest

from pipeline.errors import BadInput
from pipeline.export import ExportInputs, ExportShot, export, file_name, safe_name
from pipeline.model import Blob, Clip, Lyrics, Transition, Word
from pipeline.stages.compose import ComposeInputs, FilmSlot


def blob(name, suffix=".mp4"):
    return Blob(digest=f"{name:064x}", suffix=suffix, bytes=10)


@pytest.fixture
def inputs():
    slots = []
    for n in range(4):
        clip = Clip(blob=blob(n + 1), width=1280, height=720, frames=150 if n != 3 else 44,
                    fps=24 if n != 1 else 30, made_by="kwaivgi/kling-v2.5")  # fmt: skip
        kind = Transition.CROSSFADE if n == 2 else Transition.CUT
        slots.append(FilmSlot(slot_id=f"s{n}", start_s=1.0 + 2 * n, clip=clip, transition=kind))
    words = [
        Word(text="Hello", start_s=1.5, end_s=1.9, line=0),
        Word(text="<you> & {me}", start_s=2.0, end_s=2.4, line=0),
        Word(text="again", start_s=8.5, end_s=9.6, line=1),
        Word(text="too late", start_s=20, end_s=21, line=2),
    ]
    return ExportInputs(
        title='../A "night" out: 東京 🎬',
        film=ComposeInputs(song=blob(99, ".mp3"), slots=slots, end_s=9.0),
        shots=[ExportShot(slot_id=f"s{n}", label=f"Shot\n{n} <b>") for n in range(4)],
        lyrics=Lyrics(words=words),
        downbeats_s=(1.0, 3.0, 5.0, 7.0),
    )


@pytest.fixture
def path_of(tmp_path):
    def find(one):
        path = tmp_path / f"{one.digest}{one.suffix}"
        path.write_bytes(one.digest.encode())
        return path

    return find


@pytest.mark.parametrize(
    ("name", "adapter"),
    [("otio", None), ("fcpxml", "fcpx_xml"), ("xml", "fcp_xml"), ("edl", "cmx_3600")],
)
def test_every_timeline_reads_back_with_all_clips_and_lengths(
    inputs, path_of, tmp_path, name, adapter
):
    out = tmp_path / f"film.{name}"
    export(inputs, name, out, path_of)
    timeline = otio.adapters.read_from_file(str(out), adapter) if adapter else (
        otio.adapters.read_from_file(str(out)))  # fmt: skip
    if not isinstance(timeline, otio.schema.Timeline):
        timeline = next(iter(timeline.find_children(descended_from_type=otio.schema.Timeline)))
    track = timeline.video_tracks()[0]
    clips = [item for item in track if isinstance(item, otio.schema.Clip)]
    assert len(clips) == 4
    assert track.duration().rescaled_to(24).value == pytest.approx(192, abs=0.01)
    assert len(timeline.audio_tracks()) == (0 if name == "edl" else 1)


def test_media_names_are_relative_and_clips_keep_their_handles(inputs, path_of, tmp_path):
    out = tmp_path / "film.otio"
    export(inputs, "otio", out, path_of)
    timeline = otio.adapters.read_from_file(str(out))
    clips = [item for item in timeline.video_tracks()[0] if isinstance(item, otio.schema.Clip)]
    for number, clip in enumerate(clips, 1):
        url = PurePosixPath(clip.media_reference.target_url)
        assert not url.is_absolute()
        assert url.name == f"{number:03d}-kwaivgi-kling-v2-5.mp4"
    assert clips[0].media_reference.available_range.duration.value == 150
    assert (clips[2].source_range.start_time.value, clips[2].source_range.duration.value) == (6, 48)
    assert json.loads(out.read_text("utf-8"))["OTIO_SCHEMA"].startswith("Timeline")


def test_a_slowed_clip_says_so(inputs, path_of, tmp_path):
    out = tmp_path / "film.otio"
    export(inputs, "otio", out, path_of)
    timeline = otio.adapters.read_from_file(str(out))
    last = list(timeline.video_tracks()[0])[-1]
    assert last.effects[0].time_scalar == pytest.approx(44 / 48, abs=1e-4)


def test_an_edl_names_the_dissolve(inputs, path_of, tmp_path):
    out = tmp_path / "film.edl"
    export(inputs, "edl", out, path_of)
    assert " D 012 " in out.read_text("utf-8")


def test_captions_are_in_film_time_and_escaped(inputs, path_of, tmp_path):
    texts = {}
    for name in ("srt", "vtt", "lrc"):
        export(inputs, name, tmp_path / name, path_of)
        texts[name] = (tmp_path / name).read_text("utf-8")
    assert "1\n00:00:00,500 --> 00:00:01,400\nHello <you> & {me}\n" in texts["srt"]
    assert "00:00:07.500 --> 00:00:08.000\nagain" in texts["vtt"]
    assert "Hello &lt;you&gt; &amp; {me}" in texts["vtt"]
    assert "too late" not in texts["srt"]
    assert "[00:01.50]Hello" in texts["lrc"]
    assert "[00:20.00]too late" in texts["lrc"]


def test_a_song_without_words_has_no_captions(inputs, path_of, tmp_path):
    silent = inputs.model_copy(update={"lyrics": Lyrics()})
    with pytest.raises(BadInput, match="no words"):
        export(silent, "srt", tmp_path / "a.srt", path_of)


def test_the_bundle_holds_all_that_its_timelines_name(inputs, path_of, tmp_path):
    out = tmp_path / "film.zip"
    export(inputs, "zip", out, path_of)
    with zipfile.ZipFile(out) as bundle:
        names = set(bundle.namelist())
        text = bundle.read("A night out 東京.otio").decode("utf-8")
        assert bundle.read("song.mp3") == f"{99:064x}".encode()
    assert all(not name.startswith(("/", "..")) for name in names)
    for clip in otio.adapters.read_from_string(text).find_clips():
        assert clip.media_reference.target_url in names
    assert {"A night out 東京.srt", "README.txt", "A night out 東京.edl"} <= names


def test_an_unknown_format_is_refused(inputs, path_of, tmp_path):
    with pytest.raises(BadInput, match="'avi'"):
        export(inputs, "avi", tmp_path / "a", path_of)


@pytest.mark.parametrize("title", ["", "...", "../..", "CON", "a" * 400, "🎬", "\x00\n"])
def test_every_title_becomes_a_safe_file_name(inputs, title):
    name = safe_name(title)
    assert name.strip() == name != ""
    assert not set(name) & set('/\\:*?"<>|\x00\n.')
    assert len(name.encode()) < 250
    assert file_name(inputs, "edl") == "A night out 東京.edl"
