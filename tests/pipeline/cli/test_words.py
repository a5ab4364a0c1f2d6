"""Lyrics on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.words import described, use_lyrics
from pipeline.errors import BadInput, OutOfBounds
from pipeline.settings import Settings
from pipeline.studio import Studio


@pytest.fixture
def studio(tmp_path: Path):
    studio = Studio(Settings(home=tmp_path / "home"), work_here=True)
    yield studio
    studio.close()


def test_lyrics_of_a_file_are_told_line_by_line_with_how_well_they_are_known(
    studio: Studio, tmp_path: Path
) -> None:
    file = tmp_path / "words.lrc"
    file.write_bytes("[00:10.00]Déjà vu\n[00:14.00]桜の花".encode("utf-16"))
    project = studio.create_demo()
    use_lyrics(studio, project, file)
    studio.make(project.id, "analysis")

    told = described(studio.view(project.id).lyrics)
    assert told["source"] == "lrc"
    assert [(one["line"], one["start_s"], one["quality"]) for one in told["lines"]] == [
        ("Déjà vu", 10.0, 0.7),
        ("桜の花", 14.0, 0.7),
    ]
    same = studio.project(project.id)
    assert use_lyrics(studio, same, file).brief == same.brief


def test_a_file_that_cannot_be_lyrics_is_refused_in_words(studio: Studio, tmp_path: Path) -> None:
    project = studio.create_demo()
    with pytest.raises(BadInput, match="cannot be read"):
        use_lyrics(studio, project, tmp_path / "nowhere.lrc")
    long = tmp_path / "long.txt"
    long.write_text("la " * 60_000)
    with pytest.raises(OutOfBounds):
        use_lyrics(studio, project, long)
