"""The card of one clip: the picture, what it is made with, what it costs, and what would save."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import (
    clips_ends,
    clips_keys,
    clips_making,
    clips_refused,
    clips_starts,
    clips_takes,
    errors,
)
from pages.parts.clips_deck import Deck
from pages.parts.clips_models import INHERIT, labels, refusal
from pages.parts.progress import share
from pages.parts.states import mark
from pipeline.buying.moderation import milder
from pipeline.errors import BadInput
from pipeline.money.choices import choose, has_start_frame, recommend, wording
from pipeline.money.prices import lines_of
from pipeline.money.quotes import ClipQuote, Hint, hints
from pipeline.money.usd import dollars
from pipeline.project import ModelChoice, Project, changed
from pipeline.timebase import clock

if TYPE_CHECKING:
    from pipeline.model import Slot

MOST_TAKES = 8


def draw(deck: Deck, slot: Slot) -> None:
    """Draw the card of one slot."""
    quote, view = deck.quotes[slot.id], deck.clip(slot.id)
    takes = deck.studio.buying.takes(deck.project.id).get(slot.id, ())
    _head(deck, slot, quote)
    if view and view.why and view.state == "stale":
        st.caption(errors.literal(f"Changed since: {view.why}. Renewing costs what is below."))
    elif view and view.why not in ("", *(take.message for take in takes)):
        st.caption(errors.literal(view.why))
    clips_takes.draw(deck, slot, takes)
    clips_refused.draw(deck, slot, takes)
    _choice(deck, slot, quote)
    for problem in quote.problems:
        st.warning(errors.literal(_problem(deck, quote, problem)), icon=":material/block:")
    clips_making.one(deck, slot, quote)
    _advice(deck, slot, quote)
    clips_starts.draw(deck, slot)
    clips_ends.draw(deck, slot, quote)
    _words(deck, slot, quote)


def _head(deck: Deck, slot: Slot, quote: ClipQuote) -> None:
    """Which clip it is and how it stands, with the ways to its neighbours and to another take."""
    view, working = deck.clip(slot.id), deck.at_work.get(slot.id)
    state = mark("running" if working else view.state if view else "empty")
    part = f" · {errors.literal(slot.section)}" if slot.section else ""
    done = f" {share(working)}" if working else ""
    with st.container(
        key="clip_nav", horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"
    ):
        clips_keys.steps(slot.index, len(deck.view.slots))
        st.markdown(
            f"**Clip {slot.index + 1}** · {clock(slot.start_s)}{part} · {state.text}{done}",
            width="stretch",
        )
        clips_making.again(deck, slot, quote)


def _problem(deck: Deck, quote: ClipQuote, problem: str) -> str:
    return problem if problem.endswith(".") else f"{_name(deck, quote)} {problem}."


def _choice(deck: Deck, slot: Slot, quote: ClipQuote) -> None:
    """What this clip is made with; what it has no choice of its own for is inherited."""
    own = deck.project.shot_models.get(slot.id, ModelChoice())
    words = {INHERIT: f"As inherited: {_name(deck, quote)}", **labels(deck, slot)}
    if own.model:
        words.setdefault(own.model, own.model)
        words[INHERIT] = "As inherited"
    keys = list(words)
    st.selectbox(
        "Model",
        keys,
        index=keys.index(own.model or INHERIT),
        format_func=lambda key: words[key],
        key=_model_key(slot, quote),
        on_change=_set_model,
        args=(deck, slot, _model_key(slot, quote)),
        help="Each with the price of one take of this clip, or why it cannot make it.",
    )
    _shape(deck, slot, quote, own)


def _shape(deck: Deck, slot: Slot, quote: ClipQuote, own: ModelChoice) -> None:
    """Resolution and number of takes; and what is not settled about the model's price."""
    model = deck.studio.catalogue.models.get(quote.model)
    if model and model.price_note:
        st.caption(errors.literal(model.price_note))
    sizes = [INHERIT, *(model.resolutions if model else ())]
    left, right = st.columns(2)
    left.selectbox(
        "Resolution",
        sizes,
        index=sizes.index(own.resolution) if own.resolution in sizes else 0,
        format_func=lambda one: one or f"{quote.resolution or 'any'}, suits the film",
        key=f"resolution_{slot.id}_{quote.model}",
        disabled=len(sizes) < 3 or min(map(lines_of, sizes[1:])) > 100_000,
        on_change=_set_resolution,
        args=(deck, slot, f"resolution_{slot.id}_{quote.model}"),
    )
    right.number_input(
        "Takes",
        min_value=1,
        max_value=MOST_TAKES,
        value=quote.takes,
        key=f"takes_{slot.id}_{quote.takes}",
        on_change=_set_takes,
        args=(deck, slot, f"takes_{slot.id}_{quote.takes}"),
    )


def _advice(deck: Deck, slot: Slot, quote: ClipQuote) -> None:
    """What would save money on this clip, and which model suits its shot."""
    after = next((one for one in deck.view.slots if one.index == slot.index + 1), None)
    beats = deck.view.analysis.beats_s if deck.view.analysis else ()
    found = hints(deck.studio.catalogue, deck.project, (slot, after), beats)
    movable = {cut.id for cut in deck.view.cuts if not cut.locked}
    for hint in found:
        if hint.kind != "cut" or (after and after.id in movable):
            _hint(deck, slot, hint)
    _recommendation(deck, slot, quote, {hint.value for hint in found})


def _hint(deck: Deck, slot: Slot, hint: Hint) -> None:
    icons = {"cut": ":material/content_cut:", "slow": ":material/slow_motion_video:"}
    st.button(
        errors.literal(hint.words),
        key=f"hint_{slot.id}_{hint.kind}",
        icon=icons.get(hint.kind, ":material/swap_horiz:"),
        type="tertiary",
        on_click=_take_hint,
        args=(deck, slot, hint),
    )


def _recommendation(deck: Deck, slot: Slot, quote: ClipQuote, hinted: set[object]) -> None:
    """The model that suits the shot, unless a hint already offers it."""
    shot = deck.shots.get(slot.id)
    if shot is None:
        return
    try:
        found = recommend(deck.studio.catalogue, shot, slot, deck.project)
    except BadInput as problem:
        st.caption(errors.literal(problem.message))
        return
    if found.model != quote.model and found.model not in hinted:
        st.button(
            errors.literal(f"{found.reason} {dollars(found.price_usd_micro)} a take."),
            key=f"recommended_{slot.id}",
            icon=":material/recommend:",
            type="tertiary",
            on_click=_choose,
            args=(deck, slot, _with_model(deck, slot, found.model)),
        )


def _words(deck: Deck, slot: Slot, quote: ClipQuote) -> None:
    """The prompt as it will be sent to the chosen model."""
    shot, plan = deck.shots.get(slot.id), deck.project.plan
    model = deck.studio.catalogue.models.get(quote.model)
    if shot is None or plan is None or model is None:
        return
    from pipeline.planning.prompts import prompt_for
    from pipeline.planning.voices import VOICES

    framed = has_start_frame(deck.project, shot) and bool(model.names.start)
    mode = wording(deck.project, shot, framed)
    sent = prompt_for(shot, plan, mode, VOICES, model.prompt_limit)
    text = milder(sent.text, deck.project.milder_words.get(slot.id, ()))
    with st.expander("Prompt as it will be sent"):
        st.text(text)
        st.caption(f"{len(text)} of {model.prompt_limit} characters")
        if sent.negative and model.names.negative:
            st.text(f"Not: {sent.negative}")
        if sent.left_out:
            st.caption(errors.literal(f"Left out to fit: {', '.join(sent.left_out)}"))


def _name(deck: Deck, quote: ClipQuote) -> str:
    model = deck.studio.catalogue.models.get(quote.model)
    return model.name if model else quote.model


def _own(project: Project, slot: Slot) -> ModelChoice:
    return project.shot_models.get(slot.id, ModelChoice())


def _with_model(deck: Deck, slot: Slot, model: str) -> ModelChoice:
    """Another model, or the inherited one when empty; the number of takes stays."""
    return ModelChoice(model=model or None, takes=_own(deck.project, slot).takes)


def _choose(deck: Deck, slot: Slot, choice: ModelChoice) -> None:
    deck.change(f"Model of clip {slot.index + 1}", lambda one: choose(one, (slot.id,), choice))


def _model_key(slot: Slot, quote: ClipQuote) -> str:
    """Another widget where the inherited model is another one: its label is not its old one."""
    return f"model_{slot.id}_{quote.model}"


def _set_model(deck: Deck, slot: Slot, widget: str) -> None:
    key = st.session_state.get(widget, INHERIT)
    with errors.shown(later=True):
        model = deck.studio.catalogue.get(key) if key else None
        reasons = refusal(deck, slot, model) if model else ()
        if model and reasons:
            del st.session_state[widget]
            raise BadInput(f"{model.name} {reasons[0]}.", "The clip keeps the model that it had.")
        _choose(deck, slot, _with_model(deck, slot, key))


def _set_resolution(deck: Deck, slot: Slot, key: str) -> None:
    chosen = st.session_state[key] or None
    own = _own(deck.project, slot)
    _choose(deck, slot, own.model_copy(update={"resolution": chosen}))


def _set_takes(deck: Deck, slot: Slot, key: str) -> None:
    own = _own(deck.project, slot)
    _choose(deck, slot, own.model_copy(update={"takes": int(st.session_state[key])}))


def _take_hint(deck: Deck, slot: Slot, hint: Hint) -> None:
    if hint.kind == "model":
        _choose(deck, slot, _with_model(deck, slot, str(hint.value)))
    elif hint.kind == "slow":
        own = _own(deck.project, slot)
        _choose(deck, slot, own.model_copy(update={"duration_s": float(hint.value)}))
    else:
        after = next(one.id for one in deck.view.slots if one.index == slot.index + 1)
        deck.change("Cut one beat earlier", lambda one: _moved(deck, one, after, float(hint.value)))


def _moved(deck: Deck, project: Project, cut_id: str, time_s: float) -> Project:
    """The project with one cut at another beat."""
    cuts = tuple(
        cut.model_copy(update={"time_s": time_s, "on": "beat"}) if cut.id == cut_id else cut
        for cut in deck.view.cuts
    )
    return changed(project, cuts=cuts)
