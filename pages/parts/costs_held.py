"""Orders whose fate the studio cannot tell: the person looks at the vendor's list and decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.progress import names_of
from pipeline.money.usd import dollars

if TYPE_CHECKING:
    from pipeline.buying.unsettled import HeldOrder
    from pipeline.studio import ProjectView, Studio

WORDS = {
    "transcript": "Hearing the words",
    "plan": "A plan by a language model",
    "other": "An order",
}


LISTS = (
    "[Replicate](https://replicate.com/predictions), [OpenAI](https://platform.openai.com/usage)"
)


def draw(studio: Studio, view: ProjectView) -> None:
    """One line a held order, with the two ways to end it; nothing while there is none."""
    held = studio.spending.held(view.project.id)
    if not held:
        return
    st.subheader("Held orders", anchor=False)
    st.caption(
        f"These may or may not have been charged. Find each by its time in the vendor's list"
        f" ({LISTS}), then say which it is: the money stays set aside until you do."
    )
    numbers = {slot.id: slot.index + 1 for slot in view.slots}
    names = names_of(view)
    for order in held:
        _order(studio, view.project.id, order, _title(order, numbers, names))


def _title(order: HeldOrder, numbers: dict[str, int], names: dict[str, str]) -> str:
    if order.kind == "clip":
        number = numbers.get(order.unit)
        clip = f"**Clip {number}**" if number else "**A clip that is gone**"
        return f"{clip}, take {order.number}" if order.number else clip
    if order.kind == "picture":
        name = names.get(order.unit)
        return f"**Picture of {errors.literal(name)}**" if name else "**A picture**"
    return f"**{WORDS[order.kind]}**"


def _order(studio: Studio, project_id: str, order: HeldOrder, title: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"{title} · {errors.literal(dollars(order.held_usd_micro))}")
        ordered = order.ordered_at[:19].replace("T", " ")
        st.caption(errors.literal(f"Ordered {ordered} UTC. {order.why}"))
        for label, name, paid in (
            ("It was charged", "charged", True),
            ("It was not charged", "free", False),
        ):
            st.button(
                label,
                key=f"{name}_{order.key}",
                on_click=_settle,
                args=(studio, project_id, order.key, paid),
            )


def _settle(studio: Studio, project_id: str, key: str, paid: bool) -> None:
    with errors.shown(later=True):
        studio.spending.settle(project_id, key, paid=paid)
