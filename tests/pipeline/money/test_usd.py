from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.money.usd import at_most, dollars, exact, micro, parse_budget

WAYS = (at_most, dollars)


def test_a_price_that_does_not_close_is_rounded_up() -> None:
    assert micro(Decimal("0.0000001")) == 1
    assert micro(Decimal(10) / Decimal(3)) == 3_333_334


@pytest.mark.parametrize("text", ["NaN", "inf", "1e400000", "ten"])
def test_what_is_no_amount_is_no_price(text: str) -> None:
    with pytest.raises(BadInput):
        micro(text)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (4_900_000, "$4.90"),
        (0, "$0.00"),
        (2_500, "$0.0025"),
        (1_234_567_890, "$1,234.57"),
        (21_000, "$0.03"),
        (4_312, "$0.00432"),
        (9_999, "$0.01"),
        (7, "$0.000007"),
        (-50_000, "-$0.05"),
    ],
)
def test_a_price_is_told_in_dollars_and_cents_and_never_too_low(amount: int, shown: str) -> None:
    assert dollars(amount) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(1_234_567_890, "$1,234.56"), (29_999, "$0.02"), (4_312, "$0.00431"), (0, "$0.00")],
)
def test_what_is_left_or_saved_is_never_told_too_high(amount: int, shown: str) -> None:
    assert at_most(amount) == shown


@given(st.integers(0, 10**12))
def test_the_two_ways_to_tell_an_amount_stand_around_it(amount: int) -> None:
    low, high = (micro(told(amount).replace("$", "").replace(",", "")) for told in WAYS)
    assert low <= amount <= high
    assert high - low <= 10_000


def test_the_ledger_tells_every_micro_dollar() -> None:
    assert exact(1_234_567_890) == "$1,234.56789"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("20", 20_000_000), (" $4.90 ", 4_900_000), ("1,000.50 USD", 1_000_500_000)],
)
def test_a_budget_is_read_as_people_write_it(typed: str, amount: int) -> None:
    assert parse_budget(typed) == amount


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "No budget"),
        ("-5", "negative"),
        ("0.00", "buys nothing"),
        ("1e9", "not an amount"),
        ("999999", "slip"),
        ("<b>20</b>" * 30, "not an amount"),
        ("1.2345678", "finer than"),
        ("0.0000001", "finer than"),
        ("-$5", "negative"),
        ("abc", "not an amount"),
        ("12,50", "not an amount"),
        ("٣", "not an amount"),
    ],
)
def test_a_budget_that_makes_no_sense_gets_a_sentence(typed: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        parse_budget(typed)
    assert len(str(caught.value)) < 200
