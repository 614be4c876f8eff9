"""For you: who named you in a note, and what happened on what you watch."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk import journey
from helpdesk.web import notices
from tests.doors.pages import said, text
from tickets.models import Interaction, Notice


@pytest.fixture
def desk(client, sara):
    client.force_login(sara)
    return client


@pytest.fixture
def named(ticket, per, monday_nine):
    """Let Per name Sara in a note."""

    def named(words="@sara have a look"):
        return journey.note_added(ticket, words, by=per, now=monday_nine)

    return named


def unseen():
    return Notice.objects.filter(seen_at__isnull=True).count()


def test_nothing_is_new(desk):
    assert "Nothing new for you" in text(desk.get("/notices/"))
    assert "Nothing read yet" in text(desk.get("/notices/?what=read"))


def test_a_note_that_names_me_leads_to_it(desk, named, ticket):
    note = named()

    page = desk.get("/notices/")

    assert f"{ticket} Laptop “@sara have a look” You were named Note: Per Holm" in text(page)
    assert f'href="/tickets/{ticket.pk}/#contact-{note.pk}"' in page.content.decode()


def test_what_is_for_another_is_not_for_me(named, per, client):
    named()
    client.force_login(per)

    assert "Nothing new for you" in text(client.get("/notices/"))


def test_one_is_read(desk, named, ticket):
    named("@sara the first")
    named("@sara the second")
    first = Notice.objects.earliest("pk")

    response = desk.post(
        f"/notices/{first.pk}/read/", headers={"Referer": "http://testserver/notices/"}
    )

    assert (response.status_code, response["Location"]) == (302, "/notices/")
    assert "the first" not in text(desk.get("/notices/"))
    assert "the second" in text(desk.get("/notices/"))
    assert "the first" in text(desk.get("/notices/?what=read"))


def test_all_are_read(desk, named):
    named()
    named()

    response = desk.post("/notices/read/")

    assert (unseen(), said(response)) == (0, ["2 are read."])


def test_nobody_reads_for_another(named, sara, eva):
    named()
    other = Client()
    other.force_login(eva)

    other.post(f"/notices/{Notice.objects.get().pk}/read/")
    other.post("/notices/read/")

    assert unseen() == 1


def test_pages_lose_none(desk, named, monkeypatch):
    monkeypatch.setattr(notices, "ROWS", 3)
    for n in range(8):
        named(f"@sara number {n}.")

    seen, address = [], "/notices/"
    while address:
        page = desk.get(address).context["page"]
        seen += [notice.interaction.text for notice in page.rows]
        address = f"/notices/{page.next}" if page.next else ""

    assert seen == [f"@sara number {n}." for n in range(7, -1, -1)]


def test_what_they_wrote_is_shown_and_never_run(desk, named):
    named("@sara <script>alert(1)</script>")

    assert "<script>alert" not in desk.get("/notices/").content.decode()


@pytest.mark.parametrize("what", ["", "?what=read"])
def test_many_cost_no_more_than_one(desk, named, sara, monday_nine, what):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            desk.get(f"/notices/{what}")
        return len(captured)

    costs = []
    for more in (1, 2, 20):
        for _ in range(more):
            named()
        Notice.objects.update(seen_at=monday_nine if what else None)
        costs.append(cost())

    assert costs == [4, 4, 4]
    assert Interaction.objects.filter(kind="note").count() == 23
