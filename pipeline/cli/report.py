"""The JSON documents of the command line, and the same in a few lines for people."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import CredentialsRefused, RequestRefused
from pipeline.project import PREVIEW_MODEL
from pipeline.timebase import clock

if TYPE_CHECKING:
    from pipeline.jobs.state import RunState
    from pipeline.providers.replicate import Replicate
    from pipeline.studio import ProjectView, Studio

MICRO = 1_000_000


def goals(studio: Studio, project_id: str) -> tuple[str, ...]:
    """What has to be run for a film: bought clips first, where any are asked for."""
    from pipeline.limits import models_of

    bought = set(models_of(studio.project(project_id))) - {PREVIEW_MODEL}
    return ("clips", "film") if bought else ("film",)


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
        "spent_usd": view.totals.spent_usd_micro / MICRO,
        "stages": _stages(states),
        "warnings": [*_song_warnings(view), *view.film.warnings, *view.slot_warnings],
    }


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
    found = view.analysis
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
        "warnings": [*_song_warnings(view), *found.warnings, *view.slot_warnings],
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


def ledger(studio: Studio, project_id: str) -> dict[str, Any]:
    """Every entry of a project and the sums, in dollars."""
    studio.project(project_id)
    totals = studio.totals(project_id)
    entries = [entry.model_dump(mode="json") for entry in studio.spending.entries(project_id)]
    return {
        "entries": entries,
        "spent_usd": totals.spent_usd_micro / MICRO,
        "held_usd": totals.held_usd_micro / MICRO,
        "limit_usd": totals.limit_usd_micro / MICRO,
    }


def booked(document: dict[str, Any]) -> str:
    return (
        f"{len(document['entries'])} entries: ${document['spent_usd']:.2f} spent,"
        f" ${document['held_usd']:.2f} held, limit ${document['limit_usd']:.2f}"
    )


def quote(studio: Studio, project_id: str) -> dict[str, Any]:
    """What is left to buy: clips without a bought take, and the sum."""
    quoted = studio.spending.quote(project_id)
    return {
        "clips": [one.model_dump(mode="json") for one in quoted.clips],
        "total_usd": quoted.total_usd_micro / MICRO,
        "wasted_s": quoted.wasted_s,
    }


def quoted(document: dict[str, Any]) -> str:
    return (
        f"{len(document['clips'])} clips for ${document['total_usd']:.2f},"
        f" {document['wasted_s']:.1f} s of it bought and not used"
    )


def catalogue() -> dict[str, Any]:
    """Every model with its prices and dates."""
    from pipeline.money.catalogue import load

    today = datetime.now(UTC).date()
    return {
        "models": [
            {
                "key": model.key,
                "name": model.name,
                "slug": model.slug,
                "kind": model.kind,
                "durations_s": model.durations_s or model.duration_range_s or (),
                "lifecycle": model.lifecycle_on(today).model_dump(mode="json"),
                "prices": [line.model_dump(mode="json") for line in model.prices],
                "verified": model.verified.isoformat(),
            }
            for model in load().models.values()
        ]
    }


def catalogue_check() -> dict[str, Any]:
    """Every difference between the catalogue and the live schemas on Replicate.

    Raises:
        CredentialsRefused: There is no key to look them up with.
    """
    from pipeline.keys import KeyRing
    from pipeline.money.catalogue import load
    from pipeline.providers.replicate import Replicate

    key = KeyRing().key("", "REPLICATE_API_TOKEN")
    if not key:
        raise CredentialsRefused(
            "Live schemas can only be read with a Replicate key.", "Set REPLICATE_API_TOKEN."
        )
    known, vendor = load(), Replicate(os.environ.get("REPLICATE_BASE_URL", ""))
    slugs = [model.slug for model in known.models.values() if model.provider == "replicate"]
    with closing(vendor):
        live = {slug: schema for slug in slugs if (schema := _live(vendor, key, slug))}
    found = [one.model_dump(mode="json") for one in known.check(live)]
    return {"checked": len(live), "differences": found}


def _live(vendor: Replicate, key: str, slug: str) -> dict[str, Any] | None:
    """A model's live schema; None for one that the vendor does not know."""
    try:
        return vendor.schema(key, slug)
    except RequestRefused:
        return None


def listed(document: dict[str, Any]) -> str:
    """The catalogue, or its differences from the live schemas, a line each."""
    if "differences" in document:
        found = document["differences"]
        lines = (f"{one['key']}: {one['field']}: {one['message']}" for one in found)
        return "\n".join(lines) or "The catalogue is as it is live."
    return "\n".join(
        f"{one['key']:<28} {one['kind']:<13} {one['lifecycle']['stage']:<9} verified"
        f" {one['verified']}"
        for one in document["models"]
    )
