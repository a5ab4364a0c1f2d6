"""Choosing models: the words of each choice, and the same choice for many clips at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import errors
from pages.parts.clips_deck import Deck
from pages.parts.errors import literal
from pipeline.errors import BadInput
from pipeline.money import words
from pipeline.money.choices import choose, choose_section, take_price, unfit
from pipeline.money.quotes import quote_film
from pipeline.money.usd import dollars
from pipeline.project import ModelChoice, Project, changed

if TYPE_CHECKING:
    from pipeline.model import Slot
    from pipeline.money.catalogue import Model
    from pipeline.money.quotes import Quote

INHERIT = ""
TAKES = (1, 2, 3, 4)


def labels(deck: Deck, slot: Slot) -> dict[str, str]:
    """Each video model's key with its name and price for a slot, or why it cannot serve it."""
    return {model.key: _label(deck, slot, model) for model in deck.studio.catalogue.video()}


def refusal(deck: Deck, slot: Slot, model: Model) -> tuple[str, ...]:
    """Why a model cannot serve a slot today, in words."""
    return unfit(deck.project, slot, model, deck.today)


def _label(deck: Deck, slot: Slot, model: Model) -> str:
    reasons = refusal(deck, slot, model)
    ends = words.lifecycle(deck.studio.catalogue, model, deck.today)
    if _gone(deck, model):
        return f"{model.name} · {ends}"
    if reasons:
        return f"{model.name} · {reasons[0]}"
    price = take_price(model, slot, deck.project.format.height)
    return " · ".join(part for part in (model.name, dollars(price), ends) if part)


def listed(deck: Deck) -> dict[str, str]:
    """Every video model's key with its name, unit price, and a mark where it ends."""
    known = deck.studio.catalogue
    return {model.key: words.listing(known, model, deck.today) for model in known.video()}


def check_on_sale(deck: Deck, key: str) -> None:
    """Refuse a retired model that nobody asked for knowingly.

    Raises:
        BadInput: It is retired, and retired ones are not offered in this project.
    """
    known = deck.studio.catalogue
    model = known.models.get(key)
    if model is not None and _gone(deck, model):
        after = words.successor(known, model) or "another model"
        raise BadInput(
            f"{model.name} was retired on {model.retires_on}.",
            f"Choose {after}, or offer retired models first, under Models of the film.",
        )


def _gone(deck: Deck, model: Model) -> bool:
    """Whether a model is retired and not to be bought knowingly."""
    retired = model.lifecycle_on(deck.today).stage == "retired"
    return retired and not deck.project.allow_retired


def bulk(deck: Deck, slot_ids: tuple[str, ...]) -> None:
    """A model and a number of takes for all chosen clips, with what that changes in the price."""
    names = listed(deck)
    with st.container(key="bulk", horizontal=True, vertical_alignment="bottom", gap="small"):
        model = st.selectbox(
            f"Model for {len(slot_ids)} chosen clips",
            [INHERIT, *names],
            format_func=lambda key: names.get(key, "As inherited"),
            key="bulk_model",
            width=340,
        )
        takes = st.selectbox("Takes each", TAKES, key="bulk_takes", width=110)
        choice = ModelChoice(model=model or None, takes=takes if takes > 1 else None)
        after = _quote_with(deck, slot_ids, choice)
        less = f", {len(after.stuck)} not buyable" if after.stuck else ""
        total = dollars(after.total_usd_micro)
        st.button(
            f"Set · {total} instead of {dollars(deck.cost(slot_ids))}{less}",
            key="bulk_set",
            icon=":material/done_all:",
            on_click=_set,
            args=(deck, slot_ids, choice),
        )


def film_wide(deck: Deck) -> None:
    """The film's model, and one for each part of the song; an empty one inherits."""
    names = listed(deck)
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
    widget = f"level_{part}_{own.model}"
    st.selectbox(
        literal(part) if part else "The film",
        keys,
        index=keys.index(own.model or INHERIT),
        format_func=lambda key: known[key],
        key=widget,
        on_change=_set_level,
        args=(deck, part, widget),
    )


def _set_level(deck: Deck, part: str, widget: str) -> None:
    with errors.shown(later=True):
        key = st.session_state.pop(widget)
        check_on_sale(deck, key)
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
    with errors.shown(later=True):
        check_on_sale(deck, choice.model or INHERIT)
        deck.change(label, lambda one: choose(one, slot_ids, choice))


def _quote_with(deck: Deck, slot_ids: tuple[str, ...], choice: ModelChoice) -> Quote:
    """What some clips would cost if they were chosen so."""
    chosen: Project = choose(deck.project, slot_ids, choice)
    slots = deck.view.slots
    return quote_film(deck.studio.catalogue, chosen, slots, slot_ids, deck.today)
