"""The editor's Python side, and its arithmetic run by Node where there is one."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from pages.parts import boundary_editor
from pages.parts.boundary_editor import Answer, EditorState, pack_ground, pack_state
from pipeline.cuts.identity import cut_id
from pipeline.cuts.limits import SlotLimits
from pipeline.model import AudioAnalysis, Cut, Lyrics, Mood, Section, Word

HERE = Path(__file__).parent
PARTS = Path(boundary_editor.__file__).parent


def analysis(duration_s: float = 60, beat_s: float = 0.5) -> AudioAnalysis:
    beats = tuple(round(0.25 + index * beat_s, 6) for index in range(int(duration_s / beat_s) - 1))
    return AudioAnalysis(
        duration_s=duration_s,
        tempo_bpm=60 / beat_s,
        tempo_confidence=1,
        beats_s=beats,
        downbeats_s=beats[::4],
        sections=(Section(start_s=0, end_s=duration_s, label="verse", energy=0.5),),
        mood=Mood(label="calm", valence=0, arousal=0, confidence=0),
    )


def state(cuts: tuple[Cut, ...], **changes: object) -> EditorState:
    fields = {
        "project_id": "p",
        "revision": 3,
        "cuts": cuts,
        "end_s": 60.0,
        "limits": SlotLimits(),
        "fps": 24,
    }
    return EditorState(**{**fields, **changes})


def test_what_was_heard_travels_as_one_block_of_bytes():
    words = Lyrics(words=(Word(text="</script>né", start_s=1, end_s=2, line=0),))
    ground = pack_ground(analysis(), words, b"\x81\x7f" * 10)
    (size,) = struct.unpack_from("<I", ground.packed)
    heard = json.loads(ground.packed[4 : 4 + size])

    assert heard["words"] == [[1, 2, "</script>né"]]
    assert heard["bars"][1] == 2.25
    assert ground.packed[4 + size :] == b"\x81\x7f" * 10
    assert heard["id"] == ground.id


def test_a_corrected_grid_is_another_ground():
    ids = {pack_ground(analysis(beat_s=beat), Lyrics(), b"").id for beat in (0.5, 0.25)}
    assert len(ids) == 2


def test_an_edit_of_an_hour_of_music_stays_below_ten_kilobytes():
    song = analysis(duration_s=3600)
    cuts = tuple(Cut(id=cut_id(time_s), time_s=time_s) for time_s in song.beats_s[::7])
    packed = pack_state(state(cuts, end_s=3600.0), pack_ground(song, Lyrics(), b""))

    assert len(cuts) > 1000
    assert len(json.dumps(packed)) + len(boundary_editor._text("boundary_mount.js")) < 10_000


def test_a_moved_cut_keeps_its_name_on_the_way_to_the_browser():
    cuts = (
        Cut(id=cut_id(0), time_s=0),
        Cut(id=cut_id(8), time_s=10.25, locked=True),
        Cut(id=cut_id(11.3), time_s=11.3),
    )
    packed = pack_state(state(cuts), pack_ground(analysis(), Lyrics(), b""))
    assert packed["cuts"] == {"at": [[0], 20, [11300000]], "names": {"1": cut_id(8)}, "locked": [1]}


def test_the_answer_tells_the_browser_what_became_of_its_edit():
    answer = Answer(17, "The cut at 0:04.00 is locked.", refused=True)
    packed = pack_state(state((), answer=answer), pack_ground(analysis(), Lyrics(), b""))
    assert (packed["ack"], packed["said"], packed["refused"]) == (17, answer.words, True)


def test_a_song_without_beats_can_be_edited():
    silent = analysis().model_copy(update={"beats_s": (), "downbeats_s": ()})
    packed = pack_state(
        state((Cut(id=cut_id(0), time_s=0), Cut(id=cut_id(4), time_s=4))),
        pack_ground(silent, Lyrics(), b""),
    )
    assert packed["cuts"]["at"] == [[0], [4000000]]


def test_the_arithmetic_of_the_editor_holds(tmp_path: Path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine")
    module = tmp_path / "geometry.mjs"
    module.write_text((PARTS / "boundary_geometry.js").read_text())
    names = {str(time): cut_id(time) for time in (0.0, 0.25, 4.0, 83.456789, 899.999999, 3599.5)}
    environment = {**os.environ, "GEOMETRY": str(module), "NAMES": json.dumps(names)}
    run = subprocess.run(
        [node, "--test", str(HERE / "geometry.test.mjs")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]


@pytest.mark.parametrize("part", [*boundary_editor.SCRIPTS, "mount"])
def test_each_script_is_free_of_syntax_errors(part: str, tmp_path: Path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node on this machine")
    module = tmp_path / f"{part}.mjs"
    module.write_text((PARTS / f"boundary_{part}.js").read_text())
    run = subprocess.run(
        [node, "--check", str(module)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
