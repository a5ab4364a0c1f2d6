"""What a take costs, how many seconds have to be bought, and why a model cannot serve a slot.

All of it follows from the catalogue alone; nothing here knows a project.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from pipeline.errors import BadInput
from pipeline.model import FilmFormat, Frozen, Slot
from pipeline.money.catalogue import ANY, Model, Price
from pipeline.money.usd import MICRO_PER_USD, micro

SLOWEST = 1.25
"""A take is never slowed down by more than this: beyond it motion looks wrong."""
FILM_LENGTH_SLACK_S = 1e-6


def price(model: Model, duration_s: float, resolution: str = "", audio: bool = False) -> int:
    """Micro-dollars of one take, exactly as the price list says.

    Args:
        model: A model that is sold by the second, the run or the image.
        duration_s: Seconds bought; of no matter for an image.
        resolution: One of the model's; its first when empty.
        audio: Whether the take comes with sound of its own.

    Raises:
        BadInput: when the model does not sell that.
    """
    wanted = resolution or model.resolutions[0]
    for line in model.prices:
        if line.audio == audio and _sells(line, wanted, duration_s):
            return micro(_amount(line, duration_s))
    sound = " with sound" if audio else ""
    raise BadInput(
        f"{model.name} sells no {duration_s:g} seconds at {wanted}{sound}.",
        "Choose another length or resolution.",
    )


class TokenPrice(Frozen):
    """US dollars per million tokens, which is micro-dollars per token.

    ``cached`` is the price of what the vendor read before and still remembers.
    """

    input: Decimal = Field(ge=0)
    cached: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)

    def usd_micro(self, tokens_in: int, tokens_out: int, cached_in: int = 0) -> int:
        """Price of one answer in micro-dollars, rounded up; ``cached_in`` is part of the in."""
        fresh = max(0, tokens_in - cached_in)
        total = fresh * self.input + cached_in * self.cached + tokens_out * self.output
        return micro(total / MICRO_PER_USD)


def token_price(model: Model) -> TokenPrice:
    """What a planning model costs; without a price for cached tokens they cost as all others."""
    per = {line.per: line.usd for line in model.prices}
    fresh = per["million_tokens_in"]
    return TokenPrice(
        input=fresh,
        cached=per.get("million_tokens_cached", fresh),
        output=per["million_tokens_out"],
    )


def price_of_listening(model: Model, duration_s: float) -> int:
    """Micro-dollars of transcribing so many seconds."""
    return micro(model.prices[0].usd * Decimal(repr(duration_s)) / 60)


def sells(model: Model, duration_s: float, resolution: str) -> bool:
    """Whether a silent take of that length and size is on the price list."""
    return any(not line.audio and _sells(line, resolution, duration_s) for line in model.prices)


def bought_duration(model: Model, needed_s: float, resolution: str = "") -> float:
    """Seconds that have to be bought to fill so many: the shortest length that is sold.

    Raises:
        BadInput: when even the longest take is too short.
    """
    if model.duration_range_s:
        shortest, longest = model.duration_range_s
        candidates: tuple[float, ...] = (max(shortest, needed_s),) if needed_s <= longest else ()
    else:
        candidates = model.durations_s
    for seconds in candidates:
        if seconds + FILM_LENGTH_SLACK_S >= needed_s and (
            not resolution or sells(model, seconds, resolution)
        ):
            return seconds
    raise BadInput(
        f"{model.name} makes at most {model.longest_s:g} seconds; {needed_s:.2f} are needed.",
        "Split the slot, or choose a model with longer takes.",
    )


def resolution_for(model: Model, height: int, needed_s: float = 0.0) -> str:
    """The least resolution that is not below the film's height, else the best that is sold."""
    sold = [one for one in model.resolutions if _can(model, one, needed_s)]
    if not sold:
        return model.resolutions[0]
    enough = [one for one in sold if lines_of(one) >= height]
    return min(enough, key=lines_of) if enough else max(sold, key=lines_of)


def lines_of(resolution: str) -> int:
    """Lines of a resolution such as ``720p``; "any" has as many as are wanted."""
    digits = "".join(sign for sign in resolution if sign.isdigit())
    return int(digits) if digits else 1_000_000


def fits(
    model: Model, slot: Slot, film: FilmFormat, has_start_frame: bool, today: date | None = None
) -> tuple[str, ...]:
    """Why a model cannot serve a slot, in words; empty when it can.

    Args:
        model: A video model.
        slot: The stretch of film to be filled.
        film: Ratio and size of the film.
        has_start_frame: Whether there is a picture to start from.
        today: The day it would be bought; None leaves the model's dates aside.
    """
    reasons = []
    if too_long(model, slot):
        longest = f"{model.longest_s:g} s"
        reasons.append(f"makes at most {longest}, and the slot lasts {slot.duration_s:.2f} s")
    follows = model.follows_start_frame and has_start_frame
    if model.needs_start_frame and not has_start_frame:
        reasons.append("needs a start frame, and the shot has no approved reference")
    elif film.aspect.value not in model.aspect_ratios and not follows:
        ratios = ", ".join(model.aspect_ratios) or "the ratio of a start frame"
        reasons.append(f"draws {ratios}, not {film.aspect.value}")
    if today is not None:
        life = model.lifecycle_on(today)
        if life.stage == "retired":
            reasons.append(f"was retired on {life.on}")
    return tuple(reasons)


def too_long(model: Model, slot: Slot) -> bool:
    """Whether a slot is longer than the longest take of a model."""
    return slot.duration_s > model.longest_s + FILM_LENGTH_SLACK_S


def _can(model: Model, resolution: str, needed_s: float) -> bool:
    lengths = model.durations_s or (max(needed_s, 1.0),)
    return any(seconds >= needed_s and sells(model, seconds, resolution) for seconds in lengths)


def _sells(line: Price, resolution: str, duration_s: float) -> bool:
    right_size = line.resolution in ("", resolution) or resolution == ANY
    return right_size and line.duration_s in (None, duration_s)


def _amount(line: Price, duration_s: float) -> Decimal:
    return line.usd * Decimal(repr(duration_s)) if line.per == "second" else line.usd
