"""The app as a new user meets it: a real server, a real browser, real clicks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
FILM_TIMEOUT_MS = 240_000
STEP_MS = 60_000

APP = "document.querySelector('.stApp')"
DARK, LIGHT = "rgb(21, 22, 24)", "rgb(252, 252, 251)"


def begin_demo(page, address, driver) -> str:
    """Make the demo project through the page; returns its id."""
    page.goto(address)
    page.get_by_role("button", name="Try the demo song").click()
    page.wait_for_url(re.compile(r"/song\?project="), timeout=STEP_MS)
    driver.settle(page)
    return page.url.partition("project=")[2]


def test_a_first_visit_is_told_what_to_do(page, address, driver):
    page.goto(address)
    page.get_by_role("heading", name=re.compile("Turn a song into|Projects")).wait_for(
        timeout=STEP_MS
    )

    page.get_by_text("Drop a song here").wait_for(timeout=STEP_MS)
    page.get_by_role("button", name="Try the demo song").wait_for(timeout=STEP_MS)


def test_a_file_that_is_no_music_is_refused_in_words(page, address, driver, tmp_path):
    notes = tmp_path / "notes.mp3"
    notes.write_text("only words")
    page.goto(address)
    page.locator("input[type=file]").first.set_input_files(notes)

    alert = page.get_by_test_id("stAlert")
    alert.wait_for(timeout=STEP_MS)
    assert "Traceback" not in alert.inner_text()
    assert len(alert.inner_text()) > 20


@pytest.mark.slow
def test_the_demo_song_becomes_a_film_that_plays_and_downloads(page, address, driver):
    project = begin_demo(page, address, driver)
    page.goto(f"{address}/film?project={project}")
    page.get_by_text("360", exact=True).click()
    page.get_by_text("640 × 360").wait_for(timeout=STEP_MS)
    driver.settle(page)
    page.get_by_role("button", name=re.compile("Make the film")).click()
    page.get_by_test_id("run").wait_for(timeout=STEP_MS)

    page.reload()
    page.get_by_test_id("run").wait_for(timeout=STEP_MS)
    page.get_by_test_id("run").get_by_text("%").first.wait_for(timeout=STEP_MS)

    video = page.locator("video")
    video.wait_for(timeout=FILM_TIMEOUT_MS)
    page.wait_for_function("() => document.querySelector('video').duration > 5", timeout=STEP_MS)
    driver.settle(page)
    page.wait_for_function("() => document.querySelector('video').poster.startsWith('data:')")
    with page.expect_download(timeout=STEP_MS) as film:
        page.get_by_role("button", name=re.compile("Film, MP4")).click()
    assert Path(film.value.path()).read_bytes()[4:8] == b"ftyp"


def test_every_page_opens_without_an_error(page, address, driver):
    project = begin_demo(page, address, driver)
    for name in ("song", "plan", "cast", "clips", "film", "costs", "settings"):
        page.goto(f"{address}/{name}?project={project}")
        driver.settle(page)
        assert page.get_by_test_id("stException").count() == 0, name


def test_a_project_can_be_renamed_deleted_restored_and_deleted_for_good(page, address, driver):
    project = begin_demo(page, address, driver)
    page.goto(address)
    card = page.locator(f".st-key-card_{project}")
    card.get_by_role("button", name="More").click()
    page.get_by_text("Rename", exact=True).click()
    page.get_by_role("dialog").get_by_label("Title").fill('Night & "Drive" <b>')
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    card.get_by_text('Night & "Drive" <b>', exact=True).wait_for(timeout=STEP_MS)

    delete(page, card)
    page.get_by_role("button", name="Undo").click()
    card.wait_for(timeout=STEP_MS)

    delete(page, card)
    driver.settle(page)
    page.get_by_text(re.compile("^Trash")).click()
    page.get_by_role("button", name="Empty the trash").click()
    page.get_by_role("dialog").get_by_text(re.compile("lost for good")).wait_for(timeout=STEP_MS)
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    page.get_by_text(re.compile("^Trash")).wait_for(state="detached", timeout=STEP_MS)


def delete(page, card):
    card.get_by_role("button", name="More").click()
    page.get_by_text("Delete", exact=True).click()
    card.wait_for(state="detached", timeout=STEP_MS)


def test_the_studio_is_dark_until_light_is_chosen_and_stays_as_chosen(browser, address, driver):
    page = browser.new_context(color_scheme="light").new_page()
    errors = driver.watch(page)
    page.goto(address)
    page.wait_for_function(f"getComputedStyle({APP}).backgroundColor === '{DARK}'")

    page.goto(f"{address}/settings")
    page.wait_for_function(f"getComputedStyle({APP}).backgroundColor === '{DARK}'")
    page.get_by_test_id("stMainMenu").get_by_role("button").click()
    page.get_by_test_id("stMainMenuItem-theme-Light").click()
    page.wait_for_function(f"getComputedStyle({APP}).backgroundColor === '{LIGHT}'")

    page.goto(address)
    page.wait_for_function(f"getComputedStyle({APP}).backgroundColor === '{LIGHT}'")
    page.context.close()
    assert not errors


def test_a_cold_link_into_a_project_shows_that_page(browser, driver, tmp_path):
    from pipeline.settings import read_settings
    from pipeline.studio import open_studio

    studio = open_studio(read_settings({}, home=tmp_path / "studio"), work_here=False)
    project = studio.create_demo().id
    studio.close()
    with driver.serving(tmp_path) as address:
        page = browser.new_page()
        page.goto(f"{address}/film?project={project}")
        page.get_by_role("button", name=re.compile("Make the film")).wait_for(timeout=STEP_MS)
        assert page.get_by_role("dialog").count() == 0
        assert page.get_by_role("link", name="Settings").count() > 0
        page.close()


def test_a_share_shows_each_visitor_their_own_projects_only(browser, driver, tmp_path):
    with driver.serving(tmp_path, STUDIO_HOSTED="1") as address:
        first = browser.new_page()
        project = begin_demo(first, address, driver)
        first.get_by_role("link", name="Projects").first.click()
        first.locator(f".st-key-card_{project}").wait_for(timeout=STEP_MS)

        second = browser.new_page()
        second.goto(address)
        second.get_by_text("Turn a song into a music video").wait_for(timeout=STEP_MS)
        assert second.locator("[class*=st-key-card_]").count() == 0
        assert second.get_by_text("This studio is shared").is_visible()
        first.close()
        second.close()
