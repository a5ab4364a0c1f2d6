"""Start frames of many shots at once: drawn together under one price, approved together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import cast_drawing, errors
from pages.parts.clips_deck import Deck
from pages.parts.states import usd
from pipeline.project import PREVIEW_MODEL, Project, ReferenceChoice, changed, frame_of

if TYPE_CHECKING:
    from pipeline.money.catalogue import Model

NO_MODEL = "Choose an image model"


def offer(deck: Deck) -> None:
    """The popover over all shots whose clips are still to be bought.

    A clip that is there would be out of date with another start.
    """
    shots = tuple(one for one in deck.missing if takes_frames(deck, one))
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
        older = tuple(one for one in shots if shows_older_words(deck, one))
        what = f"all {len(lacking)} that are missing" if lacking else "all"
        _many(deck, model, lacking, what)
        if older:
            _many(deck, model, older, f"{len(older)} of earlier words anew")
        _approve_all(deck, waiting)


def _many(deck: Deck, model: Model | None, slot_ids: tuple[str, ...], what: str) -> None:
    """The button that draws some frames, with their price."""
    cost = usd(cast_drawing.cost_usd_micro(model, len(slot_ids)))
    problem = misfit(deck, model)
    st.button(
        f"Draw {what} · {cost}" if slot_ids and model else f"Draw {what}",
        key=f"frames_draw_{what.split()[-1]}",
        icon=":material/draw:",
        width="stretch",
        disabled=not slot_ids or bool(problem) or deck.busy,
        help=problem or None,
        on_click=draw_frames,
        args=(deck, slot_ids),
    )


def _approve_all(deck: Deck, waiting: dict[str, ReferenceChoice]) -> None:
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
    with errors.shown(later=True):
        deck.studio.draw(deck.project.id, deck.project.revision, units, anew=anew)
    st.rerun()


def keep(deck: Deck, label: str, choices: Mapping[str, ReferenceChoice | None]) -> None:
    """Decide on start frames by slot id; None: the clip starts from its cast's picture again."""
    named = {frame_of(slot_id): choice for slot_id, choice in choices.items()}

    def edit(project: Project) -> Project:
        others = {one: kept for one, kept in project.references.items() if one not in named}
        chosen = {one: choice for one, choice in named.items() if choice is not None}
        return changed(project, references={**others, **chosen})

    deck.change(label, edit)


def takes_frames(deck: Deck, slot_id: str) -> bool:
    """Whether a shot's clip is to be bought from a model that can start from a picture."""
    model = deck.studio.catalogue.models.get(deck.quotes[slot_id].model)
    paid = model is not None and model.key != PREVIEW_MODEL
    return slot_id in deck.shots and paid and bool(model and model.names.start)


def shows_older_words(deck: Deck, slot_id: str) -> bool:
    """Whether an approved frame was drawn before its shot, cast or style was changed."""
    choice = deck.project.references.get(frame_of(slot_id))
    if choice is None or choice.source != "generated" or choice.blob is None:
        return False
    still = deck.view.stills.get(frame_of(slot_id))
    return still is None or still.blob != choice.blob


def misfit(deck: Deck, model: Model | None) -> str:
    """Why an image model cannot draw this film's frames; empty when it can."""
    if model is None:
        return f"{NO_MODEL} above."
    aspect = deck.project.format.aspect.value
    if aspect in model.aspect_ratios:
        return ""
    return f"{model.name} cannot draw {aspect}; choose another model above."


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
