"""Canned replies: the list, writing one, taking it out of use."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.web import replies
from policies import canned
from policies.models import CannedReply
from tests.doors.pages import errors, said, text


@pytest.fixture
def write(shop, eva, monday_nine):
    def write(title="Hours", words="We open at nine.", **more):
        return canned.write(
            title, words, **{"language": "en", "by": eva, "now": monday_nine} | more
        )

    return write


@pytest.fixture
def desk(at_desk, monkeypatch):
    monkeypatch.setattr(replies, "now", lambda: at_desk.at)
    return at_desk


def listed(response):
    return [row.title for row in response.context["page"].rows]


def test_an_empty_list_says_what_it_is_for(desk):
    assert "Write down once what you answer every day. Write one" in text(desk.get("/replies/"))


def test_they_are_listed_by_title_and_found_by_any_word(desk, write):
    write("Parking", "Behind the house, from nine.")
    write("Hours", "We open at nine.")
    write("Gone", active=False)

    assert listed(desk.get("/replies/")) == ["Hours", "Parking"]
    assert listed(desk.get("/replies/?q=NINE+house")) == ["Parking"]
    assert listed(desk.get("/replies/?q=hours")) == ["Hours"]
    assert listed(desk.get("/replies/?q=zebra")) == []
    assert listed(desk.get("/replies/?state=out")) == ["Gone"]


def test_by_language_where_there_are_several(desk, write, shop):
    write("Hours")
    write("Tider", language="sv")

    assert "Language All English Swedish" in text(desk.get("/replies/"))
    assert listed(desk.get("/replies/?language=sv")) == ["Tider"]
    assert listed(desk.get("/replies/?language=xx")) == ["Hours", "Tider"]
    shop.languages = ["en"]
    shop.save()
    assert "Language" not in text(desk.get("/replies/"))


def test_one_is_written(desk, sara, monday_nine):
    form = {"title": "Hours", "language": "en", "text": "Dear {name}, at nine.", "active": "on"}
    response = desk.post("/replies/new/", form)

    reply = CannedReply.objects.get()
    assert response["Location"] == "/replies/"
    assert said(response) == ["Saved."]
    assert (reply.title, reply.text, reply.active) == ("Hours", "Dear {name}, at nine.", True)
    assert (reply.written_by, reply.written_at) == (sara, monday_nine)


def test_one_is_changed_and_taken_out_of_use(desk, write, sara):
    reply = write()

    desk.post(f"/replies/{reply.pk}/", {"title": "Hours", "language": "en", "text": "At ten."})

    reply.refresh_from_db()
    assert (reply.text, reply.active, reply.written_by) == ("At ten.", False, sara)
    assert CannedReply.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"title": " ", "text": "x"}, "title"),
        ({"title": "x" * 81, "text": "x"}, "title"),
        ({"title": "x", "text": " \n"}, "text"),
        ({"title": "x", "text": "x" * (canned.LONGEST + 1)}, "text"),
        ({"title": "x", "text": "Dear {nobody}"}, "text"),
        ({"title": "x", "text": "Dear {"}, "text"),
        ({"title": "x", "text": "x", "language": "xx"}, "language"),
    ],
)
def test_what_cannot_be_used_is_refused_and_kept(desk, form, wrong):
    response = desk.post("/replies/new/", {"language": "en"} | form)

    assert list(errors(response, "form")) == [wrong]
    assert not CannedReply.objects.exists()


def test_one_that_is_not_there_is_not_found(desk):
    assert desk.get("/replies/7/").status_code == 404


def test_what_staff_write_is_shown_as_they_wrote_it(desk, write):
    write("<script>alert(1)</script>", "<script>alert(2)</script>")

    assert "<script>alert" not in desk.get("/replies/").content.decode()


def test_the_list_asks_as_much_for_many_as_for_one(desk, write):
    counts = []
    for n in (1, 3, 40):
        while CannedReply.objects.count() < n:
            write(f"Reply {CannedReply.objects.count()}")
        with CaptureQueriesContext(connection) as captured:
            desk.get("/replies/")
        counts.append(len(captured))

    assert len(set(counts)) == 1
    assert counts[0] <= 10
