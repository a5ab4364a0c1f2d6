"""What a clip ends on, where its model takes an end frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.clips_deck import Deck
from pipeline.money.choices import has_start_frame
from pipeline.project import EndFrame, changed

if TYPE_CHECKING:
    from pipeline.model import Slot
    from pipeline.money.quotes import ClipQuote

NONE, NEXT, OWN = "", "next", "uploaded"


def draw(deck: Deck, slot: Slot, quote: ClipQuote) -> None:
    """The choice of an end frame; nothing where the model takes none and none is chosen."""
    model = deck.studio.catalogue.models.get(quote.model)
    chosen = deck.project.end_frames.get(slot.id)
    if (model is None or not model.names.end) and chosen is None:
        return
    now = chosen.source if chosen else NONE
    with st.expander("End frame" if chosen is None else "End frame · chosen"):
        widget = f"end_{slot.id}_{now}"
        words = {
            NONE: "None: it ends as it may",
            NEXT: "The picture that the next shot starts from",
            OWN: "A picture of my own",
        }
        picked = st.selectbox(
            "It ends on",
            list(words),
            index=list(words).index(now),
            format_func=words.__getitem__,
            key=widget,
            on_change=_set,
            args=(deck, slot, widget),
        )
        _needs(deck, slot, picked)
        if picked == OWN:
            _own(deck, slot, chosen)


def _needs(deck: Deck, slot: Slot, picked: str) -> None:
    """What is missing for an end frame to be sent."""
    if picked == NONE:
        return
    if not has_start_frame(deck.project, deck.shots.get(slot.id)):
        st.caption("It needs a start frame, too: approve a picture of this shot's cast or place.")
    after = next((one for one in deck.view.slots if one.index == slot.index + 1), None)
    if picked == NEXT and not (after and has_start_frame(deck.project, deck.shots.get(after.id))):
        st.caption("The next shot has no approved picture yet: approve one on the Cast page.")


def _own(deck: Deck, slot: Slot, chosen: EndFrame | None) -> None:
    if chosen and chosen.blob:
        try:
            st.image(str(deck.studio.path(chosen.blob)), width=200)
        except LookupError:
            st.caption("The picture's file is gone; choose it again.")
    key = f"end_file_{slot.id}"
    st.file_uploader(
        "Picture", ["jpg", "jpeg", "png", "webp"], key=key, on_change=_upload,
        args=(deck, slot, key),
    )  # fmt: skip


def _set(deck: Deck, slot: Slot, widget: str) -> None:
    picked = st.session_state[widget]
    if picked == OWN:
        # Nothing is decided before there is a picture.
        return
    _keep(deck, slot, EndFrame() if picked == NEXT else None)


def _upload(deck: Deck, slot: Slot, key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    with errors.shown(later=True):
        blob = deck.studio.files.keep_picture(deck.project.id, file)
        _keep(deck, slot, EndFrame(source="uploaded", blob=blob))


def _keep(deck: Deck, slot: Slot, frame: EndFrame | None) -> None:
    others = {one: kept for one, kept in deck.project.end_frames.items() if one != slot.id}
    frames = {**others, slot.id: frame} if frame else others
    deck.change(
        f"End of clip {slot.index + 1}", lambda project: changed(project, end_frames=frames)
    )
