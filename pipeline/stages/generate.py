"""A moving preview of one shot, drawn by the studio itself.

In: the shot's words, who and where, the music under it, the film's frame. Out: a clip that fits
its slot to the frame, encoded once: the film copies its packets. Unit of work: one shot. It never
needs a network or a key, and says in the picture what it is.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from pipeline.media.encode import VideoWriter
from pipeline.model import (
    AudioAnalysis,
    CharacterKind,
    Clip,
    FilmFormat,
    Frozen,
    Hex,
    Name,
    ScenePlan,
    Seconds,
    Shot,
    Text,
    Unit,
)
from pipeline.render.spec import SceneSpec
from pipeline.render.words import figure_of, hour_of, place_of, weather_of
from pipeline.stage import Stage, Workbench
from pipeline.timebase import tidy_s

MADE_BY = "preview"
PROGRESS_EVERY_FRAMES = 12
MAX_FIGURES = 4
# Beats before a slot still ring in it; times are rounded within a thousandth.
BEFORE_S, NEAR_S = 2.0, 0.001


class Seen(Frozen):
    """A character in the picture."""

    kind: CharacterKind
    description: Text
    singing: bool = False


class Window(Frozen):
    """Where the shot lies in song and film.

    ``frames`` is the slot's length; ``head`` and ``tail`` are frames before and after it that a
    crossfade needs; ``marks`` are clip frames at which the film cuts its pieces.
    """

    start_s: Seconds
    frames: int = Field(gt=0)
    head: int = Field(default=0, ge=0)
    tail: int = Field(default=0, ge=0)
    marks: tuple[int, ...] = ()
    format: FilmFormat = FilmFormat()

    @property
    def total(self) -> int:
        return self.head + self.frames + self.tail


class PreviewInputs(Frozen):
    """All that a preview shows; times are seconds from the beginning of the slot."""

    slot_id: str
    take: int = Field(default=1, ge=1)
    size: Literal["ECU", "CU", "MCU", "MS", "MLS", "LS", "ELS"]
    angle: Literal["eye", "low", "high", "top", "dutch", "pov"]
    movement: Literal[
        "static", "push", "pull", "pan", "tilt", "truck", "orbit", "handheld", "crane"
    ]
    speed: Literal["slow", "medium", "fast"] = "medium"
    light: Text = ""
    action: Text = ""
    place: Text = ""
    time_of_day: Name = ""
    weather: Name = ""
    cast: tuple[Seen, ...] = ()
    palette: tuple[Hex, ...] = ()
    look: Text = ""
    frames: int = Field(gt=0)
    head: int = Field(default=0, ge=0)
    tail: int = Field(default=0, ge=0)
    marks: tuple[int, ...] = ()
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    fps: int = Field(gt=0)
    beats_s: tuple[float, ...] = ()
    accents_s: tuple[float, ...] = ()
    energy: tuple[Unit, ...] = (0.5,)
    energy_step_s: float = Field(default=0.1, gt=0)
    caption: Text = ""


def inputs_of(
    plan: ScenePlan, shot: Shot, analysis: AudioAnalysis, window: Window
) -> PreviewInputs:
    """What a preview of a planned shot depends on, and nothing else.

    Caption and take are left at their defaults; ``model_copy`` sets them.
    """
    people = {one.id: one for one in plan.characters}
    place = next((one for one in plan.locations if one.id == shot.location_id), None)
    width, height = window.format.size
    return PreviewInputs(
        slot_id=shot.slot_id,
        size=shot.size,
        angle=shot.angle,
        movement=shot.movement,
        speed=shot.speed,
        light=shot.light,
        action=shot.action,
        place=f"{place.name}. {place.description}"[:10_000] if place else "",
        time_of_day=place.time_of_day if place else "",
        weather=place.weather if place else "",
        cast=tuple(
            Seen(kind=people[i].kind, description=people[i].description, singing=i == shot.singer)
            for i in shot.character_ids
            if i in people
        ),
        palette=tuple(swatch.hex for swatch in plan.style.palette),
        look=plan.style.look,
        frames=window.frames,
        head=window.head,
        tail=window.tail,
        marks=window.marks,
        width=width,
        height=height,
        fps=window.format.fps,
        beats_s=_within(analysis.beats_s, window),
        accents_s=_within(analysis.downbeats_s, window),
        energy=_curve(analysis, window) or (shot.energy,),
        energy_step_s=analysis.energy_step_s,
    )


def _within(times_s: Sequence[float], window: Window) -> tuple[float, ...]:
    """Times that the clip lives through, and two seconds before, from the slot's beginning.

    ``times_s`` rises. Every page asks this for every slot, so only what is near is rounded.
    """
    end_s = (window.frames + window.tail) / window.format.fps
    first = bisect_left(times_s, window.start_s - BEFORE_S - NEAR_S)
    last = bisect_left(times_s, window.start_s + end_s + NEAR_S)
    moved = (tidy_s(time_s - window.start_s) for time_s in times_s[first:last])
    return tuple(time_s for time_s in moved if -BEFORE_S <= time_s <= end_s)


def _curve(analysis: AudioAnalysis, window: Window) -> tuple[float, ...]:
    step_s = analysis.energy_step_s
    first = int(window.start_s / step_s)
    count = int(window.frames / window.format.fps / step_s) + 2
    return tuple(round(value, 3) for value in analysis.energy[first : first + count])


def scene_of(inputs: PreviewInputs) -> SceneSpec:
    """The drawing that stands for a shot."""
    place = place_of(inputs.place, inputs.action, inputs.look)
    words = (inputs.light, inputs.place, inputs.action, inputs.look)
    return SceneSpec(
        seed=_seed(inputs.slot_id, str(inputs.take)),
        place_seed=_seed(inputs.place or inputs.slot_id),
        place=place,
        hour=hour_of(place, inputs.time_of_day, *words),
        weather=weather_of(inputs.weather, inputs.place, inputs.action),
        palette=inputs.palette,
        size=inputs.size,
        angle=inputs.angle,
        movement=inputs.movement,
        speed=inputs.speed,
        figures=tuple(
            figure_of(one.kind, one.description, one.singing) for one in inputs.cast[:MAX_FIGURES]
        ),
        beats_s=inputs.beats_s,
        accents_s=inputs.accents_s,
        energy=inputs.energy,
        energy_step_s=inputs.energy_step_s,
        caption=inputs.caption,
        duration_s=inputs.frames / inputs.fps,
    )


def make(inputs: PreviewInputs, bench: Workbench) -> Clip:
    """Draw and encode in one pass; no frame is kept, none is decoded again."""
    # Here, not above: the drawing library is for workers, and pages import this module.
    from pipeline.render.painter import Scene

    size = (inputs.width, inputs.height)
    total = inputs.head + inputs.frames + inputs.tail
    scene = Scene(scene_of(inputs), size, inputs.fps)
    path = bench.scratch(".mp4")
    writer = VideoWriter(path, size, inputs.fps, inputs.marks, bench.threads)
    with writer.with_effort("preview"):
        for index in range(total):
            if index % PROGRESS_EVERY_FRAMES == 0:
                bench.progress(index / total)
            writer.write_planes(scene.planes(index - inputs.head))
    return Clip(
        blob=bench.keep_file(path, ".mp4"),
        width=inputs.width,
        height=inputs.height,
        frames=total,
        fps=inputs.fps,
        made_by=MADE_BY,
        preview=True,
    )


def _seed(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest()[:4], "big")


PREVIEW: Stage[PreviewInputs, Clip] = Stage("preview", 1, PreviewInputs, Clip, make)
