"""How long a slot may be, and what a model's fixed lengths make of it."""

from __future__ import annotations

from bisect import bisect_left

from pydantic import Field, model_validator

from pipeline.model import Frozen, Seconds

# Lengths are compared with this slack: far below a frame, far above float noise.
SLACK_S = 1e-6


class SlotLimits(Frozen):
    """What the models in use can deliver.

    ``buyable_s`` lists the lengths that can be bought, empty when any length can;
    ``price_weight`` is how much a bought but unused second counts against musical wishes
    (0 for free models, about 1 for dear ones).
    """

    min_s: float = Field(default=1.0, gt=0, le=600)
    max_s: float = Field(default=10.0, gt=0, le=3600)
    buyable_s: tuple[Seconds, ...] = ()
    price_weight: float = Field(default=0.0, ge=0, le=10)

    @model_validator(mode="after")
    def _in_order(self) -> SlotLimits:
        if self.max_s < self.min_s:
            raise ValueError("the longest slot is shorter than the shortest")
        return self

    def over_s(self, length_s: float) -> float:
        """By how many seconds a length is longer than the longest; 0 within."""
        return max(0.0, length_s - self.max_s - SLACK_S)

    def under_s(self, length_s: float) -> float:
        """By how many seconds a length is shorter than the shortest; 0 within."""
        return max(0.0, self.min_s - length_s - SLACK_S)

    def bought_s(self, length_s: float) -> float:
        """Seconds that must be bought to fill a slot; the length itself beyond the longest."""
        lengths = sorted(self.buyable_s)
        place = bisect_left(lengths, length_s - SLACK_S)
        return lengths[place] if place < len(lengths) else length_s
