"""Dollars and integer micro-dollars: the only rounding of money in the project.

Inside, money is an integer of micro-dollars (1 USD = 1,000,000). ``Decimal`` appears at the edges
only, and what is reserved is rounded up, so that a promise never falls short of a price.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation

from pipeline.errors import BadInput

MICRO_PER_USD = 1_000_000
MICRO_PER_CENT = 10_000
DIGITS_BELOW_A_CENT = 3
LARGEST_BUDGET_USD = 100_000
LARGEST_AMOUNT_USD = 1_000_000_000
SHOWN_INPUT_LENGTH = 40
# Groups of three only: in "12,50" the comma means something else to whoever typed it.
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,6})?")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?|\.[0-9]{1,6}")
_TOO_FINE = re.compile(r"[0-9]{0,9}\.[0-9]{7,}")


def micro(amount_usd: Decimal | str | int) -> int:
    """Micro-dollars of an amount in dollars, rounded away from zero.

    Raises:
        BadInput: when the amount is no number, or beyond any sum of money.
    """
    try:
        amount = Decimal(amount_usd)
    except InvalidOperation as exc:
        raise BadInput(f"{_shown(str(amount_usd))} is not an amount of money.") from exc
    if not amount.is_finite() or abs(amount) > LARGEST_AMOUNT_USD:
        raise BadInput(f"{_shown(str(amount_usd))} is not an amount of money.")
    return int((amount * MICRO_PER_USD).to_integral_value(ROUND_UP))


def dollars(usd_micro: int) -> str:
    """``$4.90`` for people, never less than the amount: prices, and what is spent or held.

    Whole cents, rounded up; below a cent three digits that count, as in ``$0.00432``.
    """
    return exact(_shortened(usd_micro, ROUND_UP))


def at_most(usd_micro: int) -> str:
    """``$4.90`` for people, never more than the amount: what is left, and what is saved."""
    return exact(_shortened(usd_micro, ROUND_DOWN))


def exact(usd_micro: int) -> str:
    """An amount to the micro-dollar, for limits, price lists and the entries of the ledger."""
    amount = abs(usd_micro)
    whole, rest = divmod(amount, MICRO_PER_USD)
    digits = f"{rest:06d}"
    cents = digits[:2] + digits[2:].rstrip("0")
    return f"{'-' if usd_micro < 0 else ''}${whole:,}.{cents}"


def _shortened(usd_micro: int, rounding: str) -> int:
    """Micro-dollars with no more digits than people read; a negative amount by its size."""
    amount = abs(usd_micro)
    beyond = max(0, len(str(amount)) - DIGITS_BELOW_A_CENT)
    step = MICRO_PER_CENT if amount >= MICRO_PER_CENT else 10**beyond
    steps = int((Decimal(amount) / step).to_integral_value(rounding))
    return steps * step * (-1 if usd_micro < 0 else 1)


def cents(usd_micro: int) -> str:
    """A share of a price for people, to the nearest cent: never for what is charged."""
    return exact(share(usd_micro, 1, MICRO_PER_CENT) * MICRO_PER_CENT)


def share(usd_micro: int, part: float, whole: float) -> int:
    """``part / whole`` of an amount, to the nearest micro-dollar: for figures, never for charges.

    With a part of 1 it is the price of each of ``whole`` seconds or takes.
    """
    exact = Decimal(usd_micro) * Decimal(repr(part)) / Decimal(repr(whole))
    return int(exact.to_integral_value(ROUND_HALF_UP))


def number(usd_micro: int) -> float:
    """Dollars as a number, for tables, plots and JSON: exact to the micro-dollar."""
    return usd_micro / MICRO_PER_USD


def as_decimal(usd_micro: int) -> Decimal:
    """The exact amount in dollars, for exports."""
    return Decimal(usd_micro) / MICRO_PER_USD


def parse_budget(text: str) -> int:
    """Micro-dollars of a budget that a person typed, such as ``20``, ``$4.90`` or ``1,000.00``.

    Raises:
        BadInput: when it is missing, no plain amount, negative, zero or absurdly large.
    """
    plain = text.strip().removeprefix("$").removesuffix("USD").strip()
    sign, plain = plain[:1], plain.removeprefix("-").removeprefix("$")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not plain:
        raise BadInput("No budget was given.", "Type an amount in dollars, such as 20.00.")
    if sign == "-":
        raise BadInput("A budget cannot be negative.", "Type an amount in dollars, such as 20.00.")
    if _TOO_FINE.fullmatch(plain):
        raise BadInput(
            f"{_shown(text)} is finer than a millionth of a dollar.",
            "Type it with at most six digits after the point, such as 20.00.",
        )
    if not _AMOUNT.fullmatch(plain):
        raise BadInput(
            f"{_shown(text)} is not an amount in dollars.", "Type it as digits, such as 20.00."
        )
    return _sane_budget(micro(plain))


def _sane_budget(usd_micro: int) -> int:
    if usd_micro == 0:
        raise BadInput(
            "A budget of $0.00 buys nothing.",
            "Give an amount above zero, or keep the free preview model.",
        )
    if usd_micro > LARGEST_BUDGET_USD * MICRO_PER_USD:
        raise BadInput(
            f"A budget above ${LARGEST_BUDGET_USD:,} looks like a slip of the finger.",
            "Give a smaller amount; it can be raised at any time.",
        )
    return usd_micro


def _shown(text: str) -> str:
    short = text if len(text) <= SHOWN_INPUT_LENGTH else f"{text[:SHOWN_INPUT_LENGTH]}…"
    return f"“{short}”"
