"""The bulletin on a real screen: live, said politely, marked by one key, no caret lost."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from telesec.accounts import bulletin
from telesec.accounts.bulletin import WriteNotice

FLU = "Grippe : comptez 30 % d’appels en plus jusqu’à vendredi."
CHANGE = "Le Cabinet du Moulin change de garde ce soir."


@pytest.fixture
def rose(screen_as, cast):
    return screen_as(cast.supervisor, name="Mme Noé")


@pytest.fixture
def tell(house, rose, cast, clock):
    def write(text=FLU):
        with house.deps.unit_of_work(cast.supervisor) as uow:
            bulletin.write(uow, WriteNotice(text, clock.now() + timedelta(hours=8)))
            uow.commit()

    return write


def test_a_notice_written_by_keyboard_stands_on_an_open_desk_and_one_key_marks_it(ada, rose, cast):
    ada.open("/desk")
    expect(ada.page.locator("#live-state")).to_contain_text("En direct")
    ada.page.locator("#open-number").fill("06 39 98")
    rose.open("/supervisor/bulletin")
    rose.page.locator("#text").focus()
    rose.page.keyboard.type(FLU)
    for _ in range(16):
        rose.page.keyboard.press("Tab")
        if rose.page.evaluate("document.activeElement.matches('.btn-main')"):
            break
    rose.page.keyboard.press("Enter")

    section = ada.page.locator("#bulletin")
    expect(section.locator("li")).to_contain_text(FLU)
    expect(section).to_contain_text("Mme Noé")
    expect(section.locator("#bulletin-said[role=status]")).to_have_text(f"Nouveau au bulletin\u00a0: {FLU}")
    expect(ada.page.locator("#open-number")).to_be_focused()
    expect(ada.page.locator("#open-number")).to_have_value("06 39 98")
    ada.picture("bulletin-new")
    assert ada.axe() == []
    expect(rose.page.locator("tbody tr")).to_contain_text("0 sur 1")
    rose.picture("bulletin-supervisor")
    assert rose.axe() == []

    ada.page.locator("body").press("Escape")
    ada.page.evaluate("document.activeElement.blur()")
    ada.key("b")

    expect(section.locator(".tag-new")).to_have_count(0)
    expect(section.locator("#bulletin-said")).to_have_text("")
    expect(section.locator("li")).to_contain_text(FLU)
    rose.page.reload()
    expect(rose.page.locator("tbody tr")).to_contain_text("1 sur 1")


def test_each_press_marks_the_one_that_is_shown_first(ada, tell):
    tell(CHANGE)
    tell(FLU)
    ada.open("/desk")
    rows = ada.page.locator("#bulletin li")
    expect(rows.first).to_contain_text(FLU)
    expect(ada.page.locator("#bulletin .tag-new")).to_have_count(2)

    ada.key("b")

    expect(rows.first).to_contain_text(CHANGE)
    expect(ada.page.locator("#bulletin .tag-new")).to_have_count(1)


def test_the_command_opens_what_has_ended(ada, tell, rose):
    tell()
    rose.open("/supervisor/bulletin")
    rose.page.get_by_role("button", name="Y mettre fin").click()
    expect(rose.page.locator("tbody tr")).to_contain_text("terminée")
    ada.open("/desk")
    expect(ada.page.locator("#bulletin .empty")).to_be_visible()

    ada.key("/")
    ada.page.keyboard.type("bulletin")
    ada.page.keyboard.press("Enter")

    ada.page.wait_for_url("**/desk/bulletin")
    expect(ada.page.locator("#resume li")).to_contain_text(FLU)
    ada.key("Escape")
    ada.page.wait_for_url("**/desk")


def test_a_refused_notice_keeps_its_words_and_the_keyboard_goes_to_the_field(rose):
    rose.open("/supervisor/bulletin")
    rose.page.locator("#text").fill(FLU)
    rose.page.locator("#until").fill("2001-01-01T09:00")
    rose.page.get_by_role("button", name="Mettre au bulletin").click()

    expect(rose.page.locator("#wrong-until")).to_contain_text("plus tard que maintenant")
    expect(rose.page.locator("#until")).to_be_focused()
    expect(rose.page.locator("#text")).to_have_value(FLU)
