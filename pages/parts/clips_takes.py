"""The takes of one clip: which is in use, how good they are, and why one was rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.clips_deck import Deck
from pipeline.buying.takes import PREVIEW_PICK, Take, in_use
from pipeline.money.usd import dollars
from pipeline.project import changed

if TYPE_CHECKING:
    from pipeline.model import Clip, Slot

REASON_LENGTH = 200


def draw(deck: Deck, slot: Slot, takes: tuple[Take, ...]) -> None:
    """The picture of the take in use, then all takes to choose from."""
    used = in_use(deck.project, {slot.id: takes}).get(slot.id)
    _picture(deck, slot, used)
    if takes:
        _strip(deck, slot, takes, used)
    for take in takes:
        if take.message:
            st.caption(errors.literal(f"Take {take.number}: {take.message}"))


def _picture(deck: Deck, slot: Slot, used: Take | None) -> None:
    view = deck.clip(slot.id)
    preview = view.clip if view and view.clip and view.clip.preview else None
    clip: Clip | None = used.clip if used else preview
    if clip is None:
        return
    try:
        st.video(str(deck.studio.path(clip.blob)), muted=True, loop=True, width="stretch")
    except LookupError:
        st.caption("The clip's file is gone; make it again.")


def _strip(deck: Deck, slot: Slot, takes: tuple[Take, ...], used: Take | None) -> None:
    words = {PREVIEW_PICK: "Preview", **{one.id: _word(one) for one in takes if one.clip}}
    now = used.id if used else PREVIEW_PICK
    key = f"pick_{slot.id}_{now}"
    st.segmented_control(
        "Take in use",
        list(words),
        default=now,
        format_func=words.__getitem__,
        required=True,
        key=key,
        on_change=_pick,
        args=(deck, slot, key),
    )
    if used is None:
        return
    names = deck.studio.catalogue.models
    maker = names[used.model].name if used.model in names else used.model
    waited = f", {used.latency_s:.0f} s" if used.latency_s else ""
    st.caption(errors.literal(f"{maker}, {dollars(used.price_usd_micro)}{waited}"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _keep(deck, slot, used)
        stars = f"stars_{used.id}_{used.stars}"
        with st.container(key="clip_stars", width="content"):
            st.feedback(
                "stars",
                key=stars,
                default=used.stars - 1 if used.stars else None,
                on_change=_rate,
                args=(deck, used, stars),
            )
        with st.popover("Reject", icon=":material/thumb_down:"), st.form(f"reject_{used.id}"):
            reason = f"reason_{used.id}"
            st.text_input("What is wrong with it?", key=reason, max_chars=REASON_LENGTH)
            st.caption("Its file is kept; the next best take is used instead.")
            st.form_submit_button("Reject this take", on_click=_reject, args=(deck, used, reason))


def _keep(deck: Deck, slot: Slot, used: Take) -> None:
    """Picking the take that is shown: newer ones then wait until they are picked themselves."""
    picked = deck.project.picks.get(slot.id) == used.id
    with st.container(key="clip_pick", width="content"):
        st.button(
            "Picked" if picked else f"Pick take {used.number}",
            key=f"keep_{used.id}",
            icon=":material/keep:",
            disabled=picked,
            help="The film shows it, whatever is made later. (A)",
            on_click=_point,
            args=(deck, slot, used.id),
        )


def _word(take: Take) -> str:
    stars = f" {'★' * take.stars}" if take.stars else ""
    return f"{take.number}{stars}{' rejected' if take.rejected else ''}"


def _pick(deck: Deck, slot: Slot, key: str) -> None:
    _point(deck, slot, st.session_state[key])


def _point(deck: Deck, slot: Slot, take_id: str) -> None:
    picks = {**deck.project.picks, slot.id: take_id}
    deck.change(f"Take of clip {slot.index + 1}", lambda one: changed(one, picks=picks))


def _rate(deck: Deck, take: Take, key: str) -> None:
    chosen = st.session_state[key]
    deck.studio.takes.note(take.id, stars=0 if chosen is None else chosen + 1)


def _reject(deck: Deck, take: Take, key: str) -> None:
    deck.studio.takes.note(take.id, rejected=st.session_state[key].strip() or "rejected")
    if deck.project.picks.get(take.slot_id) == take.id:
        picks = {slot: one for slot, one in deck.project.picks.items() if slot != take.slot_id}
        deck.change("Reject a take", lambda one: changed(one, picks=picks))
