"""What is sent to a video model: identities whole, limits kept, the person's words verbatim."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Character, ScenePlan, Shot
from pipeline.planning.prompts import Voices, negative_for, prompt_for
from pipeline.planning.styling import fill

Planner = Callable[..., ScenePlan]


def anchor(character: Character) -> str:
    return f"{character.name} in the {character.description.split()[-1].rstrip('.')}"


VOICES = Voices(identity=lambda one: f"{one.name}: {one.description}", anchor=anchor)


def with_lead(plan: ScenePlan) -> Shot:
    return next(shot for shot in plan.shots if shot.character_ids)


def test_text_to_video_begins_with_the_identity_verbatim(plan_for: Planner) -> None:
    plan = plan_for()
    text = prompt_for(with_lead(plan), plan, "t2v", VOICES).text
    assert text.startswith(f"{plan.characters[0].name}: {plan.characters[0].description}")


def test_image_to_video_names_the_wardrobe_and_never_the_face(plan_for: Planner) -> None:
    plan = plan_for()
    text = prompt_for(with_lead(plan), plan, "i2v", VOICES).text
    assert text.startswith(f"{plan.characters[0].name}: {anchor(plan.characters[0])}")
    assert plan.characters[0].description not in text


@pytest.mark.parametrize("limit", [2500, 900, 700, 500])
def test_a_short_limit_costs_scenery_and_never_an_identity(limit: int, plan_for: Planner) -> None:
    plan = plan_for(style={"words": "super 8 film, dusty"})
    shot = with_lead(plan)
    prompt = prompt_for(shot, plan, "t2v", VOICES, limit)
    assert prompt.fits
    assert len(prompt.text) <= limit
    for kept in (plan.characters[0].description, shot.action, "super 8 film, dusty"):
        assert kept in prompt.text


def test_what_cannot_fit_is_said_and_not_cut(plan_for: Planner) -> None:
    plan = plan_for()
    prompt = prompt_for(with_lead(plan), plan, "t2v", VOICES, 100)
    assert not prompt.fits
    assert plan.characters[0].description in prompt.text


def test_the_same_shot_gets_the_same_words(plan_for: Planner) -> None:
    plan = plan_for()
    assert all(
        prompt_for(shot, plan, "t2v", VOICES) == prompt_for(shot, plan, "t2v", VOICES)
        for shot in plan.shots
    )


def test_only_a_singer_sings(plan_for: Planner) -> None:
    plan = plan_for()
    for shot in plan.shots:
        said = "lips moving" in prompt_for(shot, plan, "t2v", VOICES).text
        assert said == bool(shot.singer)
        assert ("singing" in negative_for(shot)) != bool(shot.singer)


def test_own_negatives_come_first_and_once(plan_for: Planner) -> None:
    shot = plan_for().shots[0].model_copy(update={"negative": "balloons, text"})
    words = negative_for(shot).split(", ")
    assert words[:2] == ["balloons", "text"]
    assert words.count("text") == 1


def test_braces_and_marks_in_a_persons_text_are_text(plan_for: Planner) -> None:
    plan = plan_for("A nun named Eve walks.", style={"words": "{look} [who] %s {0}"})
    assert "{look} [who] %s {0}" in prompt_for(plan.shots[0], plan, "t2v", VOICES).text
    assert fill("[who] waits", {"who": "[place]", "place": "x"}) == "[place] waits"


def test_colours_are_sent_by_name_because_a_code_may_be_painted(plan_for: Planner) -> None:
    plan = plan_for()
    texts = [prompt_for(shot, plan, "t2v", VOICES).text for shot in plan.shots]
    assert not [text for text in texts if "#" in text]
    assert all("colours: " in text for text in texts)


def test_a_group_is_spoken_of_as_several(plan_for: Planner) -> None:
    plan = plan_for("two friends on a beach")
    seen = [shot for shot in plan.shots if shot.character_ids]
    assert all(
        "Only two friends are in the picture" in prompt_for(shot, plan, "t2v", VOICES).text
        for shot in seen
    )
