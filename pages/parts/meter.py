"""The meter of a page that spends: spent, held, left, and what finishing would cost.

One small block of HTML in a fragment of its own; it polls while work runs and never redraws the
page.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors, progress
from pipeline.money.usd import dollars

if TYPE_CHECKING:
    from pipeline.money.ledger import Totals
    from pipeline.money.quotes import Quote
    from pipeline.studio import Studio

BOUND_WORDS = {"day": "today's limit", "studio": "the studio's limit"}


def draw(studio: Studio, project_id: str, quote: Quote) -> None:
    """Draw the meter.

    Args:
        studio: The studio.
        project_id: The project.
        quote: What is still to be bought, as it is chosen now.
    """
    fragment = st.fragment(_live, run_every=progress.every(studio, project_id), key="meter")
    fragment(studio, project_id, quote)


def _live(studio: Studio, project_id: str, quote: Quote) -> None:
    with errors.shown():
        st.html(body(studio.totals(project_id), quote))


def body(totals: Totals, quote: Quote) -> str:
    """The meter as HTML; every figure is exact to the micro-dollar."""
    figures = (
        (totals.spent_usd_micro, "spent"),
        (totals.held_usd_micro, "held"),
        (totals.left_usd_micro, f"left of {_limit(totals)}"),
        (quote.total_usd_micro, f"to finish{_range(quote)}"),
    )
    spans = "".join(
        f"<span><b>{dollars(micro)}</b> {escape(words)}</span>" for micro, words in figures
    )
    return f'<div class="meter" data-testid="meter">{spans}</div>{_warning(totals, quote)}'


def _limit(totals: Totals) -> str:
    return BOUND_WORDS.get(totals.bound_by, dollars(totals.limit_usd_micro))


def _range(quote: Quote) -> str:
    if quote.retry_high_usd_micro <= quote.total_usd_micro:
        return ""
    return f", {dollars(quote.retry_high_usd_micro)} with one more take of each"


def _warning(totals: Totals, quote: Quote) -> str:
    if totals.closed:
        words = "A charge came in above its reservation: the budget is closed until it is set anew."
    elif quote.total_usd_micro > totals.left_usd_micro:
        over = dollars(quote.total_usd_micro - totals.left_usd_micro)
        words = f"The budget ends {over} before the film is finished."
    else:
        return ""
    return f'<div class="problem held"><p>{escape(words)}</p></div>'
