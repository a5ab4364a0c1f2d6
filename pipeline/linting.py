"""The plan's findings as the studio knows them: with the chosen models and the judged cast."""

from __future__ import annotations

from pipeline.cast.gate import gate
from pipeline.cast.verdict import Verdict
from pipeline.derivation import Derivation
from pipeline.model import Lyrics, ScenePlan, Slot
from pipeline.money.catalogue import Catalogue, Model
from pipeline.money.choices import effective_choice, has_start_frame, wording
from pipeline.planning.lint import Finding, Limits, lint
from pipeline.planning.prompts import Mode, prompt_for
from pipeline.planning.voices import VOICES


def findings_of(look: Derivation, catalogue: Catalogue) -> tuple[Finding, ...]:
    """What the linter says of the plan as it stands; nothing while there is none."""
    if look.plan is None or not look.slots:
        return ()
    words = (look.lyrics or Lyrics()).words
    return lint(look.plan, look.slots, words, _limits(look, look.plan, catalogue))


def refusals(verdicts: dict[str, Verdict]) -> dict[str, str]:
    """Why characters cannot be bought yet, by id: the first error of each."""
    errors = {
        ident: [reason.message for reason in verdict.reasons if reason.level == "error"]
        for ident, verdict in verdicts.items()
    }
    return {ident: messages[0] for ident, messages in errors.items() if messages}


def _limits(look: Derivation, plan: ScenePlan, catalogue: Catalogue) -> Limits:
    models = {slot.id: _model_of(look, slot, catalogue) for slot in look.slots}
    bought = {slot_id: model for slot_id, model in models.items() if model and not model.free}
    prompts = {
        shot.slot_id: prompt_for(
            shot, plan, _mode(look, shot.slot_id), VOICES, bought[shot.slot_id].prompt_limit
        ).text
        for shot in plan.shots
        if shot.slot_id in bought
    }
    return Limits(
        longest_s={slot_id: model.longest_s for slot_id, model in models.items() if model},
        prompts=prompts,
        prompt_chars={slot_id: model.prompt_limit for slot_id, model in bought.items()},
        refused=refusals(gate(plan)) if bought else {},
        film_s=look.span,
    )


def _model_of(look: Derivation, slot: Slot, catalogue: Catalogue) -> Model | None:
    """The slot's model; None for one that the catalogue does not know (the quote says so)."""
    choice, _origin = effective_choice(look.project, slot)
    return catalogue.models.get(choice.model or "")


def _mode(look: Derivation, slot_id: str) -> Mode:
    shot = look.shots.get(slot_id)
    return wording(look.project, shot, has_start_frame(look.project, shot)) if shot else "t2v"
