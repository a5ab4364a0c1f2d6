"""A project: the decisions of a person, in one JSON file with a schema number.

Everything else is derived by stages and found again in the store. ``revision`` rises with every
change; an edit names the revision it was made on.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from pipeline.model import (
    Blob,
    Cut,
    FilmFormat,
    Frozen,
    LyricsText,
    Name,
    ScenePlan,
    Seconds,
    Song,
    Style,
    Text,
    Unit,
)

SCHEMA = 3
PREVIEW_MODEL = "preview"


class Brief(Frozen):
    """What the person asks for, verbatim.

    ``line_starts_s`` are starts of lines set by hand, in song time, by the line's number from 0.
    """

    text: Text = ""
    style: Style = Style()
    lyrics: LyricsText = ""
    lyrics_format: Literal["text", "lrc", "srt", "vtt"] = "text"
    line_starts_s: dict[str, Seconds] = {}


Octave = Annotated[int, Field(ge=-4, le=4)]


class GridChoice(Frozen):
    """Corrections of what was heard; the defaults take the analysis as it is.

    ``tempo_factor`` multiplies the heard tempo (2, 0.5, 1.5 ...); ``half_beat`` shifts the grid
    by half a beat; ``half_beat_octaves`` are octaves of the present tempo (1: twice, -1: half) at
    which it was shifted before the tempo was changed; ``bar_shift`` moves the downbeat by that many
    beats; ``nudge_s`` moves every beat; ``section_density`` below 0.5 keeps fewer section edges,
    above it more.
    """

    tempo_factor: float = Field(default=1.0, gt=0, le=4)
    half_beat: bool = False
    half_beat_octaves: Annotated[tuple[Octave, ...], Field(max_length=8)] = ()
    bar_shift: int = Field(default=0, ge=-15, le=15)
    metre: int | None = Field(default=None, ge=1, le=16)
    nudge_s: float = Field(default=0.0, ge=-1, le=1)
    section_density: Unit = 0.5

    @model_serializer(mode="wrap")
    def _plainly(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what was never used: results of grids that hold none keep their keys."""
        fields: dict[str, Any] = dump(self)
        if not self.half_beat_octaves:
            fields.pop("half_beat_octaves", None)
        return fields


class ModelChoice(Frozen):
    """A model with its options; ``None`` inherits from the level above."""

    model: Name | None = None
    resolution: Name | None = None
    duration_s: float | None = Field(default=None, gt=0, le=60)
    takes: int | None = Field(default=None, ge=1, le=8)


class ReferenceChoice(Frozen):
    """The still that a person chose for a subject. Paid video waits for ``approved``.

    ``source`` "none" is for start frames alone: the clip is made from words, without a picture.
    """

    blob: Blob | None = None
    source: Literal["generated", "uploaded", "none"] = "generated"
    approved: bool = False
    take: int = Field(default=1, ge=1)


class EndFrame(Frozen):
    """What a clip ends on: the picture that the next shot starts from, or one of the person's."""

    source: Literal["next", "uploaded"] = "next"
    blob: Blob | None = None


class Excerpt(Frozen):
    """The part of the song that becomes film; ``end_s`` None means to the end."""

    start_s: Seconds = 0.0
    end_s: Seconds | None = None


class Project(Frozen):
    """All decisions. ``cuts`` and ``plan`` are None until a person or a run settles them.

    ``image_model`` buys the reference pictures; empty, the studio draws them, free.
    ``proposal`` is a new plan that waits for the person's yes; ``planner_model`` names the language
    model, the usual one when empty. ``section_models`` is keyed by section label,
    ``shot_models``, ``picks`` (take id) and ``preview_takes`` by slot id, ``references`` by
    character or location id, and by :func:`frame_of` where a shot starts from a picture of its own
    instead of its cast's. ``milder_words`` holds, by slot id, words of the prompt that the
    person agreed to say more mildly; ``end_frames`` is by slot id, too.
    """

    schema_number: int = SCHEMA
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")
    owner: str = ""
    revision: int = Field(default=0, ge=0)
    title: Name
    created_at: str
    song: Song | None = None
    excerpt: Excerpt = Excerpt()
    brief: Brief = Brief()
    format: FilmFormat = FilmFormat()
    grid: GridChoice = GridChoice()
    pace: Unit = 0.5
    cuts: tuple[Cut, ...] | None = None
    planner: Literal["offline", "openai"] = "offline"
    planner_model: Name = ""
    plan: ScenePlan | None = None
    proposal: ScenePlan | None = None
    plan_basis: str = ""
    model: ModelChoice = ModelChoice(model=PREVIEW_MODEL)
    section_models: dict[str, ModelChoice] = {}
    shot_models: dict[str, ModelChoice] = {}
    image_model: Name = ""
    references: dict[str, ReferenceChoice] = {}
    picks: dict[str, str] = {}
    preview_takes: dict[str, int] = {}
    milder_words: dict[str, tuple[Name, ...]] = {}
    end_frames: dict[str, EndFrame] = {}
    allow_retired: bool = False
    captions: bool = True
    origin: str = ""


def frame_of(slot_id: str) -> str:
    """What a shot's own start frame is called among the references; no subject is called so."""
    return f"{slot_id}/frame"


def new_project_id() -> str:
    """16 random bytes: on a hosted share the id is the only right of access.

    Hexadecimal, because a leading dash would read as an option on the command line and two
    underscores are refused in a component's key.
    """
    return secrets.token_hex(16)


def changed(project: Project, **fields: object) -> Project:
    """A validated copy with some fields replaced; the revision is the studio's to raise."""
    return Project.model_validate({**dict(project), **fields})
