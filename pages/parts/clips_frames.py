"""Start frames of many shots at once: drawn together under one price, approved together."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts import cast_drawing, errors, starting
from pages.parts.clips_deck import Deck
from pages.parts.states import usd
from pipeline.project import PREVIEW_MODEL, Project, ReferenceChoice, changed, frame_of

NO_MODEL = "Choose an image model"


def offer(deck: Deck) -> None:
    """The popover over all shots whose clips are still to be bought.

    A clip that is there would be out of date with another start.
    """
    shots = tuple(one for one in deck.missing if _bought(deck, one))
    if not shots:
        return
    waiting = _drawn_and_waiting(deck, shots)
    count = f" · {len(waiting)} to approve" if waiting else ""
    with st.popover(f"Start frames{count}", icon=":material/imagesmode:", key="frames"):
        st.caption(
            "A picture of each shot as it begins, with its cast in its place. The clip starts from"
            " it once you approve it; without one it starts from its cast's approved picture."
        )
        model = cast_drawing.choose(deck.studio, deck.project, deck.change, "starts_all", NO_MODEL)
        lacking = tuple(one for one in shots if _lacks(deck, one))
        cost = usd(cast_drawing.cost_usd_micro(model, len(lacking)))
        label = f"Draw all {len(lacking)} that are missing · {cost}"
        st.button(
            label if lacking and model else "Draw all",
            key="frames_draw",
            icon=":material/draw:",
            width="stretch",
            disabled=not lacking or model is None or deck.busy,
            help=None if model else "Choose an image model above.",
            on_click=draw_frames,
            args=(deck, lacking),
        )
        st.button(
            f"Approve all {len(waiting)} that are drawn" if waiting else "Nothing to approve",
            key="frames_approve",
            icon=":material/verified:",
            width="stretch",
            disabled=not waiting,
            on_click=keep,
            args=(deck, f"Approve {len(waiting)} start frames", waiting),
        )


def draw_frames(deck: Deck, slot_ids: tuple[str, ...], *, anew: bool = False) -> None:
    """Have start frames drawn; what cannot be bought is refused here, before a run begins."""
    units = tuple(frame_of(one) for one in slot_ids)
    number = len(slot_ids)
    label = f"Draw {number} start frames" if number > 1 else "Draw a start frame"

    def ask(project: Project) -> Project:
        present = {one: project.references.get(one, ReferenceChoice()) for one in units}
        takes = {one: kept.take + 1 if anew else kept.take for one, kept in present.items()}
        fresh = {one: ReferenceChoice(take=take) for one, take in takes.items()}
        return changed(project, references={**project.references, **fresh})

    with errors.shown(later=True):
        deck.studio.spending.check(deck.project.id, units, goal="references")
        deck.studio.change(deck.project.id, deck.project.revision, label, ask)
        starting.start(deck.studio, deck.project.id, "references", units)


def keep(deck: Deck, label: str, choices: Mapping[str, ReferenceChoice | None]) -> None:
    """Decide on start frames by slot id; None: the clip starts from its cast's picture again."""
    named = {frame_of(slot_id): choice for slot_id, choice in choices.items()}

    def edit(project: Project) -> Project:
        others = {one: kept for one, kept in project.references.items() if one not in named}
        chosen = {one: choice for one, choice in named.items() if choice is not None}
        return changed(project, references={**others, **chosen})

    deck.change(label, edit)


def _bought(deck: Deck, slot_id: str) -> bool:
    return slot_id in deck.shots and deck.quotes[slot_id].model != PREVIEW_MODEL


def _lacks(deck: Deck, slot_id: str) -> bool:
    """Whether a shot has neither a frame that was drawn nor a decision for another one."""
    choice = deck.project.references.get(frame_of(slot_id))
    decided = choice is not None and (choice.source != "generated" or choice.blob is not None)
    return not decided and frame_of(slot_id) not in deck.view.stills


def _drawn_and_waiting(deck: Deck, slot_ids: tuple[str, ...]) -> dict[str, ReferenceChoice]:
    """Approved choices for all frames that are drawn and wait for a yes, by slot id."""
    found = {}
    for slot_id in slot_ids:
        still = deck.view.stills.get(frame_of(slot_id))
        choice = deck.project.references.get(frame_of(slot_id))
        if still and choice and choice.source == "generated" and not choice.approved:
            found[slot_id] = choice.model_copy(update={"blob": still.blob, "approved": True})
    return found
