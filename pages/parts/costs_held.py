"""Orders whose fate the studio cannot tell: the person looks at the vendor's list and decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pipeline.money.usd import dollars

if TYPE_CHECKING:
    from pipeline.studio import ProjectView, Studio
    from pipeline.takes import Take


def draw(studio: Studio, view: ProjectView) -> None:
    """One line a held order, with the two ways to end it; nothing while there is none."""
    held = [
        take
        for takes in studio.takes.of_project(view.project.id).values()
        for take in takes
        if take.state == "held"
    ]
    if not held:
        return
    st.subheader("Held orders", anchor=False)
    st.caption(
        "The vendor may or may not have made these. Look at the list on your account, then say"
        " which it is: the money stays set aside until you do."
    )
    numbers = {slot.id: slot.index + 1 for slot in view.slots}
    for take in held:
        _order(studio, take, numbers.get(take.slot_id))


def _order(studio: Studio, take: Take, number: int | None) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        clip = f"Clip {number}" if number else "A clip that is gone"
        # A held take was not settled, so what hangs on it is the price that it was ordered for.
        price = errors.literal(dollars(int(take.order.get("price_usd_micro", 0))))
        st.markdown(f"**{clip}**, take {take.number} · {price}")
        st.caption(errors.literal(take.message))
        st.button(
            "It was charged", key=f"charged_{take.id}", on_click=_settle, args=(studio, take, True)
        )
        st.button("It was not", key=f"free_{take.id}", on_click=_settle, args=(studio, take, False))


def _settle(studio: Studio, take: Take, paid: bool) -> None:
    with errors.shown(later=True):
        studio.spending.settle_order(take.id, paid=paid)
