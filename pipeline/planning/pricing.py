"""Which language models can write plans and what they cost, as the catalogue says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

from pipeline.errors import BadInput
from pipeline.money.catalogue import Catalogue, load
from pipeline.money.prices import TokenPrice, token_price


def planning_models() -> tuple[str, ...]:
    """Names of the models on sale today, the usual choice first."""
    usual, today = default_model(), _today()
    on_sale = [
        model.slug
        for model in _catalogue().of_kind("planning")
        if model.lifecycle_on(today).stage != "retired"
    ]
    return tuple(sorted(on_sale, key=lambda name: name != usual))


def default_model() -> str:
    """The model that plans when nobody chooses."""
    return _catalogue().default("planning", _today()).slug


def price_of(model: str, manual: TokenPrice | None = None) -> TokenPrice:
    """The price of a model by its vendor's name; a price given by hand wins.

    Raises:
        BadInput: The catalogue knows no such model and no price was given.
    """
    if manual is not None:
        return manual
    found = next((one for one in _catalogue().of_kind("planning") if one.slug == model), None)
    if found is None:
        raise BadInput(
            f"The price of the planning model “{model[:80]}” is not known here.",
            "Choose a model of the list, or plan offline.",
        )
    return token_price(found)


def _today() -> date:
    return datetime.now(UTC).date()


@cache
def _catalogue() -> Catalogue:
    return load()
