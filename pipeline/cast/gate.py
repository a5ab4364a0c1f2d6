"""The gate before paid generation: characters with errors stop the shots they appear in."""

from __future__ import annotations

from pipeline.cast.judging import judge
from pipeline.cast.verdict import Reason, Verdict
from pipeline.model import Character, ScenePlan


def verdict_of(character: Character, *, text_to_video_only: bool = False) -> Verdict:
    """The verdict on one character of a plan."""
    return judge(
        character.description,
        name=character.name,
        kind=character.kind,
        text_to_video_only=text_to_video_only,
    )


def gate(plan: ScenePlan, *, text_to_video_only: bool = False) -> dict[str, Verdict]:
    """Verdicts of all characters by id."""
    return {
        character.id: verdict_of(character, text_to_video_only=text_to_video_only)
        for character in plan.characters
    }


def blocking(plan: ScenePlan, *, text_to_video_only: bool = False) -> dict[str, tuple[Reason, ...]]:
    """Slot id -> the errors of its characters. A slot that is not in it may be paid for."""
    errors = {
        ident: tuple(reason for reason in verdict.reasons if reason.level == "error")
        for ident, verdict in gate(plan, text_to_video_only=text_to_video_only).items()
    }
    stopped = {
        shot.slot_id: tuple(
            reason for ident in shot.character_ids for reason in errors.get(ident, ())
        )
        for shot in plan.shots
    }
    return {slot_id: reasons for slot_id, reasons in stopped.items() if reasons}
