"""The judge: one pass over a description, without a network, without changing a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cast.advice import codes, merged, missing, reason
from pipeline.cast.contradictions import contradictions
from pipeline.cast.doing import actions
from pipeline.cast.expressions import expressions
from pipeline.cast.findings import Finding
from pipeline.cast.hedging import hedges
from pipeline.cast.kinds import settled
from pipeline.cast.language import tongue
from pipeline.cast.lexicon import form
from pipeline.cast.look import Look
from pipeline.cast.naming import names
from pipeline.cast.reading import MAX_READ, Reading
from pipeline.cast.substance import name_only, substance
from pipeline.cast.verdict import Grade, Reason, Verdict
from pipeline.model import CharacterKind

MUTUALLY = {
    "unsafe_content": ("moderation_risk",),
    "prompt_injection": (
        "hedged_options",
        "placeholder_values",
        "url_or_template",
    ),
    "model_syntax_noise": ("url_or_template", "camera_or_style_in_identity", "placeholder_values"),
    "real_person_likeness": ("depends_on_other",),
    "protected_character": ("real_person_likeness", "depends_on_other", "brand_names"),
    "url_or_template": ("placeholder_values", "hedged_options"),
    "multiple_states": ("depends_on_other", "relative_terms", "backstory", "contradiction"),
    "depends_on_other": ("relative_terms", "placeholder_values"),
    "minor": ("ambiguous_age",),
    "placeholder_values": ("hedged_options",),
    "relative_terms": ("generic", "vague", "backstory"),
}
SOFT_STOPS = frozenset({"hedged_options", "contradiction", "relative_terms"})
DASHES = re.compile(r"^[\W_]*$")


def judge(
    text: str,
    *,
    name: str = "",
    kind: CharacterKind | None = None,
    text_to_video_only: bool = False,
) -> Verdict:
    """Judge a character's description.

    Args:
        text: The description; only the first 10,000 characters are read.
        name: The character's name, which is sent along with the description.
        kind: What it is; guessed from the text when not given.
        text_to_video_only: True when no reference picture will carry the face, so that too few
            lasting traits become an error.

    Returns:
        The verdict. Every quote is a verbatim part of ``text``; nothing is ever added to it.
    """
    reading = Reading(text)
    settled_kind = settled(reading, kind)
    look = Look(reading, settled_kind)
    if DASHES.match(text) and not re.search(r"[{}<>]", text):
        return _verdict(look, [Finding("empty")], True, False)
    language = tongue(reading)
    if name_only(reading, name) and not list(names(reading, name)):
        return _verdict(look, [Finding("name_only", 0, len(reading.text.rstrip()))], True, False)
    if language == "gibberish":
        found = list(expressions(reading, english=False)) or _mashed(reading)
        return _verdict(look, found, True, False)
    if language == "other":
        found = [*expressions(reading, english=False), *names(reading, name)]
        return _verdict(look, [*found, Finding("cannot_judge")], False, False)
    return _verdict(look, list(_english(look, name, text_to_video_only)), True, text_to_video_only)


def _mashed(reading: Reading) -> list[Finding]:
    return [Finding("gibberish", 0, len(reading.text.rstrip()))]


def _english(look: Look, name: str, face_counts: bool) -> Iterator[Finding]:
    reading = look.reading
    found = [
        *expressions(reading, english=True),
        *names(reading, name),
        *hedges(reading),
        *actions(reading),
        *contradictions(look),
        *(
            Finding("placeholder_values", *reading.span(hit), removable=True)
            for hit in reading.of("placeholder")
        ),
    ]
    found = list(_settled(found, look))
    hard = any(
        codes()[finding.code]["level"] == "error" and finding.code not in SOFT_STOPS
        for finding in found
    )
    thin = list(substance(look, name, hard, face_counts))
    yield from found
    yield from thin
    if len(reading.text) >= MAX_READ and not any(one.code == "too_long" for one in thin):
        yield Finding("too_long", 0, len(reading.text.rstrip()))


def _settled(found: list[Finding], look: Look) -> Iterator[Finding]:
    """Where two codes point at the same words, the graver or more exact one speaks."""
    injected = any(finding.code == "prompt_injection" for finding in found)
    for finding in found:
        if injected and codes()[finding.code]["level"] == "warn":
            continue
        if finding.code == "negations" and _bodily(look, finding):
            continue
        beaten = any(
            finding.code in MUTUALLY.get(other.code, ()) and _touch(finding, other)
            for other in found
        )
        if not beaten and not (
            look.kind is CharacterKind.GROUP
            and finding.code == "relative_terms"
            and _within(look, finding)
        ):
            yield finding


def _bodily(look: Look, finding: Finding) -> bool:
    """A creature without eyes is described by what it lacks."""
    words = look.reading.plain[finding.start : finding.end + 25]
    if form("lacks_a_part").match(words):
        return True
    return look.kind is not CharacterKind.HUMAN and bool(form("lacks").search(words))


def _within(look: Look, finding: Finding) -> bool:
    """In a group "taller than the other" tells its members apart."""
    return bool(form("others").search(look.reading.plain[finding.start : finding.end + 12]))


def _touch(one: Finding, other: Finding) -> bool:
    if other.code in {"multiple_states", "minor"}:
        return True
    return one.start < other.end + 2 and other.start < one.end + 2


def _verdict(look: Look, found: list[Finding], judged: bool, strict: bool) -> Verdict:
    reasons = tuple(reason(finding, look, strict) for finding in merged(found))
    ordered = tuple(sorted(reasons, key=lambda item: (item.level != "error", item.start)))
    gaps = missing(look) if judged else ()
    return Verdict(_grade(ordered), look.kind, judged, ordered, gaps)


def _grade(reasons: tuple[Reason, ...]) -> Grade:
    levels = {item.level for item in reasons}
    if "error" in levels:
        return "error"
    return "warn" if levels else "good"
