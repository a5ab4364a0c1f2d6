"""The description field in a real browser: typing is never disturbed, findings follow at once."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STEP_MS = 60_000
TEXT = "A woman in her early thirties with long black hair, green eyes and freckles"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The home of this file's own server, with one planned project in it."""
    return tmp_path_factory.mktemp("cast")


@pytest.fixture(scope="module")
def planned(home):
    from pipeline.settings import read_settings
    from pipeline.studio import open_studio

    studio = open_studio(read_settings({}, home=home / "studio"))
    project = studio.create_demo().id
    studio.make(project, "plan")
    studio.close()
    return project


@pytest.fixture(scope="module")
def own_address(browser, driver, home, planned):
    """A server whose first visitor came through the front door: cold links have their own test."""
    with driver.serving(home) as address:
        context = browser.new_context()
        front = context.new_page()
        front.goto(address)
        driver.settle(front)
        context.close()
        yield address


@pytest.fixture
def field(page, own_address, driver, planned):
    page.goto(f"{own_address}/cast?project={planned}")
    box = page.get_by_label("Description")
    box.wait_for(timeout=STEP_MS)
    driver.settle(page)
    return box


def state(page):
    return page.locator("p.state")


def test_findings_follow_the_typing_and_mark_the_words(page, field):
    field.fill("")
    field.type(f"{TEXT}, who looks like Rihanna", delay=10)

    page.locator("mark.error", has_text="looks like Rihanna").wait_for(timeout=STEP_MS)
    assert field.input_value() == f"{TEXT}, who looks like Rihanna"
    assert "to settle" in state(page).inner_text()


def test_no_letter_and_no_caret_is_lost_while_answers_arrive(page, field):
    field.fill("A woman with red hair")
    field.press("Home")
    for piece in ("Look: ", "a tall person, ", "namely this: "):
        field.type(piece, delay=30)
        page.wait_for_timeout(350)

    assert field.input_value() == "Look: a tall person, namely this: A woman with red hair"


def test_a_click_on_a_completion_adds_it_and_typing_goes_on_behind_it(page, field):
    field.fill(TEXT)
    page.get_by_role("button", name="wearing a navy wool coat", exact=True).click()
    page.locator("p.state", has_text="Complete").wait_for(timeout=STEP_MS)
    page.keyboard.type(" with brass buttons")

    assert field.input_value() == f"{TEXT}, wearing a navy wool coat with brass buttons"


def test_keys_of_streamlit_are_only_letters_in_the_field(page, field):
    field.fill("")
    field.type("rc rc", delay=20)
    page.wait_for_timeout(400)

    assert field.input_value() == "rc rc"
    assert page.get_by_role("dialog").count() == 0


def test_markup_in_a_description_is_shown_and_never_run(page, field):
    hostile = "<img src=x onerror=document.title='run'> A man, 40"
    field.fill(hostile)
    page.locator("mark.error").first.wait_for(timeout=STEP_MS)

    assert "run" not in page.title()
    assert field.input_value() == hostile


def test_what_was_typed_is_kept_after_a_reload(page, field, driver):
    field.fill(f"{TEXT}, wearing a red sari")
    field.blur()
    page.wait_for_timeout(1500)
    page.reload()
    driver.settle(page)

    assert page.get_by_label("Description").input_value() == f"{TEXT}, wearing a red sari"


def test_a_click_on_draw_takes_what_was_just_typed(page, field, driver):
    words = "a man with one green eye who looks like Elvis"
    field.fill("")
    field.type(words, delay=5)
    page.get_by_role("button", name="Draw · $0.00").click()

    page.get_by_text("Drawing the references").wait_for(timeout=STEP_MS)
    page.reload()
    field.wait_for(timeout=STEP_MS)
    driver.settle(page)
    assert field.input_value() == words
