"""What the catalogue says of a model, in words: what it costs, and how long it will be sold."""

from __future__ import annotations

from datetime import date

from pipeline.money.catalogue import Catalogue, Model, Price
from pipeline.money.usd import exact, micro

UNITS = {"second": "a second", "run": "a take", "image": "a picture", "minute": "a minute"}


def listing(catalogue: Catalogue, model: Model, today: date) -> str:
    """A line of a list of models: name, unit price, and a mark where it has gone or will go."""
    parts = (model.name, unit_price(model), lifecycle(catalogue, model, today))
    return " · ".join(part for part in parts if part)


def unit_price(model: Model) -> str:
    """``$0.07 a second``, or the range over its sizes and lengths; always without sound."""
    if model.free:
        return "free"
    silent = [line for line in model.prices if not line.audio and line.per in UNITS]
    if not silent:
        return ", ".join(_tokens(line) for line in model.prices)
    amounts = sorted({micro(line.usd) for line in silent})
    least, most = exact(amounts[0]), exact(amounts[-1])
    span = least if least == most else f"{least} to {most}"
    return f"{span} {UNITS[silent[0].per]}"


def lifecycle(catalogue: Catalogue, model: Model, today: date) -> str:
    """When a model ends or ended, and what follows it; empty while no end is known."""
    life = model.lifecycle_on(today)
    if life.on is None:
        return ""
    after = successor(catalogue, model)
    if life.stage == "retired":
        return f"retired on {life.on}" + (f" → {after}" if after else "")
    return f"retiring on {life.on}" + (f", then {after}" if after else "")


def successor(catalogue: Catalogue, model: Model) -> str:
    """The name of the model that follows; empty when there is none."""
    following = catalogue.models.get(model.successor)
    return following.name if following else ""


def _tokens(line: Price) -> str:
    kinds = {
        "million_tokens_in": "read",
        "million_tokens_cached": "read again",
        "million_tokens_out": "written",
    }
    return f"{exact(micro(line.usd))} a million tokens {kinds[line.per]}"
