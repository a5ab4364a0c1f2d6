"""The table of all clips: one row a slot, several can be chosen, the first has its card."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.clips_deck import Deck
from pages.parts.progress import share
from pages.parts.states import mark
from pipeline.money.usd import dollars
from pipeline.timebase import clock

if TYPE_CHECKING:
    from pipeline.model import Slot
    from pipeline.money.quotes import ClipQuote

KEY = "clips_table"
THUMB_WIDTH = 96
ROW_PX = 36
MOST_ROWS = 14
BLANK = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='96' height='54'>"
    "<rect width='96' height='54' fill='%23808080' opacity='.12'/></svg>"
)
ORIGINS = {"project": "", "section": " (section)", "shot": " (own)"}


def draw(deck: Deck) -> tuple[str, ...]:
    """Draw the table and say which slots are chosen; the first slot when none is."""
    slots = deck.view.slots
    found = st.dataframe(
        [_row(deck, slot) for slot in slots],
        key=KEY,
        hide_index=True,
        row_height=ROW_PX,
        height=ROW_PX * (min(len(slots), MOST_ROWS) + 1) + 3,
        on_select="rerun",
        placeholder="",
        selection_mode="multi-row",
        column_config=_columns(),
        alt="The clips of the film, one a row",
    )
    rows = [row for row in found.selection.rows if row < len(slots)]
    return tuple(slots[row].id for row in sorted(rows)) or (slots[0].id,)


def show(index: int) -> None:
    """Choose the row of one clip, so that its card is drawn; for a button's callback."""
    st.session_state[KEY] = {"selection": {"rows": [index], "columns": [], "cells": []}}


def _row(deck: Deck, slot: Slot) -> dict[str, Any]:
    quote, shot, view = deck.quotes[slot.id], deck.shots.get(slot.id), deck.clip(slot.id)
    model = deck.studio.catalogue.models.get(quote.model)
    state, working = view.state if view else "empty", deck.at_work.get(slot.id)
    poster = thumb(view.poster, faded=state == "stale") if view else None
    return {
        "picture": poster or BLANK,
        "clip": slot.index + 1,
        "at": clock(slot.start_s),
        "shot": f"{shot.size} {shot.purpose}" if shot else "",
        "model": f"{model.name if model else quote.model}{ORIGINS[quote.origin]}",
        "seconds": _seconds(quote, slot),
        "takes": quote.takes,
        "price": dollars(quote.price_usd_micro) if quote.buyable else "not buyable",
        "state": share(working) or mark("running").word if working else _state(quote, state),
        "note": working.note if working else _why(quote, state, view.why if view else ""),
        "part": slot.section,
    }


def _seconds(quote: ClipQuote, slot: Slot) -> str:
    """Seconds bought and seconds kept of them."""
    bought = f"{quote.bought_s:.3g} → " if quote.bought_s else ""
    return f"{bought}{slot.duration_s:.2f}"


def _state(quote: ClipQuote, state: str) -> str:
    """The state's word; what no model can make as chosen waits for a decision."""
    stuck = bool(quote.problems) and state not in ("done", "preview")
    return mark("held" if stuck else state).word


def _why(quote: ClipQuote, state: str, why: str) -> str:
    """Why a clip cannot be bought, or what is the matter with it."""
    if quote.problems:
        return quote.problems[0]
    return f"{why} changed" if state == "stale" else why


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "picture": column.ImageColumn("", width=56),
        "clip": column.NumberColumn("Clip", width=40, format="%d"),
        "at": column.TextColumn("At", width=64),
        "shot": column.TextColumn("Shot", width=112),
        "model": column.TextColumn("Model", width=150),
        "seconds": column.TextColumn(
            "Seconds", width=84, alignment="right", help="Seconds bought, and kept of them"
        ),
        "takes": column.NumberColumn("Takes", width=48, format="%d"),
        "price": column.TextColumn("Price", width=84, alignment="right"),
        "state": column.TextColumn("State", width=66),
        "note": column.TextColumn("Why", width=220),
        "part": column.TextColumn("Part", width=80),
    }


def thumb(poster: Path | None, *, faded: bool = False) -> str | None:
    """A poster as a small data address for a table, grey where it is out of date; else None."""
    return _small(str(poster), faded) if poster else None


@st.cache_data(max_entries=2000, show_spinner=False)
def _small(path: str, faded: bool) -> str | None:
    """A poster as a small data address; nothing when its file is gone or damaged."""
    import io

    from PIL import Image, UnidentifiedImageError

    out = io.BytesIO()
    try:
        with Image.open(path) as picture:
            picture.thumbnail((THUMB_WIDTH, THUMB_WIDTH))
            shown = picture.convert("L") if faded else picture.convert("RGB")
            shown.save(out, "JPEG", quality=70)
    except (OSError, UnidentifiedImageError):
        return None
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
