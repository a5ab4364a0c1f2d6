"""A clip that the vendor's filter refused: the words likely meant, and milder ones for them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.clips_deck import Deck
from pages.parts.errors import literal
from pipeline.buying.moderation import likely_words, marked, milder
from pipeline.project import Project, changed

if TYPE_CHECKING:
    from pipeline.buying.takes import Take
    from pipeline.model import Slot


def draw(deck: Deck, slot: Slot, takes: tuple[Take, ...]) -> None:
    """The refused prompt beside a milder one; nothing is sent in other words unasked."""
    agreed = deck.project.milder_words.get(slot.id, ())
    if agreed:
        _in_use(deck, slot, agreed)
    if not takes or not deck.studio.buying.was_refused(takes[-1]):
        return
    prompt = str(takes[-1].order.get("prompt", ""))
    words = likely_words(prompt)
    with st.container(border=True, key="clip_refused"):
        if not words:
            st.markdown("**The vendor's filter refused these words**")
            st.caption("None of them is known to trip it: reword the shot on the Plan page.")
            return
        st.markdown("**The vendor's filter refused this, likely for the marked words**")
        st.html(f'<p class="refused">{_with_marks(prompt)}</p>')
        st.markdown("In milder words")
        st.html(f'<p class="refused">{escape(milder(prompt))}</p>')
        st.button(
            "Take these words · free",
            key=f"milder_{slot.id}",
            icon=":material/check:",
            on_click=_agree,
            args=(deck, slot, (*agreed, *words)),
        )
        st.caption(
            "Then make the clip. Another model is yours to choose below; none is taken unasked."
        )


def _in_use(deck: Deck, slot: Slot, agreed: tuple[str, ...]) -> None:
    told = ", ".join(f"“{milder(word)}” for “{word}”" for word in agreed)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(literal(f"Sent in milder words: {told}."))
        st.button(
            "Take back", key=f"harder_{slot.id}", type="tertiary", on_click=_agree,
            args=(deck, slot, ()),
        )  # fmt: skip


def _with_marks(prompt: str) -> str:
    return "".join(
        f"<mark>{escape(text)}</mark>" if meant else escape(text) for text, meant in marked(prompt)
    )


def _agree(deck: Deck, slot: Slot, words: tuple[str, ...]) -> None:
    def edit(project: Project) -> Project:
        kept = {one: many for one, many in project.milder_words.items() if one != slot.id}
        if words:
            kept[slot.id] = tuple(dict.fromkeys(words))
        return changed(project, milder_words=kept)

    deck.change(f"Words of clip {slot.index + 1}", edit)
