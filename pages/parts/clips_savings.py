"""Saving on all clips at once: what would change, shown before it is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.clips_deck import Deck
from pipeline.errors import StudioError
from pipeline.money.savings import Savings, Terms, find_savings, take_savings
from pipeline.money.usd import as_decimal, at_most, dollars, parse_budget
from pipeline.timebase import clock

if TYPE_CHECKING:
    from pipeline.money.optimise import Goal

GOALS: dict[str, Goal] = {
    "Cheapest": "cheapest",
    "Within a budget": "within budget",
    "Best pictures within a budget": "best quality",
}
BEATS = (0, 1, 2, 4, 8)
KEPT = "_savings"
OFFERED_BEATS = 1
"""What the button speaks of, and what the dialog opens with: the same figures in both."""


def offer(deck: Deck) -> None:
    """The button that says what moving cuts alone would save, and opens the rest."""
    found = _offered(deck)
    label = "Save money"
    if found is not None and found.cuts and found.saved_usd_micro > 0:
        count = len(found.cuts)
        cuts = "1 cut" if count == 1 else f"{count} cuts"
        label = f"Save {at_most(found.saved_usd_micro)}: {cuts} one beat aside"
    busy = "Cuts stay where they are while clips are being made." if deck.busy else None
    pressed = st.button(
        label, icon=":material/savings:", key="save_money", disabled=deck.busy, help=busy
    )
    if pressed:
        _dialog(deck)


def terms_of(
    deck: Deck, goal: Goal = "cheapest", beats: int = OFFERED_BEATS, models: bool = False
) -> Terms:
    """What may change; clips that are there cost nothing more and keep their ends.

    So do clips that no model can make as chosen, unless models may change.
    """
    settled = {slot.id for slot in deck.view.slots if deck.made(slot)}
    settled |= set() if models else {clip.slot_id for clip in deck.quote.stuck}
    return Terms(
        goal=goal,
        today=deck.today,
        beats=beats,
        models_may_change=models,
        shortest_s=deck.view.limits.min_s,
        made=frozenset(settled),
    )


def _offered(deck: Deck) -> Savings | None:
    """What one beat aside saves with the models as they are; found once a revision."""
    if not deck.quote.total_usd_micro or deck.busy:
        return None
    stamp = (deck.project.id, deck.project.revision, deck.missing)
    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != stamp:
        try:
            found: Savings | None = _found(deck, terms_of(deck))
        except StudioError:
            # Some clip cannot be bought as it is: its own row says why.
            found = None
        kept = (stamp, found)
        st.session_state[KEPT] = kept
    return kept[1]


def _found(deck: Deck, terms: Terms) -> Savings:
    beats = deck.view.analysis.beats_s if deck.view.analysis else ()
    film = (deck.view.slots, deck.view.cuts, beats)
    return find_savings(deck.studio.catalogue, deck.project, film, terms)


@st.dialog("Save money", width="large")
def _dialog(deck: Deck) -> None:
    """Goal and freedom on top, the difference below, one button to take it."""
    goal = st.segmented_control("What is wanted", list(GOALS), default="Cheapest", required=True)
    left, right = st.columns(2)
    beats = left.select_slider("A cut may move by this many beats", BEATS, value=OFFERED_BEATS)
    models = right.toggle("Models may change", value=goal != "Cheapest")
    st.caption(
        "Locked cuts, cuts on a section or a lyric, and the ends of clips that are there stay."
    )
    budget = ""
    if goal != "Cheapest":
        room = as_decimal(deck.studio.totals(deck.project.id).left_usd_micro)
        budget = st.text_input("Budget in dollars", value=f"{room:.2f}", max_chars=20)
    with errors.shown():
        limit = parse_budget(budget) if budget or goal != "Cheapest" else 0
        terms = terms_of(deck, GOALS[goal], beats, models)
        _difference(deck, _found(deck, replace(terms, budget_usd_micro=limit)))


def _difference(deck: Deck, found: Savings) -> None:
    if found.empty:
        st.info("Nothing to change: the clips as they are chosen are the best for this goal.")
        return
    before = "not to be had" if found.before_usd_micro is None else dollars(found.before_usd_micro)
    st.markdown(errors.literal(f"Now {before}; then {dollars(found.after_usd_micro)}."))
    st.dataframe(_lines(deck, found), hide_index=True, height=300, key="savings_lines")
    saved = found.saved_usd_micro
    words = f"saves {at_most(saved)}" if saved >= 0 else f"costs {dollars(-saved)} more"
    if st.button(f"Take it · {words}", type="primary", key="take_savings"):
        cuts = deck.view.cuts
        deck.change("Save money", lambda one: take_savings(one, cuts, found))
        st.rerun()


def _lines(deck: Deck, found: Savings) -> list[dict[str, object]]:
    """One line a change, in the order of the film."""
    names = {key: model.name for key, model in deck.studio.catalogue.models.items()}
    lines = [
        {
            "Clip": move.number,
            "What": "begins",
            "Now": clock(move.from_s),
            "Then": clock(move.to_s),
        }
        for move in found.cuts
    ]
    lines += [
        {
            "Clip": move.number,
            "What": "model",
            "Now": names.get(move.from_model, move.from_model),
            "Then": names.get(move.to_model, move.to_model),
        }
        for move in found.models
    ]
    return sorted(lines, key=lambda line: int(str(line["Clip"])))
