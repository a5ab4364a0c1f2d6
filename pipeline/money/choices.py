"""Which model a shot gets: choices cascade from the project over the section to the shot."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pipeline.errors import BadInput
from pipeline.model import Frozen, Shot, Slot
from pipeline.money.catalogue import Catalogue, Model
from pipeline.money.prices import bought_duration, fits, price, resolution_for
from pipeline.project import PREVIEW_MODEL, ModelChoice, Project, changed, frame_of

Origin = Literal["project", "section", "shot"]

# What asks for what: a shot's purpose or size, and the strength that serves it.
WISHES: dict[str, tuple[str, ...]] = {
    "performance": ("singing", "people", "faces"),
    "narrative": ("people", "motion"),
    "abstract": ("abstract", "style", "cheap"),
    "detail": ("light", "cheap"),
    "establishing": ("establishing", "camera"),
    "ECU": ("faces",),
    "CU": ("faces",),
}
MOVING = ("orbit", "crane", "truck", "push", "pull")
REFERENCE_WEIGHT = 2


class Recommendation(Frozen):
    """A model for a shot, with the reason in words; ``price_usd_micro`` is of one take."""

    model: str
    reason: str
    price_usd_micro: int


def effective_choice(project: Project, slot: Slot) -> tuple[ModelChoice, Origin]:
    """What a slot is made with, and the level that chose its model.

    Resolution and length belong to the model they were chosen with: they are inherited only from
    the level that chose the model, or from below. The number of takes is inherited on its own.
    """
    levels: tuple[tuple[Origin, ModelChoice], ...] = (
        ("project", project.model),
        ("section", project.section_models.get(slot.section, ModelChoice())),
        ("shot", project.shot_models.get(slot.id, ModelChoice())),
    )
    origin: Origin = "project"
    model, resolution, duration_s, takes = PREVIEW_MODEL, None, None, 1
    for level, choice in levels:
        if choice.model is not None:
            origin, model = level, choice.model
            resolution, duration_s = None, None
        resolution = choice.resolution or resolution
        duration_s = choice.duration_s or duration_s
        takes = choice.takes or takes
    resolved = ModelChoice(model=model, resolution=resolution, duration_s=duration_s, takes=takes)
    return resolved, origin


def choose(project: Project, slot_ids: tuple[str, ...], choice: ModelChoice) -> Project:
    """The project with a choice set on shots; an empty choice inherits again."""
    models = {one: kept for one, kept in project.shot_models.items() if one not in slot_ids}
    if choice != ModelChoice():
        models |= dict.fromkeys(slot_ids, choice)
    return changed(project, shot_models=models)


def choose_section(project: Project, section: str, choice: ModelChoice) -> Project:
    """The project with a choice for one section's label; an empty choice inherits again."""
    models = {one: kept for one, kept in project.section_models.items() if one != section}
    if choice != ModelChoice():
        models[section] = choice
    return changed(project, section_models=models)


def shot_of(project: Project, slot_id: str) -> Shot | None:
    """The shot of a slot, where the plan has one."""
    shots = project.plan.shots if project.plan else ()
    return next((shot for shot in shots if shot.slot_id == slot_id), None)


def unfit(project: Project, slot: Slot, model: Model, today: date | None = None) -> tuple[str, ...]:
    """Why a model cannot serve a slot as the project wants it, in words; empty when it can."""
    framed = has_start_frame(project, shot_of(project, slot.id))
    day = None if project.allow_retired else today
    reasons = fits(model, slot, project.format, framed, day)
    own = project.references.get(frame_of(slot.id))
    if own and own.source != "none" and not model.names.start:
        reasons = (*reasons, "cannot start from a picture, and this clip has a start frame")
    if slot.id not in project.end_frames:
        return reasons
    if not model.names.end:
        return (*reasons, "takes no end frame")
    if not framed and not model.needs_start_frame:
        return (*reasons, "takes an end frame only with a start frame, and the shot has none")
    return reasons


def waits_for_frame(project: Project, slot_id: str) -> bool:
    """Whether a person wants a start frame for a shot that is not drawn, or approved, yet."""
    own = project.references.get(frame_of(slot_id))
    return own is not None and own.source != "none" and not (own.approved and own.blob)


def has_start_frame(project: Project, shot: Shot | None) -> bool:
    """Whether a shot has an approved picture to start from: its own, or of someone or somewhere."""
    return bool(start_subject(project, shot))


def start_subject(project: Project, shot: Shot | None) -> str:
    """Id of what a shot's approved picture shows; empty: none.

    That is the shot itself where a person chose a start frame of its own, or none at all; else the
    first of its people and place.
    """
    if shot is None:
        return ""
    own = frame_of(shot.slot_id)
    subjects = (own,) if own in project.references else (*shot.character_ids, shot.location_id)
    choices = ((one, project.references.get(one)) for one in subjects if one)
    approved = ((one, choice) for one, choice in choices if choice and choice.approved)
    return next((one for one, choice in approved if choice.source != "none"), "")


def wording(project: Project, shot: Shot, framed: bool) -> Literal["t2v", "i2v", "portrait"]:
    """How a shot is to be worded, with or without its start picture.

    Args:
        project: Whose approved pictures count.
        shot: The shot.
        framed: Whether the model starts from the picture.
    """
    if not framed:
        return "t2v"
    return "portrait" if start_subject(project, shot) in shot.character_ids else "i2v"


def recommend(catalogue: Catalogue, shot: Shot, slot: Slot, project: Project) -> Recommendation:
    """The paid model on sale that suits a shot best, with the reason; cheaper wins a tie.

    Raises:
        BadInput: when no model of the catalogue can serve the slot.
    """
    able = [
        model
        for model in catalogue.video()
        if not model.free and model.retires_on is None and not unfit(project, slot, model)
    ]
    if not able:
        raise BadInput(
            f"No model can make {slot.duration_s:.1f} s in {project.format.aspect.value}.",
            "Split the slot, or choose another ratio.",
        )
    costs = {model.key: take_price(model, slot, project.format.height) for model in able}
    best = max(able, key=lambda model: (len(reasons_for(model, shot)), -costs[model.key]))
    reasons = reasons_for(best, shot)
    why = f"strong in {', '.join(reasons)}" if reasons else "the least costly"
    return Recommendation(
        model=best.key,
        reason=f"{best.name} suits this shot: {why}.",
        price_usd_micro=costs[best.key],
    )


def reasons_for(model: Model, shot: Shot) -> tuple[str, ...]:
    """Strengths of a model that a shot has use for."""
    wished = [*WISHES.get(shot.purpose, ()), *WISHES.get(shot.size, ())]
    if shot.singer:
        wished.append("singing")
    if shot.movement in MOVING:
        wished.append("camera")
    if len(shot.character_ids) >= REFERENCE_WEIGHT:
        wished.append("references")
    return tuple(dict.fromkeys(one for one in wished if one in model.strengths))


def take_price(model: Model, slot: Slot, height: int) -> int:
    """Micro-dollars of one take of a slot, at the resolution that suits the film's height."""
    resolution = resolution_for(model, height, slot.duration_s)
    seconds = bought_duration(model, slot.duration_s, resolution)
    return price(model, seconds, resolution)
