"""Findings of single words and fixed expressions: options, names, brands, actions, noise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cast.findings import Finding
from pipeline.cast.lexicon import patterns, word_set
from pipeline.cast.reading import Hit, Reading

REMOVABLE = frozenset({
    "negations", "camera_or_style_in_identity", "action_in_identity", "backstory", "model_syntax_noise",
    "url_or_template", "prompt_injection", "moderation_risk", "unsafe_content", "brand_names",
    "relative_terms", "multiple_states", "real_person_likeness", "protected_character",
    "placeholder_values", "hedged_options",
})  # fmt: skip
MAX_PER_CODE = 6
NOT_NAMES = frozenset(
    [
        "i",
        "she",
        "he",
        "they",
        "it",
        "the",
        "a",
        "an",
        "her",
        "his",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "victorian",
        "edwardian",
        "roman",
        "greek",
        "egyptian",
        "viking",
        "gothic",
        "japanese",
        "chinese",
        "indian",
        "african",
        "american",
        "french",
        "italian",
        "spanish",
        "english",
        "british",
        "scottish",
        "irish",
        "german",
        "russian",
        "mexican",
        "western",
        "eastern",
        "european",
        "asian",
        "nordic",
        "native",
        "persian",
        "arab",
        "turkish",
        "korean",
        "christmas",
        "halloween",
        "halloween's",
        "georgian",
        "elizabethan",
        "celtic",
        "hawaiian",
        "santa",
        "art",
        "deco",
        "barbie",
        "t-shirt",
        "v",
        "u",
        "x",
        "y",
        "ufo",
        "led",
        "vr",
    ]
)


def expressions(reading: Reading, english: bool) -> Iterator[Finding]:
    """Findings of the expressions in ``patterns.toml``."""
    for pattern in patterns():
        if not (english or pattern.anywhere):
            continue
        count = 0
        for match in pattern.find.finditer(reading.plain):
            finding = _from_match(pattern.code, match)
            if finding and count < MAX_PER_CODE:
                count += 1
                yield finding


def _from_match(code: str, match: re.Match[str]) -> Finding | None:
    start, end = _trimmed(match)
    if code == "real_person_likeness":
        return _likeness(match, start, end)
    if code == "relative_terms" and _within_one_body(match):
        return None
    if code == "model_syntax_noise" or start < end:
        return Finding(code, start, end, removable=code in REMOVABLE)
    return None


def _within_one_body(match: re.Match[str]) -> bool:
    """ "one sleeve longer than the other" compares two parts of the same picture."""
    if not re.search(r"\bthe\s+other$", match.group(), re.IGNORECASE):
        return False
    return bool(re.search(r"\bone\b[^.;]*$", match.string[: match.start()], re.IGNORECASE))


def _likeness(match: re.Match[str], start: int, end: int) -> Finding | None:
    """A likeness to one who is named: two names, or one known name, make a real person."""
    name = match["name"] or match["name2"] or match["name3"]
    if name is None:
        return Finding("real_person_likeness", start, end, removable=True)
    words = name.split()
    if words[0].lower().strip(".'’") in NOT_NAMES:
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


LIKENESS = re.compile(
    r"\b(?:like|resembl\w+|lookalike|young|old|style|à\s+la|a\s+la|as|meets|double|version|of|famous|impersonator|inspired|based|channell?ing)\s+(?:a\s+|the\s+)?(?:young\s+|singer\s+|rapper\s+|actor\s+)?$",
    re.IGNORECASE,
)


def names(reading: Reading, own_name: str) -> Iterator[Finding]:
    """Real people, protected characters and brands, in the text or as the character's name."""
    for hit in reading.of("real", "real_alone", "protected", "brand"):
        yield from _named(reading, hit)
    for hit in Reading(own_name[:200]).of("real", "protected"):
        code = "real_person_likeness" if "real" in hit.categories else "protected_character"
        whole = len(hit.words) > 1 or len(own_name.split()) == 1
        if whole and not _cased_only(hit):
            yield Finding(code)


def _named(reading: Reading, hit: Hit) -> Iterator[Finding]:
    start, end = reading.span(hit)
    said = reading.text[start:end]
    if "real" in hit.categories:
        yield Finding("real_person_likeness", start, end, removable=True)
    elif "protected" in hit.categories:
        if said[:1].isupper() or not _cased_only(hit):
            yield Finding("protected_character", start, end, removable=True)
    elif "brand" in hit.categories:
        if said[:1].isupper() or hit.phrase not in CASED_BRANDS:
            yield Finding("brand_names", start, end, removable=True)
    elif (said[:1].isupper() and LIKENESS.search(reading.plain[max(0, start - 40) : start])) or (
        LIKENESS_TIGHT.search(reading.plain[max(0, start - 30) : start]) and len(said) > 4
    ):
        yield Finding("real_person_likeness", start, end, removable=True)


LIKENESS_TIGHT = re.compile(
    r"\b(?:looks?|looking)\s+(?:\w+\s+)?like\s+$|\bresembl\w+\s+$", re.IGNORECASE
)
CASED_BRANDS = frozenset(
    ["converse", "fender", "swatch", "harley", "marvel", "jordans", "bentley", "dior", "jordan", "tesla", "lego", "leica", "champion", "google", "amazon", "dickies", "crocs", "cartier", "gucci", "valentino", "boeing"]
) - {"gucci", "dior", "cartier"}  # fmt: skip


def _cased_only(hit: Hit) -> bool:
    return hit.phrase in word_set("names", "protected_cased")


def hedges(reading: Reading) -> Iterator[Finding]:
    """Words that leave a choice open, and options joined by "or" or a slash."""
    for hit in reading.of("hedge"):
        if not _fixed_hedge(reading, hit):
            yield Finding("hedged_options", *reading.span(hit), removable=True)
    for at, token in enumerate(reading.tokens):
        if token.word == "or" and _is_option(reading, at):
            yield _alternatives(reading, at)
    for match in SLASH.finditer(reading.plain):
        if _both_known(reading, match):
            yield Finding("hedged_options", match.start(), match.end(), (match[1], match[2]))


SLASH = re.compile(
    r"\b([A-Za-z-]+)\s?/\s?([A-Za-z-]+)\b(?!\s*(?:striped?|checked|check|plaid|two-?tone|tartan|tuxedo))"
)
FIXED_OR = frozenset(["less", "so", "two", "nor", "later", "more"])
NEGATING = frozenset(["no", "without", "not", "never", "neither"])


def _fixed_hedge(reading: Reading, hit: Hit) -> bool:
    if hit.phrase == "either":
        return reading.word(hit.last + 1) in {
            "side",
            "end",
            "arm",
            "cheek",
            "temple",
            "wrist",
            "shoulder",
            "hand",
            "leg",
            "ear",
            "hip",
            "eye",
            "sleeve",
            "flank",
            "foot",
        }
    if hit.phrase in {"kind of", "sort of"} and reading.word(hit.first - 1) in {
        "the",
        "every",
        "any",
    }:
        return True
    if hit.phrase in {"kind of", "sort of"}:
        following = reading.hit_at.get(hit.last + 1)
        return following is not None and bool(following.categories & {"garment", "object"})
    return False


def _is_option(reading: Reading, at: int) -> bool:
    """An "or" between two things that could be drawn; not "two or three", not "no hat or gloves"."""
    before, after = reading.word(at - 1), reading.word(at + 1)
    if after in FIXED_OR or not after or not before or after.isdigit():
        return False
    sentence, clause = reading.tokens[at].sentence, reading.tokens[at].clause
    earlier = [
        token.word
        for token in reading.tokens[max(0, at - 8) : at]
        if token.sentence == sentence and token.clause >= clause - 1
    ]
    if set(earlier) & NEGATING:
        return False
    return not (
        (_age_word(before) and _age_word(reading.word(at + 1)))
        or (_age_word(reading.word(at + 2)) and _age_word(before))
    )


def _age_word(word: str) -> bool:
    return bool(
        re.fullmatch(
            r"\d+s?|\w*(?:ties|teens)|early|mid|late|years?|old|forty|thirty|fifty|sixty|seventy",
            word,
        )
    )


def _alternatives(reading: Reading, at: int) -> Finding:
    """The two options beside "or" as far as they can be cut out of the text."""
    tokens = reading.tokens
    first, last = _option_start(reading, at), at + 1
    while last + 1 < len(tokens) and tokens[last].word in {
        "a",
        "an",
        "the",
        "in",
        "maybe",
        "his",
        "her",
        "dark",
        "light",
    }:
        last += 1
    text = reading.text
    left = text[tokens[first].start : tokens[at - 1].end]
    right = text[tokens[at + 1].start : tokens[last].end]
    return Finding("hedged_options", tokens[first].start, tokens[last].end, (left, right))


def _option_start(reading: Reading, at: int) -> int:
    """One word, or the phrase back to its article when the other side begins with an article."""
    articles = {"a", "an", "the"}
    if reading.word(at + 1) in articles:
        for first in range(at - 1, max(-1, at - 6), -1):
            if (
                reading.word(first) in articles
                and reading.tokens[first].clause == reading.tokens[at].clause
            ):
                return first
    return at - 1


def _both_known(reading: Reading, match: re.Match[str]) -> bool:
    pair = [Reading(match[1]).hits, Reading(match[2]).hits]
    wanted = {
        "colour",
        "garment",
        "footwear",
        "accessory",
        "hair_style",
        "human",
        "hair_shape",
        "build",
        "covering",
        "species",
    }
    return all(hits and hits[0].categories & wanted for hits in pair)


def actions(reading: Reading) -> Iterator[Finding]:
    """Doing something, where a description should only say how somebody looks."""
    doing, finite = word_set("actions", "doing"), word_set("actions", "finite")
    for at, token in enumerate(reading.tokens):
        two = f"{token.word} {reading.word(at + 1)}"
        if token.word in doing or two in doing:
            found = _participle(reading, at)
        elif token.word in finite or two in finite:
            found = _finite(reading, at)
        else:
            continue
        if found:
            yield Finding(
                "action_in_identity", token.start, _clause_end(reading, at), removable=True
            )


BODY_NOUNS = frozenset({
    "hair", "hair_style", "marker", "accessory", "face", "garment", "footwear", "covering", "animal_mark", "pattern",
    "robot_mark", "beard", "form", "hair_shape", "coat", "surface",
})  # fmt: skip


def _participle(reading: Reading, at: int) -> bool:
    following = reading.word(at + 1)
    glued = reading.text[reading.tokens[at].start - 1 : reading.tokens[at].start] in {"-", "‑"}
    if glued or following in word_set("actions", "gear") or _on_body(reading, at):
        return False
    if reading.word(at - 1) in {
        "a",
        "an",
        "the",
        "his",
        "her",
        "their",
        "and",
    } and following not in word_set("actions", "scene"):
        return False
    if (
        following
        and following not in word_set("actions", "scene")
        and reading.tokens[at + 1].sentence == reading.tokens[at].sentence
    ):
        return reading.word(at) in {
            "playing",
            "singing",
            "riding",
            "driving",
            "smoking",
            "drinking",
            "eating",
            "reading",
            "strumming",
            "fighting",
            "chasing",
            "kissing",
        } and following not in {"fields"}
    return not _mark_before(reading, at)


def _finite(reading: Reading, at: int) -> bool:
    before = reading.word(at - 1)
    subject = before in {
        "he",
        "she",
        "it",
        "they",
        "who",
        "that",
        "and",
        "slowly",
        "quickly",
        "always",
        "often",
    }
    person = reading.hit_at.get(at - 1)
    named = person is not None and bool(
        person.categories & {"human", "role", "species", "robot", "creature", "object"}
    )
    if not (subject or named) or _on_body(reading, at) or _mark_before(reading, at, reach=3):
        return False
    units = {
        "tall",
        "high",
        "about",
        "just",
        "nearly",
        "at",
        "only",
        "over",
        "under",
        "roughly",
        "around",
        "upright",
        "two",
        "three",
        "six",
        "some",
    }
    return not (
        reading.word(at) in {"stands", "sits"}
        and (reading.word(at + 1) in units or reading.word(at + 1)[:1].isdigit())
    )


def _on_body(reading: Reading, at: int) -> bool:
    """ "running from ear to jaw", "climbing up her neck": a mark or hair, not a deed."""
    tokens = reading.tokens
    ahead = [
        token.word for token in tokens[at + 1 : at + 7] if token.sentence == tokens[at].sentence
    ]
    if reading.word(at) in {"standing", "stands"} and (
        any(word[:1].isdigit() for word in ahead[:3])
        or set(ahead[:4]) & {"tall", "high", "upright", "metres", "feet"}
    ):
        return True
    return bool(set(ahead) & word_set("actions", "body")) and reading.word(at) not in {
        "singing",
        "dancing",
        "walking",
    }


def _mark_before(reading: Reading, at: int, reach: int = 4) -> bool:
    """The nearest known noun before, within the clause, is part of the look: it does the running."""
    clause = reading.tokens[at].clause
    for before in range(at - 1, max(-1, at - 1 - reach), -1):
        if reading.tokens[before].clause != clause:
            return False
        hit = reading.hit_at.get(before)
        if (
            hit
            and hit.categories & BODY_NOUNS
            and not hit.categories & {"role", "human", "species", "object", "robot", "creature"}
        ):
            return True
        if hit and hit.categories & {"human", "role", "species", "pronoun"}:
            return False
    return False


def _clause_end(reading: Reading, at: int) -> int:
    tokens = reading.tokens
    last = at
    while last + 1 < len(tokens) and tokens[last + 1].clause == tokens[at].clause and last - at < 7:
        last += 1
    return tokens[last].end
