"""The JSON documents of the command line, and the same in a few lines for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.money.usd import number
from pipeline.project import PREVIEW_MODEL
from pipeline.timebase import clock
from pipeline.views import remarks

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState
    from pipeline.studio import ProjectView, Studio


def goals(studio: Studio, project_id: str) -> tuple[str, ...]:
    """What has to be run for a film: bought clips first, where any are asked for."""
    from pipeline.limits import models_of

    bought = set(models_of(studio.project(project_id))) - {PREVIEW_MODEL}
    return ("clips", "film") if bought else ("film",)


def written_first(studio: Studio, project_id: str) -> tuple[str, ...]:
    """The plan, as a goal of its own, where a language model is to write it: that is paid for."""
    return ("plan",) if studio.project(project_id).planner == "openai" else ()


def film(view: ProjectView, out: Path, states: list[RunState]) -> dict[str, Any]:
    """What ``run`` made. Slots are in song time."""
    assert view.film is not None
    return {
        "project": view.project.id,
        "film": str(out),
        "duration_s": view.film.duration_s,
        "slots": [
            {
                "index": slot.index,
                "start_s": slot.start_s,
                "end_s": slot.end_s,
                "shot": slot.id,
                "model": clip.made_by if (clip := view.clips[slot.id].clip) else PREVIEW_MODEL,
                "take": view.clips[slot.id].picked or None,
            }
            for slot in view.slots
        ],
        "spent_usd": number(view.totals.spent_usd_micro),
        "stages": _stages(states),
        "warnings": [*_song_warnings(view), *view.film.warnings, *view.slot_warnings],
    }


def pause(view: ProjectView, stage: str, state: RunState) -> dict[str, Any]:
    """Where ``run`` stopped because a person wants to look first."""
    return {
        "project": view.project.id,
        "film": None,
        "paused_after": stage,
        "shots": len(view.plan.shots) if view.plan else 0,
        "spent_usd": number(view.totals.spent_usd_micro),
        "stages": _stages([state]),
        "warnings": [*_song_warnings(view), *view.slot_warnings],
    }


def paused(document: dict[str, Any]) -> str:
    return (
        f"Paused after the {document['paused_after']}: project {document['project']},"
        f" {document['shots']} shots. The same command with --resume goes on."
    )


def _stages(states: list[RunState]) -> dict[str, dict[str, float]]:
    """Hits, misses and seconds by stage; of a stage run twice, the run that did its work."""
    found: dict[str, dict[str, float]] = {}
    for state in states:
        for one in state.stages:
            sums = found.setdefault(one.name, {"hits": 0, "misses": 0, "seconds": 0.0})
            sums["hits"] = max(sums["hits"], one.hits)
            sums["misses"] += one.misses
            sums["seconds"] = round(sums["seconds"] + one.seconds, 3)
    return found


def analysis(view: ProjectView) -> dict[str, Any]:
    """What was heard, and where the film would cut."""
    found, told = view.analysis, _song_warnings(view)
    assert found is not None
    return {
        "duration_s": found.duration_s,
        "tempo_bpm": found.tempo_bpm,
        "tempo_alternatives": [one.model_dump() for one in found.tempo_alternatives],
        "metre": found.metre,
        "beats_s": found.beats_s,
        "downbeats_s": found.downbeats_s,
        "sections": [
            one.model_dump(include={"start_s", "end_s", "label", "energy"})
            for one in found.sections
        ],
        "mood": found.mood.model_dump(),
        "slots": [{"start_s": slot.start_s, "end_s": slot.end_s} for slot in view.slots],
        "confidence": found.confidence,
        "warnings": [*told, *remarks(found, told), *view.slot_warnings],
    }


def _song_warnings(view: ProjectView) -> tuple[str, ...]:
    return view.project.song.warnings if view.project.song else ()


def heard(view: ProjectView) -> str:
    """The analysis in a few lines."""
    found = view.analysis
    assert found is not None
    tempo = f"{found.tempo_bpm:.1f} beats a minute" if found.tempo_bpm else "no steady beat"
    sections = ", ".join(f"{one.label} {clock(one.start_s)}" for one in found.sections)
    lines = [
        f"{clock(found.duration_s)}, {tempo}, {found.metre} beats a bar,"
        f" {found.mood.label} (confidence {found.confidence:.2f})",
        f"{len(found.beats_s)} beats, {len(found.downbeats_s)} bars, {len(view.slots)} slots",
        f"Sections: {sections}",
        *analysis(view)["warnings"],
    ]
    return "\n".join(lines)


def made(document: dict[str, Any]) -> str:
    """The film in a line, and what there is to know of it."""
    film = f"{document['film']}: {document['duration_s']:.2f} s, {len(document['slots'])} slots"
    return "\n".join([film, *document["warnings"]])
