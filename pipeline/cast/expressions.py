"""Findings of fixed expressions: comparisons, likenesses, cameras, pasts, addresses, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cast.findings import Finding
from pipeline.cast.lexicon import form, patterns, word_set
from pipeline.cast.reading import Reading

REMOVABLE = frozenset(
    {
        "negations",
        "camera_or_style_in_identity",
        "action_in_identity",
        "backstory",
        "model_syntax_noise",
        "url_or_template",
        "prompt_injection",
        "moderation_risk",
        "unsafe_content",
        "brand_names",
        "relative_terms",
        "multiple_states",
        "real_person_likeness",
        "protected_character",
        "placeholder_values",
        "hedged_options",
    }
)
MAX_PER_CODE = 6
CLAUSE_ENDS = ",.;:\n"
PARTS = frozenset(
    {"accessory", "marker", "face", "eyes", "garment", "footwear", "build_noun", "animal_mark"}
)


def expressions(reading: Reading, english: bool) -> Iterator[Finding]:
    """Findings of the expressions in ``patterns.toml``."""
    yield from _comparatives(reading)
    for pattern in patterns():
        if not (english or pattern.anywhere):
            continue
        count = 0
        for match in pattern.find.finditer(reading.plain):
            finding = _from_match(pattern.code, match)
            if finding and count < MAX_PER_CODE:
                count += 1
                yield finding


def _comparatives(reading: Reading) -> Iterator[Finding]:
    """Three things compared, and nothing in the picture to compare them with."""
    found = list(form("comparative").finditer(reading.plain))
    if len(found) >= 3 and not form("compared_within").search(reading.plain):
        yield Finding("relative_terms", *found[0].span(), removable=True)


def _from_match(code: str, match: re.Match[str]) -> Finding | None:
    start, end = _trimmed(match)
    if code == "real_person_likeness":
        return _likeness(match, start, end)
    if code == "relative_terms" and (_within_one_body(match) or _of_a_part(match)):
        return None
    if code == "backstory" and _lived_in(match):
        return None
    if code == "moderation_risk" and _worn_blade(match):
        return None
    if code == "model_syntax_noise" or start < end:
        return Finding(code, start, end, removable=code in REMOVABLE)
    return None


def _lived_in(match: re.Match[str]) -> bool:
    """As in "she lives in a pair of dungarees": clothes, not a past."""
    if not re.search(r"\blives\s+in\b", match.group(), re.IGNORECASE):
        return False
    ahead = Reading(match.string[match.start() : match.end() + 40])
    return any(ahead.tokens[hit.first].sentence == 0 for hit in ahead.of("garment"))


def _worn_blade(match: re.Match[str]) -> bool:
    """As in "an antler-handled knife at the hip": a part of the costume that nobody raises."""
    if not re.fullmatch(r"kni(?:fe|ves)|daggers?", match.group(), re.IGNORECASE):
        return False
    start = max(match.string.rfind(mark, 0, match.start()) for mark in CLAUSE_ENDS) + 1
    clause = match.string[start : match.start()].lower().replace("handled", "")
    after = re.split(r"[,.;:\n]", match.string[match.end() :], maxsplit=1)[0]
    around = match.string[start : match.end()] + after
    return bool(form("carried").search(around)) and not form("held").search(clause + after)


def _within_one_body(match: re.Match[str]) -> bool:
    """As in "one sleeve longer than the other" compares two parts of the same picture."""
    if not re.search(r"\bthe\s+(?:others?|rest)$", match.group(), re.IGNORECASE):
        return False
    return bool(re.search(r"\bone\b[^.;]*$", match.string[: match.start()], re.IGNORECASE))


def _of_a_part(match: re.Match[str]) -> bool:
    """As in "a ring bigger than the others", "shoulders wider than her hips": in the picture."""
    hits = Reading(match.string[max(0, match.start() - 40) : match.start()]).hits
    if not hits or not hits[-1].categories & PARTS:
        return False
    after = match.string[match.end() :].split(None, 1)[:1]
    parts = word_set("actions", "body")
    return bool(re.search(r"\bothers?$", match.group())) or bool(
        after and after[0].strip(".,;").lower() in parts
    )


def _likeness(match: re.Match[str], start: int, end: int) -> Finding | None:
    """A likeness to one who is named: two names, or one known name, make a real person."""
    name = match["name"] or match["name2"] or match["name3"]
    if name is None:
        return Finding("real_person_likeness", start, end, removable=True)
    words = name.split()
    if words[0].lower().strip(".'’") in word_set("sets", "not_names"):
        return None
    if len(words) == 1 and words[0].lower() not in _alone():
        return Finding("depends_on_other", start, end)
    return Finding("real_person_likeness", start, end, removable=True)


def _alone() -> frozenset[str]:
    return word_set("names", "real_alone")


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """The match without spaces and stops at its ends."""
    text = match.group()
    left = len(text) - len(text.lstrip(" \t\n,;"))
    right = len(text) - len(text.rstrip(" \t\n,;."))
    return match.start() + left, max(match.start() + left, match.end() - right)
