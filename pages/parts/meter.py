"""The meter of a page that spends: what finishing would cost, against the limit.

What was spent, what is held and what is left stand in the header, once; this adds the forecast,
a ruler of all of them, and why some clips cannot be bought at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pipeline.money.retries import in_words
from pipeline.money.usd import at_most, dollars, exact

if TYPE_CHECKING:
    from pipeline.money.ledger import Totals
    from pipeline.money.quotes import ClipQuote, Quote
    from pipeline.studio import Studio

CSS = Path(__file__).with_name("meter.css")
BOUND_WORDS = {"day": "today's limit", "studio": "the studio's limit"}
MOST_REASONS = 4


def style() -> None:
    """The few rules of the ruler; once a page, outside what is redrawn."""
    st.html(CSS)


def draw(studio: Studio, project_id: str, quote: Quote) -> None:
    """Draw the meter as it stands; call it inside a fragment that polls while work runs.

    Args:
        studio: The studio.
        project_id: The project.
        quote: What is still to be bought, as it is chosen now.
    """
    names = {key: model.name for key, model in studio.catalogue.models.items()}
    with errors.shown():
        st.html(body(studio.totals(project_id), quote, names))


def body(totals: Totals, quote: Quote, names: Mapping[str, str] | None = None) -> str:
    """The meter as HTML; every figure is exact to the micro-dollar.

    Args:
        totals: Where the project's money stands.
        quote: What is still to be bought.
        names: Names of models by their keys.
    """
    spans = [f"<span><b>{dollars(quote.total_usd_micro)}</b> to finish</span>"]
    spans += [f"<span>{escape(in_words(quote))}</span>"] if in_words(quote) else []
    spans.append(f"<span>{_limit(totals)}</span>")
    line = f'<div class="meter forecast" data-testid="meter">{"".join(spans)}</div>'
    return line + _ruler(totals, quote) + _warning(totals, quote) + _stuck(quote, names or {})


def _limit(totals: Totals) -> str:
    words = BOUND_WORDS.get(totals.bound_by, "")
    if words:
        return f"<b>{at_most(totals.left_usd_micro)}</b> left of {words}"
    return f"<b>{exact(totals.limit_usd_micro)}</b> limit"


def _ruler(totals: Totals, quote: Quote) -> str:
    """Spent, held and still to come along one line that is as long as the limit."""
    used = totals.spent_usd_micro + totals.held_usd_micro
    over = max(0, used + quote.total_usd_micro - totals.limit_usd_micro)
    parts = (
        ("spent", totals.spent_usd_micro),
        ("held", totals.held_usd_micro),
        ("finish", max(0, quote.total_usd_micro - over)),
        ("over", over),
    )
    whole = max(totals.limit_usd_micro + over, 1)
    pieces = "".join(
        f'<i class="{name}" style="width:{100 * amount / whole:.2f}%"></i>'
        for name, amount in parts
        if amount
    )
    told = ", ".join(f"{dollars(amount)} {name}" for name, amount in parts[:2])
    label = f"{told}, {dollars(quote.total_usd_micro)} to finish"
    limit = exact(totals.limit_usd_micro)
    return f'<div class="ruler" role="img" aria-label="{label}, limit {limit}">{pieces}</div>'


def _warning(totals: Totals, quote: Quote) -> str:
    if totals.closed:
        words = "A charge came in above its reservation: the budget is closed until it is set anew."
    elif quote.total_usd_micro > totals.left_usd_micro:
        over = dollars(quote.total_usd_micro - totals.left_usd_micro)
        words = f"The budget ends {over} before the film is finished."
    else:
        return ""
    return f'<div class="problem held"><p>{escape(words)}</p></div>'


def _stuck(quote: Quote, names: Mapping[str, str]) -> str:
    """How many clips have no model that can make them, and why: not counted above."""
    if not quote.stuck:
        return ""
    reasons: dict[str, int] = {}
    for clip in quote.stuck:
        reason = _reason(clip, names)
        reasons[reason] = reasons.get(reason, 0) + 1
    lines = [f"<li>{escape(reason)}{_times(count)}</li>" for reason, count in reasons.items()]
    more = len(lines) - MOST_REASONS
    lines = [*lines[:MOST_REASONS], *([f"<li>and {more} more reasons</li>"] if more > 0 else [])]
    count = len(quote.stuck)
    clips = "1 clip has" if count == 1 else f"{count} clips have"
    head = f"<p>{clips} no buyable model as chosen, and no part in the sum.</p>"
    return f'<div class="problem held stuck">{head}<ul>{"".join(lines)}</ul></div>'


def _reason(clip: ClipQuote, names: Mapping[str, str]) -> str:
    """A reason without the lengths of single slots, so that equal ones are told once."""
    words = clip.problems[0].partition(", and the slot lasts")[0]
    return words if words.endswith(".") else f"{names.get(clip.model, clip.model)} {words}."


def _times(count: int) -> str:
    return f" ({count} clips)" if count > 1 else ""
