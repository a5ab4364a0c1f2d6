"""Saving on all clips at once: what would change, shown before it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.clips_deck import Deck
from pipeline.errors import StudioError
from pipeline.money.savings import Savings, Terms, find_savings, take_savings
from pipeline.money.usd import as_decimal, dollars, parse_budget
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


def offer(deck: Deck) -> None:
    """The button that says what moving cuts alone would save, and opens the rest."""
    found = _offered(deck)
    label = "Save money"
    if found is not None and found.cuts and found.saved_usd_micro > 0:
        count = len(found.cuts)
        label = f"Save {dollars(found.saved_usd_micro)}: {count} cuts one beat aside"
    if st.button(label, icon=":material/savings:", key="save_money"):
        _dialog(deck)


def _offered(deck: Deck) -> Savings | None:
    """What one beat aside saves with the models as they are; found once a revision."""
    if not deck.quote.total_usd_micro:
        return None
    stamp = (deck.project.id, deck.project.revision)
    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != stamp:
        terms = Terms("cheapest", deck.today, beats=OFFERED_BEATS, models_may_change=False)
        try:
            found: Savings | None = _found(deck, terms)
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
    beats = left.select_slider("A cut may move by this many beats", BEATS, value=2)
    models = right.toggle("Models may change", value=goal != "Cheapest")
    st.caption("Locked cuts, and cuts on a section or a lyric, stay where they are.")
    budget = ""
    if goal != "Cheapest":
        room = as_decimal(deck.studio.totals(deck.project.id).left_usd_micro)
        budget = st.text_input("Budget in dollars", value=f"{room:.2f}", max_chars=20)
    with errors.shown():
        limit = parse_budget(budget) if budget or goal != "Cheapest" else 0
        terms = Terms(
            goal=GOALS[goal],
            today=deck.today,
            budget_usd_micro=limit,
            beats=beats,
            models_may_change=models,
            shortest_s=deck.view.limits.min_s,
        )
        _difference(deck, _found(deck, terms))


def _difference(deck: Deck, found: Savings) -> None:
    if found.empty:
        st.info("Nothing to change: the clips as they are chosen are the best for this goal.")
        return
    before = "not to be had" if found.before_usd_micro is None else dollars(found.before_usd_micro)
    st.markdown(errors.literal(f"Now {before}; then {dollars(found.after_usd_micro)}."))
    st.dataframe(_lines(deck, found), hide_index=True, height=300, key="savings_lines")
    saved = found.saved_usd_micro
    words = f"saves {dollars(saved)}" if saved >= 0 else f"costs {dollars(-saved)} more"
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
