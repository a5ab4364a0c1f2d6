"""Choosing models: the words of each choice, and the same choice for many clips at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.clips_deck import Deck
from pages.parts.errors import literal
from pipeline.money.choices import choose, choose_section, has_start_frame, take_price
from pipeline.money.prices import fits
from pipeline.money.quotes import quote_film
from pipeline.money.usd import dollars
from pipeline.project import ModelChoice, Project, changed

if TYPE_CHECKING:
    from pipeline.model import Slot
    from pipeline.money.catalogue import Model

INHERIT = ""
TAKES = (1, 2, 3, 4)


def labels(deck: Deck, slot: Slot) -> dict[str, str]:
    """Each video model's key with its name and price for a slot, or why it cannot serve it."""
    return {model.key: _label(deck, slot, model) for model in deck.studio.catalogue.video()}


def refusal(deck: Deck, slot: Slot, model: Model) -> tuple[str, ...]:
    """Why a model cannot serve a slot today, in words."""
    framed = has_start_frame(deck.project, deck.shots.get(slot.id))
    day = None if deck.project.allow_retired else deck.today
    return fits(model, slot, deck.project.format, framed, day)


def _label(deck: Deck, slot: Slot, model: Model) -> str:
    reasons = refusal(deck, slot, model)
    if reasons:
        return f"{model.name} · {reasons[0]}"
    ends = model.lifecycle_on(deck.today)
    warned = f" · ends {ends.on}" if ends.stage == "retiring" else ""
    price = take_price(model, slot, deck.project.format.height)
    return f"{model.name} · {dollars(price)}{warned}"


def bulk(deck: Deck, slot_ids: tuple[str, ...]) -> None:
    """A model and a number of takes for all chosen clips, with what that changes in the price."""
    names = {model.key: model.name for model in deck.studio.catalogue.video()}
    with st.container(key="bulk", horizontal=True, vertical_alignment="bottom", gap="small"):
        model = st.selectbox(
            f"Model for {len(slot_ids)} chosen clips",
            [INHERIT, *names],
            format_func=lambda key: names.get(key, "As inherited"),
            key="bulk_model",
            width=300,
        )
        takes = st.selectbox("Takes each", TAKES, key="bulk_takes", width=110)
        choice = ModelChoice(model=model or None, takes=takes if takes > 1 else None)
        after = _price_with(deck, slot_ids, choice)
        st.button(
            f"Set · {dollars(after)} instead of {dollars(deck.cost(slot_ids))}",
            key="bulk_set",
            icon=":material/done_all:",
            on_click=_set,
            args=(deck, slot_ids, choice),
        )


def film_wide(deck: Deck) -> None:
    """The film's model, and one for each part of the song; an empty one inherits."""
    names = {model.key: model.name for model in deck.studio.catalogue.video()}
    parts = dict.fromkeys(slot.section for slot in deck.view.slots if slot.section)
    with st.popover("Models of the film", icon=":material/account_tree:"):
        st.caption("The film's model holds where a part or a clip has none of its own.")
        _level(deck, "", names)
        for part in parts:
            _level(deck, part, {INHERIT: "As the film", **names})
        st.toggle(
            "Offer retired models, knowingly",
            value=deck.project.allow_retired,
            key="allow_retired",
            help="Their maker has ended them; a request may fail or answer differently.",
            on_change=_allow_retired,
            args=(deck,),
        )


def _level(deck: Deck, part: str, names: dict[str, str]) -> None:
    """The choice of one level; ``part`` is a section's label, empty for the film."""
    own = deck.project.section_models.get(part, ModelChoice()) if part else deck.project.model
    known = {**names, own.model or INHERIT: names.get(own.model or INHERIT, own.model or "")}
    keys = list(known)
    st.selectbox(
        literal(part) if part else "The film",
        keys,
        index=keys.index(own.model or INHERIT),
        format_func=lambda key: known[key],
        key=f"level_{part}",
        on_change=_set_level,
        args=(deck, part),
    )


def _set_level(deck: Deck, part: str) -> None:
    key = st.session_state[f"level_{part}"]
    if part:
        choice = ModelChoice(model=key or None)
        deck.change(f"Model of {part}", lambda one: choose_section(one, part, choice))
    else:
        choice = ModelChoice(model=key, takes=deck.project.model.takes)
        deck.change("Model of the film", lambda one: changed(one, model=choice))


def _allow_retired(deck: Deck) -> None:
    allowed = bool(st.session_state["allow_retired"])
    deck.change("Retired models", lambda one: changed(one, allow_retired=allowed))


def _set(deck: Deck, slot_ids: tuple[str, ...], choice: ModelChoice) -> None:
    label = f"Model of {len(slot_ids)} clips"
    deck.change(label, lambda one: choose(one, slot_ids, choice))


def _price_with(deck: Deck, slot_ids: tuple[str, ...], choice: ModelChoice) -> int:
    """Micro-dollars of some clips if they were chosen so."""
    chosen: Project = choose(deck.project, slot_ids, choice)
    slots = deck.view.slots
    return quote_film(deck.studio.catalogue, chosen, slots, slot_ids, deck.today).total_usd_micro
