"""The song page."""

from __future__ import annotations

import pytest

from pages.parts.boundary_editor import pack_ground
from pages.parts.song_cutting import Bench
from pages.parts.song_table import Table, operations_of, rows_of
from pipeline.buying.hearing import price_usd_micro
from pipeline.cuts.operations import Lock, Merge, Move, parse_batch
from pipeline.errors import RefusedEdit, StaleEdit
from pipeline.lyrics.transcripts import transcript_key
from pipeline.money.usd import dollars


@pytest.fixture(scope="module")
def heard_song(studio):
    """The demo song, heard and cut: what was derived of it serves every project around it."""
    project = studio.create_demo()
    studio.make(project.id, "analysis")
    return project.song


@pytest.fixture
def heard(studio, heard_song):
    """Id of a project around a song that was heard, for one test to change."""
    return studio.add(heard_song).id


@pytest.fixture
def bench(studio, heard):
    view = studio.view(heard)
    return Bench(studio, view, pack_ground(view.analysis, view.lyrics, b""))


def batch(studio, project_id, *operations, revision=None):
    stands = studio.project(project_id).revision if revision is None else revision
    return parse_batch({"revision": stands, "sequence": 1, "operations": list(operations)})


def button(app, label):
    return next(item for item in app.button if item.label == label)


def slider(app, label):
    return next(item for item in app.slider if item.label == label)


def html(app):
    return " ".join(block.proto.body for block in app.get("html"))


def test_a_new_song_is_listened_to_without_being_asked(visit, studio, unheard):
    app = visit("song", unheard.id)

    assert not app.exception
    assert "Listening to the song" in html(app) or studio.view(unheard.id).slots
    assert studio.run(unheard.id).goal == "analysis"
    studio.make(unheard.id, "analysis")


def test_a_heard_song_shows_what_was_heard(visit, heard):
    app = visit("song", heard)

    assert not app.exception
    shown = {item.label: item.value for item in app.metric}
    assert shown["Tempo"] == "112.0 BPM"
    assert shown["Metre"] == "4 beats a bar"
    keys = [item.key for item in app.get("bidi_component")]
    assert keys[:2] == ["cuts_ground", "cuts"]
    assert [key.split("_")[1] for key in keys[2:]] == ["tempo", "grid", "bars"]


def test_a_faster_pace_makes_more_cuts_at_once(visit, studio, heard):
    before = len(studio.view(heard).cuts)
    slider(visit("song", heard), "Pace of cuts").set_value(1.0).run()

    assert studio.project(heard).pace == 1.0
    assert len(studio.view(heard).cuts) > 1.3 * before


def test_locked_cuts_stay_when_the_pace_changes(visit, studio, heard, bench):
    kept = studio.view(heard).cuts[4]
    moved_s = bench.view.analysis.beats_s[40]
    cuts = studio.view(heard).cuts
    near = min(cuts[1:], key=lambda cut: abs(cut.time_s - moved_s))
    bench.carry_out(batch(studio, heard, {"op": "lock", "ids": [kept.id, near.id], "locked": True}))
    slider(visit("song", heard), "Pace of cuts").set_value(0.0).run()

    found = {cut.id: cut for cut in studio.view(heard).cuts}
    assert found[kept.id].time_s == kept.time_s
    assert found[near.id].locked


def test_part_of_the_song_becomes_the_film(visit, studio, heard):
    app = visit("song", heard)
    slider(app, "Part of the song, in seconds").set_value((10.0, 40.0)).run()

    slots = studio.view(heard).slots
    assert (slots[0].start_s, slots[-1].end_s) == (10.0, 40.0)


def test_lyrics_are_kept_and_aligned(visit, studio, heard):
    app = visit("song", heard)
    app.text_area[0].set_value("[00:10.00]Lanterns on the street\n[00:14.00]calling us home")
    button(app, "Use these lyrics").click().run()

    assert studio.project(heard).brief.lyrics_format == "lrc"
    assert studio.run(heard).goal == "analysis"
    studio.make(heard, "analysis")


def test_without_a_key_one_line_says_what_a_key_would_give(visit, heard):
    app = visit("song", heard)

    assert any("With an OpenAI key" in caption.value for caption in app.caption)
    assert not any("OpenAI" in item.label for item in app.button)


def test_with_a_key_the_words_are_timed_for_a_price_on_the_button(visit, studio, heard):
    studio.keys.lend(heard, {"OPENAI_API_KEY": "sk-canary-0123456789"})
    studio.spending.set_limit(heard, 1)  # so that the ledger refuses before anything is sent
    app = visit("song", heard)
    price = dollars(price_usd_micro(studio, studio.project(heard)))
    button(app, f"Time the words with OpenAI · up to {price}").click().run()

    assert not app.exception
    state = studio.engine.wait(studio.run(heard).run_id)
    assert state.goal == "lyrics"
    assert studio.totals(heard).spent_usd_micro == 0


def test_words_that_were_heard_once_are_not_offered_again(visit, studio, heard, heard_song):
    studio.keys.lend(heard, {"OPENAI_API_KEY": "sk-canary-0123456789"})
    key = transcript_key(heard_song.blob.digest)
    studio.store.index.put(key, {"words": [], "model": "whisper-1", "language": "en"})
    app = visit("song", heard)
    studio.store.index.drop(key)

    assert not any("OpenAI" in item.label for item in app.button)


def test_the_plots_are_drawn_when_someone_opens_them(visit, heard):
    app = visit("song", heard)
    assert not app.get("plotly_chart")
    app.session_state["plots"] = True
    assert len(app.run().get("plotly_chart")) >= 4
    assert not app.exception


def test_an_edit_is_stored_and_the_table_shows_the_same(visit, studio, heard, bench):
    cuts = studio.view(heard).cuts
    edits = {"edited_rows": {2: {"locked": True}}, "deleted_rows": [6], "added_rows": []}
    bench.carry_out(batch(studio, heard, *operations_of(edits, cuts)))

    after = studio.project(heard).cuts
    assert [cut.id for cut in after] == [cut.id for cut in cuts if cut.id != cuts[6].id]
    assert after[2].locked
    app = visit("song", heard)
    app.toggle[0].set_value(True).run()
    table = app.dataframe[0].value
    assert list(table["start"]) == [cut.time_s for cut in after]
    assert list(table["locked"]) == [cut.locked for cut in after]


def test_what_is_done_in_the_table_becomes_the_editors_operations(bench, studio, heard):
    cuts = studio.view(heard).cuts
    edits = {
        "edited_rows": {"1": {"start": 4.5}, "2": {"locked": False}},
        "deleted_rows": [3, 4],
        "added_rows": [{"start": 9.0}, {}],
    }
    done = parse_batch(
        {"revision": 0, "sequence": 0, "operations": operations_of(edits, cuts)}
    ).operations
    assert done[0] == Move(op="set_time", id=cuts[1].id, time_s=4.5)
    assert done[1] == Lock(ids=(cuts[2].id,), locked=False)
    assert done[2] == Merge(ids=(cuts[3].id, cuts[4].id))
    assert done[3].time_s == 9.0
    assert len(done) == 4
    rows = rows_of(Table(heard, 0, cuts, bench.end_s, bench.view.slots))
    assert [row["start"] for row in rows] == [cut.time_s for cut in cuts]
    assert all(row["section"] for row in rows)


def test_a_stale_or_forbidden_edit_changes_nothing(studio, heard, bench):
    before = studio.project(heard)
    second = studio.view(heard).cuts[1].id
    with pytest.raises(StaleEdit):
        bench.carry_out(batch(studio, heard, {"op": "merge", "ids": [second]}, revision=999))
    with pytest.raises(RefusedEdit):
        bench.carry_out(batch(studio, heard, {"op": "move", "id": second, "time_s": 0.0}))
    assert studio.project(heard) == before


def test_undo_from_the_editor_says_what_it_took_back(studio, heard, bench):
    cuts = studio.view(heard).cuts
    assert bench.carry_out(batch(studio, heard, {"op": "undo"})) == "Nothing to undo."
    bench.carry_out(batch(studio, heard, {"op": "merge", "ids": [cuts[3].id]}))
    said = bench.carry_out(batch(studio, heard, {"op": "undo"}))
    assert said == "Undone: Remove a cut."
    assert studio.view(heard).cuts == cuts


def test_reverting_gives_the_cuts_back_to_the_analysis(studio, heard, bench):
    cuts = studio.view(heard).cuts
    bench.carry_out(batch(studio, heard, {"op": "merge", "ids": [cuts[3].id]}))
    bench.carry_out(batch(studio, heard, {"op": "revert"}))
    assert studio.project(heard).cuts is None
    assert studio.view(heard).cuts == cuts
