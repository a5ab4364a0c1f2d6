"""Start frames of shots: drawn with the cast's approved pictures, used once a person says yes."""

from __future__ import annotations

import pytest

from pipeline.errors import BadInput, CredentialsRefused
from pipeline.model import Aspect, Character, FilmFormat
from pipeline.money.quotes import FRAME_WAITS
from pipeline.project import ModelChoice, Project, ReferenceChoice, changed, frame_of
from pipeline.studio import Studio
from tests.pipeline.buying.test_clips import (
    approved,
    home,
    opened,
    plan,
    song,
    spent,
    studio,
    vendor,
)

__all__ = ["home", "opened", "plan", "song", "studio", "vendor"]

pytestmark = pytest.mark.slow
FRAME = frame_of("slot1")
MARA = Character(
    id="mara",
    name="Mara",
    description="a woman of about 30, short black hair, brown eyes, slim, wearing a green raincoat",
)


def approve(studio: Studio, project: Project) -> Project:
    still = studio.view(project.id).stills[FRAME]
    choice = ReferenceChoice(blob=still.blob, approved=True)
    return studio.change(
        project.id,
        None,
        "Approve",
        lambda one: changed(one, references={**one.references, FRAME: choice}),
    )


def test_a_start_frame_is_drawn_from_the_approved_pictures_of_who_and_where(
    studio, vendor, plan
) -> None:
    mara, sea = approved(studio, 5), approved(studio, 6)
    project = plan(
        image_model="seedream-4.5", characters=(MARA,), references={"mara": mara, "sea": sea}
    )

    studio.make(project.id, "references", (FRAME,))

    (sent,) = [one.inputs for one in vendor.predictions.values()]
    assert len(set(sent["image_input"])) == 2
    assert sent["prompt"].startswith("Image 1 shows Mara; image 2 shows Sea:")
    assert "Waves break on the pier of slot1" in sent["prompt"]
    assert "green raincoat" in sent["prompt"]
    assert "pan" not in sent["prompt"].split()
    assert spent(studio, project) == (40_000, 0)


def test_an_unchanged_start_frame_is_found_and_not_bought_again(studio, vendor, plan) -> None:
    project = plan(image_model="flux-schnell")
    studio.make(project.id, "references", (FRAME,))

    assert studio.spending.price_of(project.id, "references", (FRAME,)) == 0
    studio.make(project.id, "references", (FRAME,))

    assert len(vendor.predictions) == 1


def test_a_clip_waits_for_its_start_frame_and_then_starts_from_it(studio, vendor, plan) -> None:
    project = plan(image_model="flux-schnell", references={FRAME: ReferenceChoice()})
    studio.make(project.id, "references", (FRAME,))
    with pytest.raises(BadInput, match="not approved yet"):
        studio.make(project.id, "clips", ("slot1",))

    project = approve(studio, project)
    studio.make(project.id, "clips", ("slot1",))

    (receipt,) = [one for one in studio.spending.receipts(project.id) if one.unit == "slot1"]
    assert receipt.start_digest == project.references[FRAME].blob.digest
    assert "Sea:" not in receipt.prompt


def test_a_clip_of_words_alone_uses_no_picture_though_its_cast_has_one(
    studio, vendor, plan
) -> None:
    words_alone = ReferenceChoice(source="none")
    project = plan(references={"sea": approved(studio, 5), FRAME: words_alone})

    studio.make(project.id, "clips", ("slot1", "slot2"))

    by_unit = {one.unit: one for one in studio.spending.receipts(project.id)}
    assert by_unit["slot1"].start_digest is None
    assert "Sea: a grey sea" in by_unit["slot1"].prompt
    assert by_unit["slot2"].start_digest is not None


def test_a_model_that_needs_a_start_frame_is_buyable_once_one_is_approved(
    studio, vendor, plan
) -> None:
    project = plan(model=ModelChoice(model="wan-2.5-i2v"), image_model="flux-schnell")
    assert len(studio.spending.quote(project.id).stuck) == 3

    studio.make(project.id, "references", (FRAME,))
    approve(studio, project)

    stuck = [one.slot_id for one in studio.spending.quote(project.id).stuck]
    assert stuck == ["slot2", "slot3"]


def test_a_start_frame_without_an_image_model_is_refused_in_words(studio, vendor, plan) -> None:
    project = plan()

    with pytest.raises(BadInput, match="drawn by an image model"):
        studio.make(project.id, "references", (FRAME,))


def test_a_start_frame_travels_in_a_zip_and_is_not_bought_again(
    studio, vendor, plan, tmp_path
) -> None:
    project = plan(image_model="flux-schnell")
    studio.make(project.id, "references", (FRAME,))

    archive = studio.files.export_zip(project.id)
    with archive.open("rb") as file:
        moved = studio.files.import_zip(file)

    assert FRAME in studio.view(moved.id).stills
    assert studio.spending.price_of(moved.id, "references", (FRAME,)) == 0


def test_paid_clips_come_before_previews_which_they_make_needless(studio, vendor, plan) -> None:
    project = plan()

    run = studio.make(project.id, "clips")

    order = [stage.name for stage in run.stages]
    assert order.index("clips") < order.index("previews")
    (previews,) = [stage for stage in run.stages if stage.name == "previews"]
    assert previews.total == 0


@pytest.mark.parametrize("ending", ["moderated", "bad file"])
def test_a_frame_whose_order_brought_no_picture_can_be_drawn_by_the_next_click(
    studio, vendor, plan, ending
) -> None:
    project = plan(image_model="flux-schnell")
    if ending == "moderated":
        vendor.manners.outcome.append("moderated")
    else:
        vendor.manners.delivery.extend(["html"] * 20)
    ended = studio.engine.wait(studio.draw(project.id, project.revision, (FRAME,)), 60.0)
    assert ended.failures
    vendor.manners.delivery.clear()
    before = vendor.creations

    project = studio.project(project.id)
    studio.engine.wait(studio.draw(project.id, project.revision, (FRAME,)), 60.0)

    assert vendor.creations == before + 1
    assert FRAME in studio.view(project.id).stills


def test_drawing_again_without_a_token_is_refused_and_the_approved_frame_stays(
    studio, vendor, plan, monkeypatch
) -> None:
    project = plan(image_model="flux-schnell")
    studio.make(project.id, "references", (FRAME,))
    project = approve(studio, project)
    monkeypatch.delenv("REPLICATE_API_TOKEN")

    with pytest.raises(CredentialsRefused):
        studio.draw(project.id, project.revision, (FRAME,), anew=True)

    assert studio.project(project.id).references == project.references


def test_a_frame_is_no_other_for_pictures_that_its_model_never_sees(studio, vendor, plan) -> None:
    project = plan(image_model="flux-schnell")
    studio.make(project.id, "references", (FRAME,))
    sea = approved(studio, 6)

    studio.change(project.id, None, "Approve", lambda one: changed(one, references={"sea": sea}))

    assert FRAME in studio.view(project.id).stills


def test_a_frame_of_another_ratio_than_the_films_is_refused_and_not_bought(
    studio, vendor, plan
) -> None:
    tall = FilmFormat(height=144, aspect=Aspect.PORTRAIT)
    project = plan(image_model="seedream-4.5", format=tall)

    with pytest.raises(BadInput, match="cannot draw 4:5"):
        studio.make(project.id, "references", (FRAME,))

    assert vendor.requests == []


def test_a_model_that_starts_from_no_picture_is_not_sold_a_clip_with_a_frame(
    studio, vendor, plan
) -> None:
    project = plan(model=ModelChoice(model="wan-2.5-t2v"), references={FRAME: approved(studio, 5)})

    stuck = studio.spending.quote(project.id).stuck

    assert [one.slot_id for one in stuck] == ["slot1"]
    assert "cannot start from a picture" in stuck[0].problems[0]


def test_a_made_clip_is_stale_while_its_new_frame_waits_for_a_yes(studio, vendor, plan) -> None:
    project = plan(image_model="flux-schnell")
    studio.make(project.id, "clips", ("slot1",))

    asked = {FRAME: ReferenceChoice()}
    studio.change(project.id, None, "Frame", lambda one: changed(one, references=asked))

    clip = studio.view(project.id).clips["slot1"]
    assert (clip.state, clip.why) == ("stale", "the start frame (it waits for approval)")
    assert studio.spending.quote(project.id).stuck[0].problems == (FRAME_WAITS,)
