"""The command line as other programs use it: real processes, real files, exit codes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from pipeline.demo.song import write_demo_song
from pipeline.settings import Settings
from pipeline.studio import open_studio
from tests.source_tree import ROOT

PIPELINE = [sys.executable, "-m", "pipeline"]


def pipeline(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    command = [*PIPELINE, *map(str, arguments)]
    environment = {**os.environ, "STUDIO_HOME": str(home)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False
    )


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("song") / 'it\'s a "demo" 🎸.mp3'
    write_demo_song(path)
    return path


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


RUN = ("--brief", "A lighthouse keeper dances alone", "--start", 8, "--end", 22, "--height", 240)


@pytest.fixture(scope="module")
def first(song: Path, shared_home: Path) -> dict[str, Any]:
    out = shared_home / "first.mp4"
    return document(pipeline("run", song, *RUN, "--out", out, "--json", home=shared_home))


@pytest.mark.slow
def test_a_song_becomes_a_film_that_plays(first: dict[str, Any]) -> None:
    with av.open(first["film"]) as film:
        video = film.streams.video[0]
        frames = sum(1 for _ in film.decode(video))
        assert (video.width, video.height) == (426, 240) or video.height == 240
        assert film.streams.audio
    assert frames == round(first["duration_s"] * 24)
    assert first["duration_s"] == pytest.approx(14, abs=1 / 24)
    assert first["spent_usd"] == 0


@pytest.mark.slow
def test_slots_cover_the_excerpt_in_song_time_without_gap_or_overlap(first: dict[str, Any]) -> None:
    slots = first["slots"]

    assert slots[0]["start_s"] == 8
    assert slots[-1]["end_s"] == 22
    for before, after in pairwise(slots):
        assert before["end_s"] == after["start_s"]
    assert [slot["index"] for slot in slots] == list(range(len(slots)))


@pytest.mark.slow
def test_the_same_order_again_finds_its_project_and_does_no_stage_work(
    first: dict[str, Any], song: Path, shared_home: Path
) -> None:
    out = shared_home / "second.mp4"
    again = document(pipeline("run", song, *RUN, "--out", out, "--json", home=shared_home))

    assert again["project"] == first["project"]
    assert sum(stage["misses"] for stage in again["stages"].values()) == 0
    assert out.read_bytes() == Path(first["film"]).read_bytes()


@pytest.mark.slow
def test_what_was_heard_is_one_json_object(song: Path, shared_home: Path) -> None:
    heard = document(pipeline("analyze", song, "--json", home=shared_home))

    assert {"beats_s", "downbeats_s", "sections", "mood", "confidence"} <= heard.keys()
    assert heard["tempo_bpm"] == pytest.approx(112, rel=0.04)
    assert heard["slots"][0]["start_s"] == 0


@pytest.mark.slow
def test_the_rest_of_a_damaged_song_is_heard_and_the_loss_is_said_once(
    song: Path, tmp_path: Path
) -> None:
    data = bytearray(song.read_bytes())
    for at in range(20_000, len(data) - 5_000, 40_000):
        data[at : at + 900] = bytes(at // 7 % 251 for _ in range(900))
    damaged = tmp_path / "damaged.mp3"
    damaged.write_bytes(data)
    heard = document(pipeline("analyze", damaged, "--json", home=tmp_path / "home"))

    assert heard["duration_s"] > 65
    assert sum("damaged pieces" in warning for warning in heard["warnings"]) == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.mp3"),
        (b"just words", "words.mp3"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "picture.mp3"),
    ],
)
def test_what_is_no_song_ends_with_code_two_and_a_sentence(
    tmp_path: Path, content: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = pipeline("run", tmp_path / name, "--out", tmp_path / "x.mp4", home=tmp_path / "home")

    assert done.returncode == 2
    assert "Error:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.mp4").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "missing.mp3"),
        ("run", "--demo", "--aspect", "7:5"),
        ("run", "--demo", "--fps", "23"),
        ("run", "--demo", "--start", "50", "--end", "20"),
        ("run", "--demo", "--out", "/nowhere/at/all.mp4"),
        ("run", "--demo", "--model", "no-such-model"),
        ("run", "--demo", "--budget", "-5"),
        ("quote", "../../etc/passwd"),
        ("ledger", "x" * 22),
        ("export", "x" * 22, "--format", "aaf"),
        ("catalogue", "burn"),
        ("no-such-command",),
    ],
)
def test_bad_options_end_with_code_two_and_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = pipeline(*arguments, home=tmp_path / "home")

    assert done.returncode == 2, done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_home_that_cannot_be_written_is_said_with_code_two(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    done = pipeline("doctor", home=tmp_path / "home")

    assert done.returncode == 2
    assert "folder" in done.stderr


def test_the_catalogue_lists_every_model_with_price_and_date(tmp_path: Path) -> None:
    listed = document(pipeline("catalogue", "--json", home=tmp_path / "home"))
    kling = next(one for one in listed["models"] if one["key"] == "kling-2.5-turbo-pro")

    assert kling["durations_s"] == [5, 10]
    assert kling["lifecycle"]["stage"] == "on sale"
    assert kling["prices"]
    assert kling["verified"] >= "2026-11-01"


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(song: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "film.mp4"
    command = [*PIPELINE, "run", str(song), *map(str, RUN), "--out", str(out), "--json"]
    environment = {**os.environ, "STUDIO_HOME": str(home)}
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    previews = home / "store" / "blobs"
    deadline = time.monotonic() + 120
    while len(list(previews.glob("*/*/*.mp4"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    made = set(previews.glob("*/*/*.mp4"))

    finished = document(pipeline(*command[3:], home=home))

    assert out.exists()
    assert made <= set(previews.glob("*/*/*.mp4"))
    counted = finished["stages"]
    assert counted["analysis"] == {"hits": 1, "misses": 0, "seconds": 0.0}
    assert counted["previews"]["hits"] >= len(made) - 1
    assert counted["previews"]["hits"] + counted["previews"]["misses"] == len(finished["slots"])


def test_a_deleted_project_is_restored_by_its_id_and_emptied_only_when_told(
    tmp_path: Path, song: Path
) -> None:
    with_project = open_studio(Settings(home=tmp_path), work_here=False)
    project_id = with_project.create(song).id
    with_project.close()

    assert pipeline("delete", project_id, home=tmp_path).returncode == 0
    listed = document(pipeline("trash", "--json", home=tmp_path))
    assert [one["id"] for one in listed["projects"]] == [project_id]
    assert pipeline("quote", project_id, home=tmp_path).returncode == 2

    assert pipeline("restore", project_id, home=tmp_path).returncode == 0
    assert pipeline("quote", project_id, home=tmp_path).returncode == 0

    assert pipeline("delete", project_id, home=tmp_path).returncode == 0
    emptied = document(pipeline("trash", "--empty", "--yes", "--json", home=tmp_path))
    assert emptied["emptied"] is True
    assert pipeline("restore", project_id, home=tmp_path).returncode == 2


def test_going_on_with_a_project_of_a_newer_studio_is_refused_and_nothing_is_touched(
    tmp_path: Path, song: Path
) -> None:
    with_project = open_studio(Settings(home=tmp_path), work_here=False)
    project_id = with_project.create(song).id
    with_project.close()
    file = tmp_path / "projects" / project_id / "project.json"
    newer = json.dumps({**json.loads(file.read_text()), "schema_number": 99})
    file.write_text(newer)

    done = pipeline("run", song, "--resume", "--out", tmp_path / "film.mp4", home=tmp_path)

    assert done.returncode == 2
    assert "newer studio" in done.stderr
    assert file.read_text() == newer
    assert [path.name for path in (tmp_path / "projects").glob("[!.]*")] == [project_id]


def test_projects_are_listed_by_last_change_with_what_the_other_commands_take(
    tmp_path: Path, song: Path
) -> None:
    assert document(pipeline("projects", "--json", home=tmp_path))["projects"] == []
    studio = open_studio(Settings(home=tmp_path), work_here=False)
    older, newer = studio.create(song), studio.create(song, owner="a visitor")
    studio.shelf.rename(newer.id, "Second\n[bold]film")
    studio.close()

    listed = document(pipeline("projects", "--json", home=tmp_path))["projects"]
    table = pipeline("projects", home=tmp_path).stdout.splitlines()

    assert [one["id"] for one in listed] == [newer.id, older.id]
    assert {"id", "title", "duration_s", "steps", "state", "spent_usd"} <= listed[0].keys()
    assert (listed[0]["state"], listed[0]["spent_usd"]) == ("song ready", 0.0)
    assert len(table) == 3
    assert table[1].startswith(newer.id)
    assert table[1].endswith("Second [bold]film")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "/dev/zero", "--json"),
        ("run", "/tmp", "--json"),
        ("run", "missing\udcff.mp3", "--json"),
        ("run", "--demo", "--budget", "NaN", "--json"),
        ("run", "--demo", "--budget", "0", "--json"),
        ("run", "--demo", "--start", "1e308", "--json"),
        ("run", "--demo", "--height", "9" * 400, "--json"),
        ("run", "--demo", "--fps", "ten", "--json"),
        ("quote", "a/../b", "--json"),
        ("ledger", "ünknown\u202e", "--json"),
        ("no-such-command", "--json"),
    ],
)
def test_a_failure_is_the_last_line_of_json_too(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = pipeline(*arguments, home=tmp_path / "home")

    assert done.returncode == 2, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])["error"]
    assert told["exit_code"] == 2
    assert told["message"]
    assert "Traceback" not in done.stderr


def under_way(database: Path) -> bool:
    """Whether some run of a home has begun."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(database)) as rows, suppress(sqlite3.OperationalError):
        return rows.execute("SELECT 1 FROM runs WHERE state = 'running'").fetchone() is not None
    return False


def test_stopping_a_run_ends_with_code_130_in_words_and_json(song: Path, tmp_path: Path) -> None:
    command = [*PIPELINE, "run", str(song), "--out", str(tmp_path / "x.mp4"), "--json"]
    environment = {**os.environ, "STUDIO_HOME": str(tmp_path / "home")}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        while not under_way(tmp_path / "home" / "studio.sqlite"):
            assert running.poll() is None
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, words = running.communicate(timeout=120)

    assert running.returncode == 130
    assert json.loads(out.splitlines()[-1])["error"]["kind"] == "Cancelled"
    assert "Stopped." in words
