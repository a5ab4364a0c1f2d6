"""The lyrics of the song page: their times, who knows them, and how to know them better."""

from __future__ import annotations

import pytest

from pages.parts.song_lines import lines_of, starts_of, summary
from pipeline import stage
from pipeline.buying.hearing import finder_installed
from pipeline.model import Lyrics, Word
from pipeline.project import Brief, changed
from pipeline.stages.locate import LOCATE

PLAIN = "Lanterns on the street\ncalling us home\nnight after night\nuntil the morning"


@pytest.fixture(scope="module")
def heard_song(studio):
    project = studio.create_demo()
    studio.make(project.id, "analysis")
    return project.song


@pytest.fixture
def heard(studio, heard_song):
    return studio.add(heard_song).id


def with_lyrics(studio, project_id, text=PLAIN, kind="text", **more):
    project = studio.project(project_id)
    brief = Brief(lyrics=text, lyrics_format=kind, **more)
    studio.change(project_id, project.revision, "Words", lambda one: changed(one, brief=brief))
    studio.make(project_id, "analysis")


def found_here(studio, project_id, starts):
    """Store what the finder would find: each word of each line half a second after the last."""
    project = studio.project(project_id)
    inputs = studio.derivation(project).locate_inputs
    words = [
        Word(text=text, start_s=at + 0.5 * n, end_s=at + 0.5 * n + 0.4, line=line, quality=0.8)
        for line, at in starts.items()
        for n, text in enumerate(inputs.lines[line].split())
    ]
    record = {"words": [word.model_dump() for word in words], "notes": []}
    studio.store.record(stage.key_of(LOCATE, inputs), record)
    studio.make(project_id, "analysis")


def button(app, label):
    return next((item for item in app.button if item.label.startswith(label)), None)


def captions(app):
    return " ".join(item.value for item in app.caption).replace("\\", "")


def test_without_words_no_finder_is_offered(visit, heard):
    assert button(visit("song", heard), "Find word times") is None


def test_pasted_words_can_be_timed_here_or_the_page_says_how(visit, studio, heard):
    with_lyrics(studio, heard)
    app = visit("song", heard)
    if finder_installed():
        assert button(app, "Find word times on this machine · free, English") is not None
    else:
        assert "pip install pocketsphinx" in captions(app)


def test_pasted_words_can_be_timed_by_a_bought_transcription_too(visit, studio, heard):
    with_lyrics(studio, heard)
    studio.keys.lend(heard, {"OPENAI_API_KEY": "sk-canary-0123456789"})
    assert button(visit("song", heard), "Time the words with OpenAI · up to $") is not None


def test_words_with_times_need_no_finder(visit, studio, heard):
    with_lyrics(studio, heard, "[00:10.00]Lanterns on the street\n[00:14.00]calling us home", "lrc")
    app = visit("song", heard)
    assert button(app, "Find word times") is None
    assert button(app, "Time the words") is None
    assert "2 of 2 lines have a known time. Times from: the .lrc text." in captions(app)


def test_words_that_were_found_move_the_cuts_out_of_words(studio, heard):
    with_lyrics(studio, heard)
    found_here(studio, heard, {0: 10.0, 1: 20.0, 2: 30.0, 3: 40.0})

    view = studio.view(heard)
    assert view.lyrics.source == "alignment"
    assert [word.start_s for word in view.lyrics.words][:2] == [10.0, 10.5]
    look = studio.derivation(studio.project(heard))
    spans = [(word.start_s, word.end_s) for word in view.lyrics.words]
    assert look.slot_inputs.words == tuple(spans)
    inside = [cut for cut in view.cuts if any(a + 0.1 < cut.time_s < b - 0.1 for a, b in spans)]
    assert len(inside) <= 1
    sung = " ".join(slot.lyric.replace("\n", " ") for slot in view.slots).split()
    assert sung == PLAIN.split()


def test_other_words_do_not_get_the_times_of_the_old_ones(studio, heard):
    with_lyrics(studio, heard)
    found_here(studio, heard, {0: 10.0, 1: 20.0})
    with_lyrics(studio, heard, PLAIN + "\nand one line more")
    assert studio.view(heard).lyrics.source == "guess"


def test_a_start_by_hand_is_a_decision_that_undo_takes_back(studio, heard):
    with_lyrics(studio, heard)
    before = studio.view(heard).lyrics.words
    with_lyrics(studio, heard, line_starts_s={"1": 33.0})
    moved = studio.view(heard).lyrics
    assert next(word for word in moved.words if word.line == 1).start_s == 33.0
    studio.undo(heard)
    assert studio.view(heard).lyrics.words == before


def test_each_line_shows_how_well_its_time_is_known_and_by_whom():
    words = (
        Word(text="night", start_s=61, end_s=62, line=0, quality=0.5),
        Word(text="drive", start_s=62, end_s=63, line=0, quality=1.0),
        Word(text="桜", start_s=70, end_s=71, line=1, quality=0.15),
        Word(text="花", start_s=71, end_s=72, line=1, quality=0.15),
        Word(text="la", start_s=80, end_s=81, line=2, quality=0.75),
    )
    lyrics = Lyrics(words=words, source="alignment")
    rows = lines_of(lyrics, {"2": 80.0})
    assert rows[0] == {
        "at": "1:01.00",
        "start": 61,
        "line": "night drive",
        "quality": 0.75,
        "by": "found here",
    }
    assert (rows[1]["line"], rows[1]["by"]) == ("桜花", "a guess")
    assert rows[2]["by"] == "you"
    assert summary(lyrics) == "2 of 3 lines have a known time. Times from: found here."


def test_typed_starts_stay_inside_the_song_and_emptied_ones_are_given_back():
    edits = {"edited_rows": {"0": {"start": 500.0}, "2": {"start": None}, "1": {"line": "x"}}}
    assert starts_of(edits, [0, 3, 5], 75.0) == {"0": 74.9, "5": None}
