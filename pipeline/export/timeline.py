"""The film as an editing timeline: whole clips with handles, cuts, dissolves, the song, markers.

Built once with OpenTimelineIO and written by its adapters. Media names are relative, so the
timeline works wherever it lies beside the clips.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio

from pipeline.export.inputs import ExportInputs
from pipeline.export.media import clip_name, shot_label, song_name
from pipeline.stages.compose import Extent, PieceInputs, Plan, Strip, extents, plan
from pipeline.timebase import frame_at

ADAPTERS = {"edl": "cmx_3600", "fcpxml": "fcpx_xml", "xml": "fcp_xml"}


def write_timeline(inputs: ExportInputs, format_name: str) -> str:
    """The timeline as text in one of the formats ``otio``, ``edl``, ``fcpxml``, ``xml``.

    An EDL has one picture track and no sound; the others carry the song too.
    """
    timeline = build(inputs, with_sound=format_name != "edl")
    if format_name == "otio":
        return str(timeline.to_json_string())
    options = {"rate": inputs.film.format.fps} if format_name == "edl" else {}
    adapter = ADAPTERS[format_name]
    return str(otio.adapters.write_to_string(timeline, adapter, **options))


def build(inputs: ExportInputs, with_sound: bool = True) -> Any:
    """The OpenTimelineIO timeline of a film."""
    fps = inputs.film.format.fps
    timeline = otio.schema.Timeline(
        name=" ".join(inputs.title.split()), global_start_time=_time(0, fps)
    )
    planned, spread = plan(inputs.film), _extents(inputs)
    timeline.tracks.append(_pictures(inputs, planned, spread))
    if with_sound:
        timeline.tracks.append(_sound(inputs, planned))
    return timeline


def _extents(inputs: ExportInputs) -> tuple[Extent, ...]:
    film = inputs.film
    cuts_s = [*(slot.start_s for slot in film.slots), film.end_s]
    return extents(cuts_s, [slot.transition for slot in film.slots], film.format.fps, film.closing)


def _pictures(inputs: ExportInputs, planned: Plan, spread: tuple[Extent, ...]) -> Any:
    fps = inputs.film.format.fps
    track = otio.schema.Track(name="picture", kind=otio.schema.TrackKind.Video)
    for index, extent in enumerate(spread):
        if extent.head:
            track.append(
                otio.schema.Transition(
                    name="dissolve",
                    transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
                    in_offset=_time(extent.head, fps),
                    out_offset=_time(extent.lead, fps),
                )
            )
        track.append(_clip(inputs, planned, index, extent))
    return track


def _clip(inputs: ExportInputs, planned: Plan, index: int, extent: Extent) -> Any:
    """A slot's clip: all of it available, the slot's part in use."""
    fps = inputs.film.format.fps
    slot = inputs.film.slots[index]
    strip = _strip_of(planned, slot.clip.blob.digest)
    first = round(slot.in_s * fps) + round(extent.head * strip.speed)
    reference = otio.schema.ExternalReference(
        target_url=clip_name(inputs, index),
        available_range=_range(0, max(1, round(slot.clip.duration_s * fps)), fps),
    )
    clip = otio.schema.Clip(
        name=shot_label(inputs, index),
        media_reference=reference,
        source_range=_range(first, extent.frames, fps),
    )
    if strip.speed != 1.0:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=strip.speed))
    _mark(clip, inputs, index, extent)
    return clip


def _mark(clip: Any, inputs: ExportInputs, index: int, extent: Extent) -> None:
    """Bars as markers, in the clip's own frames."""
    fps, slot = inputs.film.format.fps, inputs.film.slots[index]
    origin_s = inputs.film.slots[0].start_s
    begin = clip.source_range.start_time.value
    for beat_s in inputs.downbeats_s:
        inside = frame_at(beat_s, fps, origin_s) - extent.first
        if 0 <= inside < extent.frames:
            clip.markers.append(
                otio.schema.Marker(
                    name=f"bar at {beat_s - slot.start_s:.2f} s",
                    marked_range=_range(begin + inside, 1, fps),
                    color=otio.schema.MarkerColor.CYAN,
                )
            )


def _sound(inputs: ExportInputs, planned: Plan) -> Any:
    fps = inputs.film.format.fps
    first = round(Fraction(inputs.film.slots[0].start_s) * fps)
    track = otio.schema.Track(name="song", kind=otio.schema.TrackKind.Audio)
    reference = otio.schema.ExternalReference(
        target_url=song_name(inputs), available_range=_range(0, first + planned.frames, fps)
    )
    track.append(
        otio.schema.Clip(
            name="song",
            media_reference=reference,
            source_range=_range(first, planned.frames, fps),
        )
    )
    return track


def _strip_of(planned: Plan, digest: str) -> Strip:
    pieces: tuple[PieceInputs, ...] = planned.pieces
    return next(strip for piece in pieces for strip in piece.strips if strip.clip.digest == digest)


def _time(frames: float, fps: int) -> Any:
    return otio.opentime.RationalTime(frames, fps)


def _range(first: float, frames: int, fps: int) -> Any:
    return otio.opentime.TimeRange(_time(first, fps), _time(frames, fps))
