"""The table of all clips: one row a slot, several can be chosen, the first has its card."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.clips_deck import Deck
from pages.parts.states import mark
from pipeline.money.usd import MICRO_PER_USD
from pipeline.timebase import clock

if TYPE_CHECKING:
    from pipeline.model import Slot

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
        selection_mode="multi-row",
        column_config=_columns(),
        alt="The clips of the film, one a row",
    )
    rows = [row for row in found.selection.rows if row < len(slots)]
    return tuple(slots[row].id for row in sorted(rows)) or (slots[0].id,)


def _row(deck: Deck, slot: Slot) -> dict[str, Any]:
    quote, shot, view = deck.quotes[slot.id], deck.shots.get(slot.id), deck.clip(slot.id)
    model = deck.studio.catalogue.models.get(quote.model)
    state = view.state if view else "empty"
    return {
        "picture": (thumb(view.poster) if view else None) or BLANK,
        "clip": slot.index + 1,
        "at": clock(slot.start_s),
        "shot": f"{shot.size} {shot.purpose}" if shot else "",
        "model": f"{model.name if model else quote.model}{ORIGINS[quote.origin]}",
        "price": None if quote.problems else quote.price_usd_micro / MICRO_PER_USD,
        "bought": quote.bought_s or None,
        "kept": slot.duration_s,
        "takes": quote.takes,
        "state": "cannot" if quote.problems else mark(state).word,
        "note": quote.problems[0] if quote.problems else (view.why if view else ""),
        "part": slot.section,
    }


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "picture": column.ImageColumn("", width=56),
        "clip": column.NumberColumn("Clip", width=40, format="%d"),
        "at": column.TextColumn("At", width=64),
        "shot": column.TextColumn("Shot", width=118),
        "model": column.TextColumn("Model", width=160),
        "price": column.NumberColumn("Price", width=62, format="$%.2f"),
        "bought": column.NumberColumn("Buys s", width=56, format="%.1f"),
        "kept": column.NumberColumn("Keeps s", width=60, format="%.2f"),
        "takes": column.NumberColumn("Takes", width=48, format="%d"),
        "state": column.TextColumn("State", width=66),
        "note": column.TextColumn("Why", width=220),
        "part": column.TextColumn("Part", width=80),
    }


def thumb(poster: Path | None) -> str | None:
    """A poster as a small data address for a table; None when there is none."""
    return _small(str(poster)) if poster else None


@st.cache_data(max_entries=2000, show_spinner=False)
def _small(path: str) -> str | None:
    """A poster as a small data address; nothing when its file is gone or damaged."""
    import io

    from PIL import Image, UnidentifiedImageError

    out = io.BytesIO()
    try:
        with Image.open(path) as picture:
            picture.thumbnail((THUMB_WIDTH, THUMB_WIDTH))
            picture.convert("RGB").save(out, "JPEG", quality=70)
    except (OSError, UnidentifiedImageError):
        return None
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
