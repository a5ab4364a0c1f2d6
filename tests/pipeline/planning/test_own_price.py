from decimal import Decimal

import pytest

from pipeline.errors import BadInput
from pipeline.planning.pricing import OWN_PRICE, default_model, price_of


def test_a_model_on_a_server_of_ones_own_costs_what_its_owner_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(OWN_PRICE, "0, 0")
    assert price_of("llama-at-home").usd_micro(10_000, 8_000) == 0

    monkeypatch.setenv(OWN_PRICE, "2,10")
    assert price_of("gateway-model").usd_micro(1_000_000, 100_000) == 3_000_000


def test_a_price_by_hand_never_changes_that_of_a_known_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = price_of(default_model())
    monkeypatch.setenv(OWN_PRICE, "0,0")

    assert price_of(default_model()) == known
    assert known.output > Decimal(0)


def test_an_unknown_model_without_a_price_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(OWN_PRICE, raising=False)
    with pytest.raises(BadInput, match=OWN_PRICE):
        price_of("llama-at-home")


@pytest.mark.parametrize("text", ["free", "1", "1,2,3", "-1,2", "nan,1", ",", "inf,0"])
def test_a_price_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(OWN_PRICE, text)
    with pytest.raises(BadInput, match=OWN_PRICE):
        price_of("llama-at-home")
