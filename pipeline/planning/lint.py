"""The plan linter: what a script supervisor would say, live, free and without a network.

Hard rules guard money and sense; soft rules guard the film. Every finding names its shots, says
why, and offers a fix where one click can help. See ``lint_hard`` and ``lint_soft``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import ScenePlan, Slot, Word
from pipeline.planning.desk import Desk
from pipeline.planning.findings import Finding, Fix, Limits, Patch, apply_fix
from pipeline.planning.lint_hard import HARD_RULES
from pipeline.planning.lint_soft import SOFT_RULES

__all__ = ["Finding", "Fix", "Limits", "Patch", "apply_fix", "lint"]


def lint(
    plan: ScenePlan, slots: Sequence[Slot], words: Sequence[Word] = (), limits: Limits | None = None
) -> tuple[Finding, ...]:
    """All findings, hard ones first, each in the order of the film.

    Args:
        plan: The plan as it stands.
        slots: The slots that it must fill, in order.
        words: Sung words in song time; without them a slot's ``lyric`` says if it is sung.
        limits: What the chosen models allow.
    """
    desk = Desk.of(plan, slots, words, limits or Limits())
    found = [finding for rule in HARD_RULES for finding in rule(desk)]
    if slots and desk.rows:
        found += [finding for rule in SOFT_RULES for finding in rule(desk)]
    return tuple(found)
