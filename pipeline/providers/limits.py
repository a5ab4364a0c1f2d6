"""How often vendors may be asked: data, and one setting of a person's own."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from pipeline.errors import BadInput
from pipeline.model import Frozen

OWN_RATE = "REPLICATE_CREATES_PER_MINUTE"


class Limits(Frozen):
    """One vendor's limits. ``burst`` creations may follow each other at once."""

    source: str
    verified: date
    creates_per_minute: float = Field(gt=0)
    burst: int = Field(ge=1)
    reads_per_minute: float = Field(gt=0)
    learnt_for_s: float = Field(gt=0)


def limits_of_replicate(environment: Mapping[str, str] = os.environ) -> Limits:
    """Replicate's limits, as documented or as a person has agreed with them.

    Raises:
        BadInput: ``REPLICATE_CREATES_PER_MINUTE`` is no number above zero.
    """
    documented = Limits.model_validate(_document()["replicate"])
    own = environment.get(OWN_RATE)
    if not own:
        return documented
    try:
        rate = float(own)
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise BadInput(f"{OWN_RATE} is {own[:40]!r}.", "Set it to a number above zero.")
    burst = max(1, min(documented.burst, int(rate / 6)))
    return documented.model_copy(update={"creates_per_minute": rate, "burst": burst})


def starts_per_minute() -> dict[str, int]:
    """How many units of a queue all processes together may start in a minute."""
    return {str(name): int(count) for name, count in _document()["queues"].items()}


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
