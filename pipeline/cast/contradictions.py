"""Two statements that cannot both be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.cast.binding import family
from pipeline.cast.findings import Finding
from pipeline.cast.reading import Hit, Reading
from pipeline.cast.slots import Look
from pipeline.model import CharacterKind

TWO_TONE = re.compile(
    r"\b(?:streak\w*|highlight\w*|tips?|tipped|half|roots?|one\s+side|left|right|ombr[eé]|balayage|underneath|underside|"
    r"temples?|sides?|strands?|flecked|patch\w*|split|two[\s-]tone\w*|ends|fading|faded|greying|graying|turning|undercut|on\s+top|"
    r"crown|dip[\s-]dyed|wig|peppered|threaded|shot\s+through|lock\s+of|dyed|mixed|parting|lowlights?|salt)\b",
    re.IGNORECASE,
)
BALD_PART = re.compile(
    r"\b(?:sides?|on\s+top|crown|patch|spot|partially|partly|half|left|right|back|balding|eagle|stubble|under|undercut|tufts?|"
    r"fringe\s+of|ring\s+of|beard|moustache|mustache|eyebrows?|temples?|one\s+side|nape)\b",
    re.IGNORECASE,
)
HAIR_LONG = frozenset({"long", "waist length", "hip length", "knee length", "elbow length"})
HAIR_SHORT = frozenset({
    "short", "cropped", "close cropped", "buzz cut", "buzzcut", "crew cut", "crewcut", "pixie cut",
    "pixie crop", "buzzed", "shaved", "clipped",
})  # fmt: skip
PAIRS = (
    (r"\bclean[\s-]?shaven\b(?!\s+(?:head|scalp|skull))", r"\b(?:full|thick|long|bushy|short|trimmed|grey|gray|black|brown|red|white|neat|braided|heavy|dark)\s+(?:\w+\s+)?(?:beard|moustache|mustache|goatee)\b|\b(?:bearded|goatee|a\s+beard|a\s+moustache|a\s+mustache|stubble)\b"),
    (r"\bbarefoot(?:ed)?\b|\bbare\s+feet\b", r"\b(?:wearing|in|wears|and)\s+(?:[\w-]+\s+){0,4}?(?:boots|shoes|sneakers|trainers|sandals|loafers|heels|brogues)\b"),
    (r"\b(?:bipedal|two[\s-]legged)\b", r"\b(?:four[\s-]legged|quadruped\w*|on\s+four\s+legs|six[\s-]legged|eight[\s-]legged)\b"),
    (r"\b(?:very\s+|extremely\s+|unusually\s+)?tall,?\s+(?:and\s+|[\w-]+\s+)?(?:man|woman|person|figure|guy|lady|build|stature|height|frame)\b|\b(?:very|extremely|unusually)\s+tall\b", r"\b(?:short|tiny|diminutive|very\s+short)\s+(?:stature|in\s+(?:height|stature)|man|woman|person|guy|lady|figure|build|height)\b|\bvery\s+short\b(?!\s+(?:\w+\s+){0,2}?(?:hair|\w*cut|beard|sleeves|skirt|dress|curls|crop|bob|fringe|afro|coat|fur|tail|legs|shorts))|\bof\s+short\s+stature\b"),
    (r"\bshort,?\s+(?:and\s+)?(?:man|woman|person|guy|lady)\b", r"\btall\b(?!\s+(?:hat|boots|crown|collar))"),
    (r"\b(?:pale|fair|white|very\s+light|porcelain|light)\s+(?:skin|complexion|skinned)\b|\b(?:pale|fair)[\s-]skinned\b", r"\b(?:dark|deep\s+brown|black|ebony|dark\s+brown|brown)\s+(?:skin|complexion)\b|\bdark[\s-]skinned\b"),
    (r"\bhairless\b", r"\b(?:long|short|thick|fluffy|curly|shaggy|black|white|brown|grey|soft)\s+(?:\w+\s+)?(?:fur|hair|coat)\b"),
    (r"\bwithout\s+(?:any\s+)?glasses\b|\bno\s+glasses\b", r"\b(?:wears|wearing|with)\s+(?:[\w-]+\s+){0,3}?glasses\b"),
    (r"\bsleeveless\s+(?:\w+\s+)?(?P<g>dress|shirt|blouse|top|gown|tunic|jacket|coat)\b", r"\blong[\s-]sleeved\s+(?:\w+\s+)?(?P=g)\b"),
    (r"\bno\s+tattoos?\b|\bwithout\s+(?:any\s+)?tattoos\b|\buntattooed\b", r"\b(?:tattoo(?:s|ed)?\s+(?:on|across|of|covering|sleeves?)|sleeve\s+tattoos?|with\s+(?:a\s+)?(?:\w+\s+)?tattoos?)\b"),
    (r"\b(?:invisible|completely\s+transparent)\b", r"\bopaque\b"),
    (r"\bsmooth[\s-]skinned\b|\b(?:flawless|smooth|unlined|unmarked|unblemished)\s+(?:face|skin)\b", r"\b(?:deeply\s+)?(?:wrinkled|scarred|pockmarked|lined)\s+(?:face|skin|cheeks)\b|\bscarred\b"),
    (r"\bstraight\s+(?:\w+\s+)?hair\b", r"\b(?:curly|coiled|frizzy|kinky)\s+(?:\w+\s+)?hair\b|\bafro\b"),
    (r"\bone[\s-]eyed\b", r"\b(?:two|both)\s+(?:\w+\s+)?eyes\b"),
    (r"\b(?:tiny|miniature|palm[\s-]sized|thumb[\s-]sized)\b(?=[^.;]{0,40}\b(?:creature|robot|dragon|dog|cat|animal|monster|machine|being|drone|golem)\b)", r"\b(?:huge|giant|gigantic|colossal|enormous|towering|house[\s-]sized)\b(?!\s+(?:eyes?|ears?|wings?|teeth|feet|hands|paws|tail|claws|lamp|lens|head))"),
)  # fmt: skip


def contradictions(look: Look) -> Iterator[Finding]:
    """Contradictions of one body; a group has many bodies and is not judged by these."""
    if look.kind is CharacterKind.GROUP:
        return
    yield from _pairs(look.reading.plain)
    if look.kind in {CharacterKind.HUMAN, CharacterKind.MASKED}:
        yield from _bald(look)
        yield from _hair_colours(look)
        yield from _hair_lengths(look)
        yield from _ages(look)
        yield from _builds(look)
    yield from _eye_colours(look)
    yield from _garments(look)
    yield from _coats(look)


def _span(reading: Reading, first: tuple[int, int], second: tuple[int, int]) -> Finding:
    """Quote the later statement and offer to keep either: each choice is in the text already."""
    later = max(first, second)
    return Finding("contradiction", *later, removable=True)


def _pairs(plain: str) -> Iterator[Finding]:
    for one, other in PAIRS:
        left = re.search(one, plain, re.IGNORECASE)
        if left is None:
            continue
        pattern = other.replace("(?P=g)", re.escape(left.groupdict().get("g") or ""))
        right = re.search(pattern, plain, re.IGNORECASE)
        if right and not _overlap(left, right) and not _parts(plain, left, right):
            place = max(left.span(), right.span())
            yield Finding("contradiction", *place, removable=True)


def _overlap(left: re.Match[str], right: re.Match[str]) -> bool:
    return left.start() < right.end() and right.start() < left.end()


def _parts(plain: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Two parts of one body may differ: vitiligo, a curled end of straight hair."""
    low, high = min(left.start(), right.start()), max(left.end(), right.end())
    return bool(
        re.search(
            r"\b(?:vitiligo|patches|ends|underneath|half|one\s+side)\b",
            plain[low:high],
            re.IGNORECASE,
        )
    )


def _bald(look: Look) -> Iterator[Finding]:
    reading = look.reading
    for bald in reading.of("hairless"):
        if bald.phrase == "balding" or BALD_PART.search(_around(reading, bald, 0, 30)):
            continue
        for hair in _head_hair(look):
            if look.bonds.tints_of(hair) or reading.near(hair, _lengths(), 4, 0):
                yield Finding("contradiction", *_phrase_span(look, hair), removable=True)
                return


def _lengths() -> frozenset[str]:
    return frozenset(
        [
            "long",
            "short",
            "curly",
            "wavy",
            "straight",
            "thick",
            "flowing",
            "shoulder",
            "spiky",
            "braided",
        ]
    )


def _head_hair(look: Look) -> list[Hit]:
    reading = look.reading
    body = {"facial", "chest", "arm", "nose", "body", "back", "no", "without", "hand", "leg"}
    return [
        hit
        for hit in reading.of("hair", "hair_style")
        if not hit.categories & {"garment", "accessory", "footwear", "beard"}
        and reading.word(hit.first - 1) not in body
        and hit.words[-1] in HAIR_WORDS
    ]


HAIR_WORDS = frozenset(
    [
        "hair",
        "ponytail",
        "braid",
        "plait",
        "bob",
        "afro",
        "dreadlock",
        "curl",
        "bun",
        "mohawk",
        "loc",
        "cornrow",
        "pigtail",
        "ringlet",
        "tress",
    ]
)


def _phrase_span(look: Look, noun: Hit) -> tuple[int, int]:
    """The noun with its own adjectives in front."""
    reading = look.reading
    start = noun.first
    while start > 0 and reading.tokens[start - 1].sentence == reading.tokens[noun.first].sentence:
        hit = reading.hit_at.get(start - 1)
        if hit is None or not hit.categories & {
            "colour",
            "hair_shape",
            "shade",
            "hair_colour_only",
            "material",
            "pattern",
            "size",
        }:
            break
        start = hit.first
    return reading.tokens[start].start, reading.tokens[noun.last].end


def _around(reading: Reading, hit: Hit, before: int, after: int) -> str:
    start, end = reading.span(hit)
    return reading.plain[max(0, start - before) : end + after]


def _hair_colours(look: Look) -> Iterator[Finding]:
    """Two hair phrases of two colours, and no word that would make the hair two-toned."""
    seen: list[tuple[Hit, str]] = []
    for hair in _head_hair(look):
        shades = {family(tint) for tint in look.bonds.tints_of(hair)} - {""}
        if len(shades) == 1:
            seen.append((hair, shades.pop()))
    if len({shade for _, shade in seen}) > 1 and not TWO_TONE.search(look.reading.plain):
        yield Finding("contradiction", *_phrase_span(look, seen[-1][0]), removable=True)


def _hair_lengths(look: Look) -> Iterator[Finding]:
    reading = look.reading
    if TWO_TONE.search(reading.plain):
        return
    long_at, short_at = [], []
    for hair in _head_hair(look):
        shapes = _shapes_before(reading, hair)
        long_at += [hair] if shapes & HAIR_LONG else []
        short_at += [hair] if shapes & HAIR_SHORT else []
    short_at += [hit for hit in reading.of("hair_style") if hit.phrase in HAIR_SHORT]
    if long_at and short_at and long_at[0] is not short_at[0]:
        yield Finding(
            "contradiction",
            *_phrase_span(look, max(long_at[0], short_at[0], key=lambda hit: hit.first)),
            removable=True,
        )


def _shapes_before(reading: Reading, hair: Hit) -> set[str]:
    shapes: set[str] = set()
    at = hair.first - 1
    while at >= 0 and reading.tokens[at].sentence == reading.tokens[hair.first].sentence:
        hit = reading.hit_at.get(at)
        if hit is None or not hit.categories & {
            "hair_shape",
            "colour",
            "shade",
            "hair_colour_only",
        }:
            break
        shapes.add(hit.phrase)
        at = hit.first - 1
    return shapes


def _ages(look: Look) -> Iterator[Finding]:
    ages = [age for age in look.ages if (age.low, age.high) != (18, 120)]
    for one, other in zip(ages, ages[1:], strict=False):
        if max(one.low, other.low) - min(one.high, other.high) > 4:
            yield Finding("contradiction", other.start, other.end, removable=True)
            return
    young = re.search(
        r"\b(?:young|youthful)\s+(?:[\w-]+\s+){0,2}?(?:man|woman|lady|guy|person|girl|boy)\b|\b(?:a|little)\s+(?:girl|boy|child|toddler|teenager)\b",
        look.reading.plain,
        re.IGNORECASE,
    )
    if young and ages and min(age.low for age in ages) >= 50:
        yield Finding("contradiction", young.start(), young.end(), removable=True)


def _builds(look: Look) -> Iterator[Finding]:
    def said(category: str) -> list[Hit]:
        return [
            hit
            for hit in look.reading.of(category)
            if look.describes(hit, {"human", "role", "build_noun"}) or hit.phrase in SURE
        ]

    thin, heavy = said("build_thin"), said("build_heavy")
    if thin and heavy:
        yield Finding(
            "contradiction",
            *look.reading.span(max(thin[0], heavy[0], key=lambda hit: hit.first)),
            removable=True,
        )


SURE = frozenset(
    {
        "heavyset",
        "heavy set",
        "skinny",
        "obese",
        "overweight",
        "slender",
        "portly",
        "stocky",
        "burly",
        "rotund",
        "lanky",
        "willowy",
    }
)


def _eye_colours(look: Look) -> Iterator[Finding]:
    reading = look.reading
    shades: dict[str, Hit] = {}
    for hit in reading.of("eyes"):
        if reading.word(hit.last) not in {"eyes", "eyed"}:
            continue
        for tint in look.bonds.tints_of(hit):
            if family(tint) and tint.last + 2 >= hit.first:
                shades.setdefault(family(tint), hit)
    mixed = re.search(
        r"\b(?:heterochromia|one\s+\w+\s+eye|flecks?|flecked|mismatched|left|right|ringed|rimmed|around)\b",
        reading.plain,
        re.IGNORECASE,
    )
    if len(shades) > 1 and not mixed and len({hit.first for hit in shades.values()}) > 1:
        yield Finding("contradiction", *reading.span(list(shades.values())[-1]), removable=True)


def _garments(look: Look) -> Iterator[Finding]:
    """The same garment named twice in two basic colours."""
    reading = look.reading
    if re.search(
        r"\b(?:under|over|beneath|layered|underneath|lining|lined|trim|cuffs?|first|later|then|sometimes|atop)\b",
        reading.plain,
        re.IGNORECASE,
    ):
        return
    seen: dict[str, tuple[Hit, set[str]]] = {}
    for garment in reading.of("garment"):
        if not garment.categories & {"garment"} or garment.categories & {"skin", "coat", "form"} - {
            "coat"
        }:
            continue
        shades = {family(tint) for tint in look.bonds.tints_of(garment)} - {""}
        before = seen.get(garment.phrase)
        if before and shades and before[1] and not shades & before[1]:
            yield Finding("contradiction", *_phrase_span(look, garment), removable=True)
            return
        if shades:
            seen[garment.phrase] = (garment, shades)


def _coats(look: Look) -> Iterator[Finding]:
    """An animal of one colour whose whole fur is another."""
    if look.kind is not CharacterKind.ANIMAL:
        return
    reading = look.reading
    body: dict[str, Hit] = {}
    for hit in reading.of("species", "coat"):
        if (
            hit.words[-1] not in {"fur", "coat", "pelt", "plumage", "feather"}
            and "species" not in hit.categories
        ):
            continue
        for tint in look.bonds.tints_of(hit):
            if family(tint) and tint.last < hit.first:
                body.setdefault(family(tint), hit)
    parts = r"\b(?:single|patch\w*|mark\w*|spot\w*|stripe\w*|chest|paws?|socks?|blaze|muzzle|belly|tips?|mixed|and|under|back|ears?|mane|tail|collar|face|points?)\b"
    if len(body) > 1 and not re.search(parts, reading.plain, re.IGNORECASE):
        yield Finding("contradiction", *reading.span(list(body.values())[-1]), removable=True)
