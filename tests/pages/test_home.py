"""The list of projects."""

from __future__ import annotations

import io
import zipfile


def words(app) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption]) + " ".join(
        block.proto.body for block in app.get("html")
    )


def button(app, label):
    return next(item for item in app.button if item.label == label)


def test_an_empty_list_says_what_to_do(visit):
    app = visit()

    assert not app.exception
    assert app.title[0].value
    assert button(app, "Try the demo song").proto.type == "primary"


def test_the_demo_song_becomes_a_project_that_is_being_listened_to(visit, studio):
    before = {card.id for card in studio.projects()}
    app = visit()
    button(app, "Try the demo song").click().run()

    new = {card.id for card in studio.projects()} - before
    assert len(new) == 1
    assert studio.run(new.pop()).goal == "analysis"


def test_a_dropped_file_that_is_no_music_is_refused_in_words(visit, studio):
    before = len(studio.projects())
    app = visit()
    app.file_uploader[0].set_value(("notes.mp3", b"only words", "audio/mpeg")).run()

    assert not app.exception
    assert "\n" in app.error[0].value
    assert len(studio.projects()) == before


def test_a_title_from_outside_is_shown_as_text(visit, studio, demo):
    studio.shelf.rename(demo.id, "<img src=x onerror=alert(1)> *bold*")
    app = visit()

    assert "&lt;img src=x" in words(app)
    assert "<img src=x" not in words(app)


def test_a_project_that_was_exported_can_be_imported(visit, studio, demo):
    data = studio.files.export_zip(demo.id).read_bytes()
    assert zipfile.is_zipfile(io.BytesIO(data))
    before = {card.id for card in studio.projects()}
    app = visit()
    app.file_uploader[1].set_value(("demo.zip", data, "application/zip")).run()

    assert not app.error
    assert len({card.id for card in studio.projects()} - before) == 1


def test_a_project_that_cannot_be_read_is_named_and_hides_no_other(studio, demo, visit):
    damaged = studio.settings.projects / ("d" * 22)
    damaged.mkdir()
    (damaged / "project.json").write_text("{")
    try:
        app = visit("home")
    finally:
        (damaged / "project.json").unlink()
        damaged.rmdir()

    assert any("damaged" in error.value for error in app.error)
    assert demo.id in {one.id for one in studio.shelf.readable()}


def test_a_deleted_project_can_be_restored_from_the_list(studio, demo, visit):
    studio.trash.throw(demo.id)
    app = visit()
    assert demo.id not in {card.id for card in studio.projects()}

    app.button(key=f"restore_{demo.id}").click().run()
    assert not app.error
    assert demo.id in {card.id for card in studio.projects()}


def test_emptying_the_trash_says_first_what_is_lost(studio, demo, visit):
    studio.trash.throw(demo.id)
    app = visit()
    app.button(key="empty_trash").click().run()

    assert "lost for good" in words(app)
    assert demo.id in {one.id for one in studio.trash.contents()}
