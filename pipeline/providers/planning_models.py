"""Models that can write plans, with prices and dates, as data that ages in the open."""

from __future__ import annotations

import json
from datetime import date
from decimal import ROUND_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from pipeline.errors import BadInput
from pipeline.model import Frozen, Name


class TokenPrice(Frozen):
    """US dollars per million tokens, which is micro-dollars per token."""

    input: Decimal = Field(ge=0)
    cached: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)

    def usd_micro(self, tokens_in: int, tokens_out: int, cached_in: int = 0) -> int:
        """Price of one answer in micro-dollars, rounded up."""
        fresh = max(0, tokens_in - cached_in)
        total = fresh * self.input + cached_in * self.cached + tokens_out * self.output
        return int(total.to_integral_value(ROUND_UP))


class PlanningModel(Frozen):
    """One row of the table. ``ends`` is the day on which the vendor shuts it down."""

    name: Name
    price: TokenPrice
    use: str = ""
    ends: date | None = None
    successor: str | None = None

    def warning(self, today: date) -> str:
        """What a person should know before choosing it, or nothing."""
        if self.ends is None:
            return ""
        instead = f" Use {self.successor} instead." if self.successor else ""
        verb = "was shut down" if self.ends <= today else "will be shut down"
        return f"{self.name} {verb} on {self.ends.isoformat()}.{instead}"


@cache
def planning_models() -> tuple[PlanningModel, ...]:
    """All known models, the usual choice first."""
    rows = _table()["models"]
    prices = ("input", "cached", "output")
    return tuple(
        PlanningModel(
            price=TokenPrice(**{name: row[name] for name in prices}),
            **{name: value for name, value in row.items() if name not in prices},
        )
        for row in rows
    )


def default_model() -> str:
    return str(_table()["default"])


def verified_on() -> str:
    """The day on which the prices were last compared with the vendor's."""
    return str(_table()["verified"])


def price_of(model: str, manual: TokenPrice | None = None) -> TokenPrice:
    """The price of a model; a price given by hand wins.

    Raises:
        BadInput: The model is not in the table and no price was given.
    """
    if manual is not None:
        return manual
    found = next((one for one in planning_models() if one.name == model), None)
    if found is None:
        raise BadInput(
            f"The price of the planning model “{model[:80]}” is not known here.",
            "Enter its price per million tokens in the settings; 0 for a model of your own.",
        )
    return found.price


@cache
def _table() -> dict[str, Any]:
    text = Path(__file__).with_name("planning_models.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
