"""Stopping on the command line to look first, and going on with the same project."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.demo.song import write_demo_song
from tests.pipeline.cli.test_commands import document, pipeline


@pytest.mark.slow
def test_a_run_stops_after_the_plan_and_the_same_command_goes_on(tmp_path: Path) -> None:
    song, out = tmp_path / "song.mp3", tmp_path / "film.mp4"
    write_demo_song(song)
    order = ("run", song, "--start", 8, "--end", 14, "--height", 144, "--out", out, "--json")

    paused = document(pipeline(*order, "--pause-after", "plan", home=tmp_path / "home"))

    assert (paused["paused_after"], paused["film"]) == ("plan", None)
    assert paused["shots"] > 0
    assert not out.exists()

    made = document(pipeline(*order, "--resume", home=tmp_path / "home"))
    assert made["project"] == paused["project"]
    assert made["stages"]["plan"]["misses"] == 0
    assert out.stat().st_size > 10_000


def test_an_unknown_place_to_pause_is_refused_in_a_sentence(tmp_path: Path) -> None:
    told = pipeline("run", "--demo", "--pause-after", "lunch", home=tmp_path)
    assert told.returncode == 2
    assert "lunch" in told.stderr
