"""Pictures of a project as far as they exist: of its cast and places, and start frames of shots.

A part of :class:`pipeline.derivation.Derivation`: it looks, and never draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.buying.frames import FrameInputs, frame_inputs
from pipeline.buying.stills import still_key
from pipeline.model import Blob, Character, Location, Shot, Still
from pipeline.project import Project, ReferenceChoice, frame_of
from pipeline.stage import NotYet
from pipeline.stages.reference import ReferenceInputs
from pipeline.stages.reference import inputs_of as inputs_of_reference

Drawn = Callable[[ReferenceInputs], Still | None]


@dataclass(frozen=True)
class Gallery:
    """Bought pictures by their keys, and how many pictures the image model looks at."""

    stills: Mapping[str, Still] = field(default_factory=dict)
    looked_at: int = 0


class Pictures:
    """Pictures by subject: the id of a character or place, or :func:`frame_of` a shot.

    Args:
        project: The decisions.
        shots: Gives the shots by slot id in the film's order; asked for once.
        gallery: What was bought.
        drawn: Finds the picture that the studio has drawn, if it has.
    """

    def __init__(
        self,
        project: Project,
        shots: Callable[[], Mapping[str, Shot]],
        gallery: Gallery,
        drawn: Drawn,
    ) -> None:
        self._project = project
        self._shots = shots
        self.gallery = gallery
        self._drawn = drawn

    @cached_property
    def _cast(self) -> dict[str, Character | Location]:
        plan = self._project.plan
        if plan is None:
            return {}
        everything: list[Character | Location] = [*plan.characters, *plan.locations]
        return {one.id: one for one in everything}

    @property
    def subjects(self) -> tuple[str, ...]:
        """Ids of everyone and every place of the plan."""
        return tuple(self._cast)

    @cached_property
    def frames(self) -> dict[str, Shot]:
        """Shots by what their own start frames are called, in the film's order."""
        return {frame_of(slot_id): shot for slot_id, shot in self._shots().items()}

    def subject(self, subject_id: str) -> Character | Location | Shot | None:
        """Who or what a name stands for: someone, a place, or the shot of a start frame."""
        return self._cast.get(subject_id) or self.frames.get(subject_id)

    def inputs(self, subject_id: str) -> ReferenceInputs | FrameInputs:
        """What a picture depends on.

        Raises:
            NotYet: The plan does not know it.
        """
        shot = self.frames.get(subject_id)
        if shot is None:
            return self.reference_inputs(subject_id)
        plan, aspect = self._project.plan, self._project.format.aspect.value
        if plan is None:
            raise NotYet("plan")
        pictures = tuple(self.of_cast(shot).values())[: self.gallery.looked_at]
        return frame_inputs(shot, plan, pictures, aspect, self._choice(subject_id).take)

    def reference_inputs(self, subject_id: str) -> ReferenceInputs:
        """What the drawing of a character or place depends on.

        Raises:
            NotYet: The plan does not know it.
        """
        plan, subject = self._project.plan, self._cast.get(subject_id)
        if plan is None or subject is None:
            raise NotYet("plan")
        return inputs_of_reference(subject, plan.style, self._choice(subject_id).take)

    def bought(self, subject_id: str) -> Still | None:
        """The picture that was bought for the present words, take and model."""
        model = self._project.image_model
        if not model:
            return None
        return self.gallery.stills.get(still_key(self._project.id, self.inputs(subject_id), model))

    def still(self, subject_id: str) -> Still | None:
        """The picture of the present words: bought where one was, else drawn by the studio."""
        bought = self.bought(subject_id)
        if bought or subject_id in self.frames:
            return bought
        return self._drawn(self.reference_inputs(subject_id))

    def approved(self, subject_id: str) -> Blob | None:
        """The picture that a person approved."""
        choice = self._choice(subject_id)
        if not choice.approved or choice.source == "none":
            return None
        if choice.blob is not None or subject_id not in self._cast:
            return choice.blob
        still = self.still(subject_id)
        return still.blob if still else None

    def of_cast(self, shot: Shot) -> dict[str, Blob]:
        """Approved pictures of a shot's people and place by their ids, people first."""
        subjects = (*shot.character_ids, shot.location_id)
        return {one: blob for one in subjects if one and (blob := self.approved(one))}

    def _choice(self, subject_id: str) -> ReferenceChoice:
        return self._project.references.get(subject_id, ReferenceChoice())
