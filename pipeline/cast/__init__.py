"""The cast: descriptions are judged, never changed, and sent verbatim.

text ──reading──> words and known phrases ──look──> slots filled
└──────> findings ──advice──> reasons, missing, choices to click
"""

from pipeline.cast.check import as_json, check_lines
from pipeline.cast.gate import blocking, gate, verdict_of
from pipeline.cast.identity import identity_block, wardrobe_anchor
from pipeline.cast.judging import judge
from pipeline.cast.recurrence import Appearance, appearance
from pipeline.cast.verdict import Change, Missing, Reason, Verdict, apply_fix

__all__ = [
    "Appearance",
    "Change",
    "Missing",
    "Reason",
    "Verdict",
    "appearance",
    "apply_fix",
    "as_json",
    "blocking",
    "check_lines",
    "gate",
    "identity_block",
    "judge",
    "verdict_of",
    "wardrobe_anchor",
]
