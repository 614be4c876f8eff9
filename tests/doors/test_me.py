"""One's own settings: what one hears of, by what, and the language of one's pages."""

import re

import pytest

from helpdesk.web.me import EVENTS, WAYS
from tests.doors.pages import text
from tickets import notifying
from tickets.models import Notice, User


@pytest.fixture
def desk(client, sara):
    client.force_login(sara)
    return client


def checked(response):
    page = response.content.decode()
    boxes = re.findall(r"<input[^>]+type=\"checkbox\"[^>]*>", page)
    named = [(re.search(r'name="([^"]+)"', box), "checked" in box) for box in boxes]
    return sorted(name[1] for name, is_on in named if name and is_on and "-" in name[1])


def test_whoever_has_chosen_nothing_hears_on_the_page(desk):
    response = desk.get("/me/")

    assert checked(response) == sorted(f"{why}-page" for why in Notice.Why if why != "missed")


def test_every_event_and_way_is_there():
    assert (set(EVENTS), set(WAYS)) == (set(Notice.Why.values), set(notifying.CHANNELS))


def test_what_is_chosen_is_kept(desk, sara):
    response = desk.post(
        "/me/",
        {"named-page": "on", "named-mail": "on", "missed-text": "on", "language": "sv"},
    )

    assert (response.status_code, response["Location"]) == (302, "/me/")
    sara.refresh_from_db()
    assert sara.hears_by == {why: [] for why in EVENTS} | {
        "named": ["page", "mail"],
        "missed": ["text"],
    }
    assert (sara.language, sara.hears_at_any_hour) == ("sv", False)
    assert checked(desk.get("/me/")) == ["missed-text", "named-mail", "named-page"]


def test_the_page_says_where_mail_and_texts_go(desk, sara):
    assert "We know no mail address of yours" in text(desk.get("/me/"))
    assert "We know no number of yours that takes texts" in text(desk.get("/me/"))

    User.objects.update(email="sara@dahl.example", phone="(617) 555-0177")

    page = text(desk.get("/me/"))
    assert "Mail goes to sara@dahl.example." in page
    assert "Texts go to (617) 555-0177" in page


def test_a_language_there_is_none_of_is_refused_and_nothing_is_kept(desk, sara):
    response = desk.post("/me/", {"language": "xx", "named-mail": "on"})

    assert response.status_code == 422
    assert checked(response) == ["named-mail"]
    sara.refresh_from_db()
    assert (sara.hears_by, sara.language) == ({}, "")


@pytest.mark.parametrize("kept", [[], {"named": "mail"}, {"named": ["pigeon"]}, {"gone": ["mail"]}])
def test_what_makes_no_sense_in_the_row_breaks_nothing(desk, sara, kept):
    User.objects.filter(pk=sara.pk).update(hears_by=kept)

    assert desk.get("/me/").status_code == 200


def test_nobody_changes_what_another_hears_of(desk, per):
    desk.post("/me/", {"named-mail": "on", "user": str(per.pk), "pk": str(per.pk)})

    per.refresh_from_db()
    assert per.hears_by == {}


def test_it_is_behind_ones_name(desk):
    assert '<a href="/me/">My settings</a>' in desk.get("/").content.decode()


def test_it_is_called_alike_wherever_it_stands(desk):
    page = desk.get("/me/").content.decode()

    title = re.search(r"<title>\s*(.*?)\s*·", page)[1]
    assert (title, "<h1>My settings</h1>" in page) == ("My settings", True)
