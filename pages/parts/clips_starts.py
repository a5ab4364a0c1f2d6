"""What a clip starts from: its cast's pictures, a frame drawn for this shot, one's own, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import cast_drawing, errors
from pages.parts.clips_deck import Deck
from pages.parts.clips_frames import (
    NO_MODEL,
    draw_frames,
    keep,
    misfit,
    shows_older_words,
    takes_frames,
)
from pages.parts.errors import literal
from pages.parts.states import usd
from pipeline.money.choices import start_subject
from pipeline.project import ReferenceChoice, frame_of

if TYPE_CHECKING:
    from pipeline.model import Blob, Slot

CAST, DRAWN, OWN, WORDS = "cast", "generated", "uploaded", "none"
TITLES = {CAST: "", DRAWN: " · drawn", OWN: " · your own", WORDS: " · words alone"}


def draw(deck: Deck, slot: Slot) -> None:
    """The choice of a start frame; nothing where the clip's model takes none."""
    own = deck.project.references.get(frame_of(slot.id))
    if slot.id not in deck.shots or (own is None and not takes_frames(deck, slot.id)):
        return
    now = own.source if own else CAST
    waits = " · not approved yet" if own and now == DRAWN and not own.approved else ""
    if shows_older_words(deck, slot.id):
        waits = " · shows earlier words"
    cast = _of_cast(deck, slot)
    title = f" · {cast}" if cast and now == CAST else TITLES[now]
    with st.expander(literal(f"Start frame{title}{waits}"), expanded=bool(waits)):
        picked = _choice(deck, slot, now, cast)
        if picked == CAST and cast:
            st.caption("A frame drawn for this shot shows its cast in its place.")
        if picked == DRAWN and own is not None:
            _drawn(deck, slot, own)
        elif picked == OWN:
            _own(deck, slot, own)


def _choice(deck: Deck, slot: Slot, now: str, cast: str) -> str:
    widget = f"start_{slot.id}_{now}"
    words = {
        CAST: f"The approved picture of {cast}" if cast else "Its cast's picture, once approved",
        DRAWN: "A picture drawn for this shot",
        OWN: "A picture of my own",
        WORDS: "No picture: words alone",
    }
    picked: str = st.selectbox(
        "It starts from",
        list(words),
        index=list(words).index(now),
        format_func=words.__getitem__,
        key=widget,
        on_change=_set,
        args=(deck, slot, widget),
    )
    return picked


def _of_cast(deck: Deck, slot: Slot) -> str:
    """Who or where the picture shows that a clip without a choice of its own starts from."""
    plain = {one: kept for one, kept in deck.project.references.items() if one != frame_of(slot.id)}
    without = deck.project.model_copy(update={"references": plain})
    subject = start_subject(without, deck.shots.get(slot.id))
    plan = deck.project.plan
    names = {one.id: one.name for one in plan.characters} if plan else {}
    names |= {one.id: one.name for one in plan.locations} if plan else {}
    return names.get(subject, "")


def _drawn(deck: Deck, slot: Slot, own: ReferenceChoice) -> None:
    """The frame that was drawn, with what can be done about it."""
    still = deck.view.stills.get(frame_of(slot.id))
    blob = own.blob or (still.blob if still else None)
    if blob is not None:
        _picture(deck, blob)
        fresh = still is not None and still.blob == blob
        made_by = still.made_by if still and fresh else "an earlier description"
        approved = "approved" if own.approved else "not approved yet"
        st.caption(literal(f"Made by {made_by} · {approved}"))
        _approve(deck, slot, own, blob)
    model = cast_drawing.choose(
        deck.studio, deck.project, deck.change, f"starts_{slot.id}", NO_MODEL
    )
    if misfit(deck, model):
        st.caption(misfit(deck, model))
        return
    cost = usd(cast_drawing.cost_usd_micro(model, 1))
    st.button(
        f"{'Draw again' if still else 'Draw'} · {cost}",
        key=f"frame_draw_{slot.id}",
        icon=":material/draw:",
        type="secondary" if blob else "primary",
        width="stretch",
        disabled=deck.busy,
        on_click=_redraw if still else draw_frames,
        args=(deck, (slot.id,)),
    )


def _approve(deck: Deck, slot: Slot, own: ReferenceChoice, blob: Blob) -> None:
    label = "Withdraw approval" if own.approved else "Approve"
    decided = own.model_copy(update={"blob": blob, "approved": not own.approved})
    st.button(
        label,
        key=f"frame_approve_{slot.id}",
        icon=":material/verified:",
        type="secondary" if own.approved else "primary",
        width="stretch",
        help="The clip waits until the picture that it starts from is approved.",
        on_click=keep,
        args=(deck, f"{label}: start of clip {slot.index + 1}", {slot.id: decided}),
    )


def _redraw(deck: Deck, slot_ids: tuple[str, ...]) -> None:
    draw_frames(deck, slot_ids, anew=True)


def _own(deck: Deck, slot: Slot, own: ReferenceChoice | None) -> None:
    if own and own.source == OWN and own.blob:
        _picture(deck, own.blob)
    key = f"start_file_{slot.id}"
    st.file_uploader(
        "Picture", ["jpg", "jpeg", "png", "webp"], key=key, on_change=_upload,
        args=(deck, slot, key),
    )  # fmt: skip


def _picture(deck: Deck, blob: Blob) -> None:
    try:
        st.image(str(deck.studio.path(blob)), width="stretch")
    except LookupError:
        st.caption("The picture's file is gone; draw or choose it again.")


def _set(deck: Deck, slot: Slot, widget: str) -> None:
    picked = st.session_state[widget]
    label = f"Start of clip {slot.index + 1}"
    if picked == CAST:
        keep(deck, label, {slot.id: None})
    elif picked == DRAWN:
        keep(deck, label, {slot.id: ReferenceChoice()})
    elif picked == WORDS:
        keep(deck, label, {slot.id: ReferenceChoice(source="none")})
    # Of a picture of one's own nothing is decided before it is there.


def _upload(deck: Deck, slot: Slot, key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    with errors.shown(later=True):
        blob = deck.studio.files.keep_picture(deck.project.id, file)
        own = ReferenceChoice(blob=blob, source="uploaded", approved=True)
        keep(deck, f"Start of clip {slot.index + 1}", {slot.id: own})
