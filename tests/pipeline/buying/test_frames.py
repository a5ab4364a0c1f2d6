"""Start frames of shots: drawn with the cast's approved pictures, used once a person says yes."""

from __future__ import annotations

import pytest

from pipeline.errors import BadInput
from pipeline.model import Character
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
