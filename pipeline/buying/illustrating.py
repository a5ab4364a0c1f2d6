"""Pictures from image models, bought like clips: of characters, of places, and start frames.

The words are the subject's own, verbatim; what is added only says how it is shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from cache import Miss
from pipeline.buying.clips import Quiet
from pipeline.buying.frames import FrameInputs, frame_request
from pipeline.buying.moderation import explained
from pipeline.buying.ordering import PLACEHOLDER_URL, Blocked
from pipeline.buying.shop import Commission
from pipeline.buying.stills import still_key
from pipeline.cast.gate import verdict_of
from pipeline.cast.identity import identity_block
from pipeline.derivation import Derivation
from pipeline.errors import BadInput, Cancelled, ContentRefused, OutputUnusable, ProviderFailed
from pipeline.jobs import journal as states
from pipeline.jobs.protocol import UnitResult
from pipeline.jobs.reconcile import Held
from pipeline.model import Blob, Character, Location, ScenePlan, Shot, Still, Style
from pipeline.money.catalogue import Model
from pipeline.money.payloads import Request, payload
from pipeline.project import Project, ReferenceChoice, changed, frame_of

if TYPE_CHECKING:
    from pipeline.jobs.orders import Bought
    from pipeline.work import Task
    from pipeline.workshop import Workshop

STAGE = "references"
UNUSABLE = "unusable-picture/"
REDRAW = "Draw it again, or choose another model."
CHARACTER_FRAME = "Seen whole, from head to foot, facing the camera, alone on a plain background."
PLACE_FRAME = "A wide view of the place at eye level. Nobody is in the picture."


class Illustrating:
    """Implements the stage ``references`` where an image model was chosen.

    Args:
        studio: Whose projects, shop and pictures.
    """

    def __init__(self, studio: Workshop) -> None:
        self._studio = studio

    def ready(self, look: Derivation, subject_id: str) -> bool:
        """Whether the picture of the present words is bought and whole."""
        still = look.pictures.bought(subject_id)
        if still is None:
            return False
        try:
            self._studio.path(still.blob)
        except LookupError:
            return False
        return True

    def make(self, task: Task) -> UnitResult | bool:
        """Buy one picture."""
        look, began = task.derivation, time.perf_counter()
        try:
            self._buy(task, self._commission(look, task.unit))
        except Blocked as waits:
            return _held(began, waits.note, waits.way_out)
        except Held as waits:
            doubt = _held(began, waits.message, waits.way_out)
            return doubt.model_copy(update={"kind": ProviderFailed.__name__})
        return False

    def asked(self, project: Project, subject_ids: Iterable[str], *, anew: bool) -> Project:
        """The project in which pictures are asked for: each with a take that can be had.

        A take whose order ended without a picture stays ended, so another one is asked for.

        Args:
            project: As it is.
            subject_ids: Characters, places, or :func:`pipeline.project.frame_of` shots.
            anew: Other pictures than those that are there.
        """
        look = self._studio.derivation(project)
        choices = dict(project.references)
        for one in subject_ids:
            present = choices.get(one, ReferenceChoice())
            take = self._free_take(look, one, present.take + int(anew), anew=anew)
            if anew or take != present.take or one in look.pictures.frames:
                choices[one] = ReferenceChoice(take=take)
        return changed(project, references=choices)

    def _free_take(self, look: Derivation, subject_id: str, take: int, *, anew: bool) -> int:
        model = look.project.image_model
        while model:
            inputs = look.pictures.inputs(subject_id).model_copy(update={"take": take})
            key = still_key(look.project.id, inputs, model)
            if not self._is_over(key) and not (anew and key in look.pictures.gallery.stills):
                break
            take += 1
        return take

    def _is_over(self, key: str) -> bool:
        """Whether an order ended without a picture, so that asking again brings none."""
        attempt = self._studio.shop.journal.latest(key)
        if attempt is None or attempt.state in states.OPEN:
            return False
        if attempt.state != states.SETTLED:
            return True
        try:
            self._studio.notes.get(f"{UNUSABLE}{key}")
        except Miss:
            return False
        return True

    def _buy(self, task: Task, wanted: Commission) -> None:
        project = task.project
        key = still_key(project.id, task.derivation.pictures.inputs(task.unit), wanted.model.key)
        buyer, order = self._studio.shop.order_still(project.id, key, task.unit, wanted)
        try:
            bought = buyer.buy(order, task.report)
            self._keep(task, key, wanted, bought)
        except OutputUnusable as bad:
            self._studio.notes.put(f"{UNUSABLE}{key}", {"why": bad.message})
            raise OutputUnusable(bad.message, REDRAW) from bad
        except ContentRefused as error:
            raise ContentRefused(*explained(error.message, wanted.request.prompt)) from error
        except Cancelled:
            attempt = self._studio.shop.journal.latest(key)
            if attempt is not None and attempt.state == states.SETTLED:
                late = buyer.buy(order, Quiet())
                self._keep(replace(task, report=Quiet()), key, wanted, late)
            raise

    def _keep(self, task: Task, key: str, wanted: Commission, bought: Bought) -> None:
        """Fetch and keep what was bought."""
        blob, size = self._studio.shop.deliver_still(bought, task.report)
        still = Still(
            subject_id=task.unit,
            blob=blob,
            width=size[0],
            height=size[1],
            made_by=wanted.model.name,
            prompt=wanted.request.prompt,
        )
        self._studio.stills.add(key, task.project.id, still, time.time())

    def _commission(self, look: Derivation, subject_id: str) -> Commission:
        """The order of a picture, checked against the model's schema.

        Raises:
            Blocked: The subject is not described well enough, or the model cannot draw it.
        """
        subject = look.pictures.subject(subject_id)
        if look.plan is None or subject is None:
            raise Blocked("The plan does not know this subject.", "Plan again.")
        model = self._studio.catalogue.get(look.project.image_model)
        if isinstance(subject, Shot):
            wanted = _of_shot(look, look.plan, subject, model)
        else:
            wanted = Commission(model, _of_subject(look, look.plan.style, subject, model))
        addresses = tuple(PLACEHOLDER_URL for _one in wanted.pictures)
        try:
            payload(model, wanted.request.model_copy(update={"reference_urls": addresses}))
        except BadInput as problem:
            raise Blocked(problem.message, problem.way_out) from problem
        return wanted


def _of_shot(look: Derivation, plan: ScenePlan, shot: Shot, model: Model) -> Commission:
    for one in plan.characters:
        if one.id in shot.character_ids:
            _check(one)
    aspect = look.project.format.aspect.value
    if aspect not in model.aspect_ratios:
        raise Blocked(
            f"{model.name} cannot draw {aspect}, and a clip has the ratio of its start frame.",
            "Choose another model for the pictures.",
        )
    sent = sent_with(look, shot)
    names = {one.id: one.name for one in plan.characters}
    names |= {one.id: one.name for one in plan.locations}
    named = tuple(names[one] for one in look.pictures.of_cast(shot))[: len(sent)]
    return Commission(model, frame_request(shot, plan, model, named, aspect), sent)


def sent_with(look: Derivation, shot: Shot) -> tuple[Blob, ...]:
    """Pictures that are sent along for a start frame: those that its key names."""
    inputs = look.pictures.inputs(frame_of(shot.slot_id))
    return inputs.pictures if isinstance(inputs, FrameInputs) else ()


def _of_subject(
    look: Derivation, style: Style, subject: Character | Location, model: Model
) -> Request:
    if isinstance(subject, Character):
        _check(subject)
    ratio = look.project.format.aspect.value
    return Request(
        prompt=_prompt(subject, style),
        aspect=ratio if ratio in model.aspect_ratios else model.aspect_ratios[0],
        resolution=model.resolutions[0],
    )


def _held(began: float, note: str, way_out: str) -> UnitResult:
    seconds = time.perf_counter() - began
    return UnitResult(hit=False, seconds=seconds, note=note, state="held", way_out=way_out)


def _check(character: Character) -> None:
    reasons = [one for one in verdict_of(character).reasons if one.level == "error"]
    if reasons:
        raise Blocked(
            f"{character.name} is not described well enough: {reasons[0].message}", reasons[0].fix
        )


def _prompt(subject: Character | Location, style: Style) -> str:
    own: tuple[str, ...]
    if isinstance(subject, Character):
        own = (identity_block(subject), CHARACTER_FRAME)
    else:
        when = ", ".join(word for word in (subject.time_of_day, subject.weather) if word)
        own = (f"{subject.name}: {subject.description}", when, PLACE_FRAME)
    parts = [part.strip().rstrip(".") for part in (*own, style.words, style.look)]
    return ". ".join(part for part in parts if part) + "."
