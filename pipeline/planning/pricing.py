"""Which language models can write plans and what they cost, as the catalogue says."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from pipeline.errors import BadInput
from pipeline.money.catalogue import Catalogue, load
from pipeline.money.prices import TokenPrice, token_price

OWN_PRICE = "OPENAI_PRICE_USD_PER_MILLION"


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
        BadInput: The catalogue knows no such model and no price was given, or one that is none.
    """
    if manual is not None:
        return manual
    found = next((one for one in _catalogue().of_kind("planning") if one.slug == model), None)
    return token_price(found) if found else _own_price(model)


def _own_price(model: str) -> TokenPrice:
    """The price of a model that only the person knows, as on a server of their own."""
    text = os.environ.get(OWN_PRICE, "")
    if not text:
        raise BadInput(
            f"The price of the planning model “{model[:80]}” is not known here.",
            f"Set {OWN_PRICE} to its dollars per million tokens in and out (0,0 on a server of"
            " your own), choose a model of the list, or plan offline.",
        )
    try:
        tokens_in, tokens_out = (Decimal(part.strip()) for part in text.split(","))
        return TokenPrice(input=tokens_in, cached=tokens_in, output=tokens_out)
    except (ValueError, ArithmeticError) as error:
        raise BadInput(
            f"{OWN_PRICE} is {text[:40]!r}, which is no pair of prices.",
            "Write two amounts in dollars, as in 2,10 or 0,0.",
        ) from error


def _today() -> date:
    return datetime.now(UTC).date()


@cache
def _catalogue() -> Catalogue:
    return load()
