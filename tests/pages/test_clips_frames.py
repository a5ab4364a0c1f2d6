"""Start frames on the clips page: their price, what is refused, and whose pictures serve."""

from __future__ import annotations

from pipeline.project import ReferenceChoice, changed, frame_of

SEEDREAM = "seedream-4.5"


def button(app, start):
    return next(item for item in app.button if item.label.startswith(start))


def with_image_model(studio, project):
    return studio.change(
        project.id, None, "Who draws", lambda one: changed(one, image_model=SEEDREAM)
    )


def test_the_price_of_all_missing_start_frames_stands_on_their_button(visit, studio, paid):
    with_image_model(studio, paid)
    units = tuple(frame_of(slot.id) for slot in studio.view(paid.id).slots)

    app = visit("clips", paid.id)

    told = button(app, f"Draw all {len(units)} that are missing").label
    assert told.endswith(f"${len(units) * 0.04:.2f}")
    price = studio.spending.price_of(paid.id, "references", units)
    assert price == len(units) * 40_000


def test_start_frames_without_a_token_are_refused_at_the_click_and_nothing_is_decided(
    visit, studio, paid
):
    before = with_image_model(studio, paid)
    app = visit("clips", paid.id)

    button(app, "Draw all").click().run()

    said = [one.value for one in (*app.error, *app.warning, *app.markdown)]
    assert any("no Replicate token" in one for one in said), said
    assert studio.project(paid.id).references == before.references
    assert studio.run(paid.id) is None


def test_a_clip_can_be_made_of_words_alone_and_goes_back_to_its_cast(visit, studio, paid):
    first = studio.view(paid.id).slots[0].id
    app = visit("clips", paid.id)

    app.selectbox(f"start_{first}_cast").set_value("none").run()

    own = studio.project(paid.id).references[frame_of(first)]
    assert own == ReferenceChoice(source="none")
    app.selectbox(f"start_{first}_none").set_value("cast").run()
    assert frame_of(first) not in studio.project(paid.id).references


def test_the_free_preview_is_offered_no_start_frame(visit, planned):
    app = visit("clips", planned)

    assert not any(item.label == "It starts from" for item in app.selectbox)
