"""A form for everybody: people are filed and answered, machines are put aside."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from helpdesk import duties, journey
from policies.models import FollowUp, Promise
from tests.conftest import CALLER, boston
from tests.outgoing import gateway
from tickets import arrivals
from tickets.models import Arrival, ContactPoint, Customer, Interaction, Ticket

__all__ = ["gateway"]

PAGE, THANKS = "/write/", "/write/thanks/"
TEN = boston(2026, 3, 2, 10)
SAID = {"name": "Bo Ek", "reach": "bo@example.com", "words": "My laptop is slow"}


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        at = TEN

    monkeypatch.setattr("helpdesk.web.public.write.now", lambda: Clock.at)
    return Clock


@pytest.fixture
def shop(shop):
    shop.takes_web_messages = True
    shop.save()
    return shop


@pytest.fixture
def write(shop, clock):
    """Open the page, write for a minute, and send it."""
    client = Client()

    def write(*, seconds=60, page=None, **given):
        page = page or opened(client)
        clock.at += timedelta(seconds=seconds)
        return client.post(PAGE, SAID | {"page": page, "website": ""} | given)

    return write


def opened(client):
    found = re.search(r'name="page" value="([^"]+)"', client.get(PAGE).content.decode())
    return html.unescape(found[1])


def test_a_person_is_filed_and_owed_a_callback(write):
    assert write()["Location"] == THANKS

    contact = Interaction.objects.get()
    assert (contact.kind, contact.text) == ("web", "My laptop is slow")
    assert contact.contact_point.value == "bo@example.com"
    assert Promise.objects.get(ticket=contact.ticket).kind == "callback"
    assert b"My+laptop+is+slow" in bytes(Arrival.objects.get().raw)


def test_sent_twice_it_is_one_ticket(write, shop):
    page = opened(Client())

    for _time in range(2):
        assert write(page=page).status_code == 302

    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "because"),
    [
        pytest.param({"website": "http://pills.example"}, "nobody sees", id="the hidden field"),
        pytest.param({"seconds": 1}, "so fast", id="faster than anybody writes"),
    ],
)
def test_a_machine_is_put_aside_and_thanked_all_the_same(write, given, because):
    assert write(**given)["Location"] == THANKS

    aside = Arrival.objects.get()
    assert (aside.verdict, because in aside.because) == ("quarantined", True)
    assert not Ticket.objects.exists()


def test_a_hundred_machines_make_no_storm_of_tickets(write, shop):
    shop.web_messages_per_hour = 5
    shop.save()

    for n in range(100):
        assert write(reach=f"bot{n}@example.com", seconds=4)["Location"] == THANKS

    assert Ticket.objects.count() == 5
    assert Arrival.objects.filter(verdict="quarantined").count() == 95
    assert Interaction.objects.filter(direction="out").count() <= 5


def test_one_sender_has_three_an_hour(write, clock):
    for _time in range(5):
        write()
    assert Ticket.objects.count() == 3

    clock.at += timedelta(hours=1)
    write()

    assert Ticket.objects.count() == 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"name": ""}, "This field is required", id="no name"),
        pytest.param({"reach": "call me"}, "is not a telephone number", id="no way back"),
        pytest.param({"words": ""}, "This field is required", id="nothing said"),
        pytest.param({"words": "x" * 10_001}, "at most 10000", id="a novel"),
        pytest.param({"page": "made-up"}, "This page is too old", id="a page of their own"),
        pytest.param({"seconds": 25 * 3600}, "This page is too old", id="left open overnight"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(write, given, said):
    response = write(**given)

    page = html.unescape(response.content.decode())
    assert (response.status_code, said in page) == (422, True)
    if "words" not in given:
        assert "My laptop is slow" in page
    assert not Arrival.objects.exists()


def test_who_mends_a_mistake_at_once_is_no_machine(write, shop):
    refused = write(reach="call me").content.decode()
    page = html.unescape(re.search(r'name="page" value="([^"]+)"', refused)[1])

    assert write(page=page, seconds=1)["Location"] == THANKS
    assert Ticket.objects.count() == 1


def test_whose_page_was_too_old_need_not_wait_either(write, shop):
    refused = write(seconds=25 * 3600).content.decode()
    page = html.unescape(re.search(r'name="page" value="([^"]+)"', refused)[1])

    write(page=page, seconds=1)

    assert Ticket.objects.count() == 1


def test_a_page_of_their_own_making_starts_the_clock(write, shop):
    refused = write(page="made-up").content.decode()
    page = html.unescape(re.search(r'name="page" value="([^"]+)"', refused)[1])

    write(page=page, seconds=1)

    assert not Ticket.objects.exists()


def test_it_says_how_long_one_waits_before_and_after(shop, clock):
    for page in (PAGE, THANKS):
        assert "You will hear from us by 2:00" in Client().get(page).content.decode()

    shop.shows_policies = False
    shop.save()

    for page in (PAGE, THANKS):
        assert "You will hear from us by" not in Client().get(page).content.decode()


def test_they_are_thanked_in_their_language(shop, clock):
    client = Client()
    address = f"{PAGE}?language=sv"
    page = re.search(r'name="page" value="([^"]+)"', client.get(address).content.decode())[1]
    clock.at += timedelta(minutes=1)

    thanks = client.post(address, SAID | {"page": html.unescape(page), "website": ""})

    assert client.get(thanks["Location"])["Content-Language"] == "sv"


def test_who_reads_another_language_finds_it(shop, clock):
    leads = 'href="?language=sv"'
    assert leads in Client().get(PAGE).content.decode()
    assert leads not in Client().get(f"{PAGE}?language=sv").content.decode()
    assert leads not in Client().post(PAGE, SAID | {"words": ""}).content.decode()

    shop.languages = ["en"]
    shop.save()

    assert leads not in Client().get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("given", "language"),
    [("sv", "sv"), ("en", "en"), ("", "en"), ("fr", "en"), ("x" * 9000, "en")],
)
@pytest.mark.parametrize("page", ["tickets/{ticket}/identify/", "customers/strangers/{point}/"])
def test_somebody_new_is_written_to_in_the_language_of_the_page(
    write, client, sara, page, given, language
):
    write(language=given)
    ticket = Ticket.objects.get()
    client.force_login(sara)

    names = {"ticket": ticket.pk, "point": ticket.contact_point_id}
    client.post("/" + page.format(**names), {"name": "Bo Ek"})

    assert Customer.objects.get(name="Bo Ek").language == language


def test_the_page_says_in_what_language_it_is(shop, clock):
    page = Client().get(f"{PAGE}?language=sv").content.decode()

    assert '<input type="hidden" name="language" value="sv">' in page


# -- a name that is not the customer's -----------------------------------------------------------


@pytest.fixture
def question(write, client, sara):
    """Write by Ingrid's number, and return what the ticket's page asks staff."""
    client.force_login(sara)

    def question(name):
        write(name=name, reach="(617) 555-0142")
        page = client.get(f"/tickets/{Ticket.objects.get().pk}/").content.decode()
        return re.sub(r"\s+", " ", html.unescape(page))

    return question


@pytest.mark.parametrize("name", ["Ingrid Berg", "ingrid  BERG", "Ingrid", "Ms Ingrid Berg"])
def test_who_signs_as_the_customer_is_the_customer(question, ingrid, name):
    assert "Is it Ingrid Berg?" not in question(name)
    assert Interaction.objects.get(kind="web").is_verified


def test_another_name_is_shown_and_asked_about(question, ingrid):
    page = question("Bo Ek")

    assert Ticket.objects.get().customer == ingrid
    assert "Is it Ingrid Berg?" in page
    assert "They signed as “Bo Ek”." in page
    assert ContactPoint.objects.get(value=CALLER).signed == ""


def test_it_is_them(question, ingrid, client):
    question("Mother")
    contact = Interaction.objects.get(kind="web")

    client.post(f"/tickets/{contact.ticket_id}/messages/{contact.pk}/accept/")

    page = client.get(f"/tickets/{contact.ticket_id}/").content.decode()
    assert ("Is it" in page, "They signed as “Mother”." in page) == (False, True)


def test_it_is_somebody_else(question, ingrid, customer, sara, clock):
    question("Bo Ek")
    bo = customer("Bo Ek", "+16175550143")

    journey.ticket_reassigned_to(Ticket.objects.get(), bo, by=sara, now=clock.at)

    assert Interaction.objects.get(kind="web").is_verified


def test_they_are_told_when_we_call_back_all_the_same(gateway, question, ingrid, clock):
    question("Bo Ek")

    duties.swept(now=clock.at)

    assert FollowUp.objects.get(rule="acknowledgement").sent.recipient == CALLER


# -- put aside, and a ticket after all -----------------------------------------------------------


@pytest.fixture
def desk(write, client, sara):
    client.force_login(sara)
    write(seconds=1, name="Åsa Ek", words="My laptop\nis slow")
    return client


def test_what_was_put_aside_is_read_in_the_list(desk):
    aside = Arrival.objects.get()

    for page in ("/arrivals/", f"/arrivals/{aside.pk}/"):
        shown = desk.get(page).content.decode()
        for said in ("Åsa Ek", "bo@example.com", "My laptop", "is slow", "Make it a ticket"):
            assert said in shown
        assert "Could not be read" not in shown


def test_it_is_made_a_ticket_once(desk):
    aside = Arrival.objects.get()

    for _time in range(2):
        desk.post(f"/arrivals/{aside.pk}/ticket/")

    contact = Interaction.objects.get()
    aside.refresh_from_db()
    assert (aside.verdict, aside.interaction, aside.because) == ("ticket", contact, "")
    assert (contact.text, contact.contact_point.signed) == ("My laptop\nis slow", "Åsa Ek")
    assert Promise.objects.get(ticket=contact.ticket).kind == "callback"


def test_of_a_page_sent_twice_there_is_one_ticket(write, client, sara):
    client.force_login(sara)
    page = opened(Client())
    for _time in range(2):
        write(page=page, website="http://pills.example")

    for aside in Arrival.objects.all():
        client.post(f"/arrivals/{aside.pk}/ticket/")

    assert Ticket.objects.count() == 1
    assert sorted(Arrival.objects.values_list("verdict", flat=True)) == ["ignored", "ticket"]


@pytest.mark.parametrize("raw", [b"", b"name=%C3&words=%", b"\xff\x00=1", b"page=x&reach=nobody"])
def test_whatever_was_sent_can_be_a_ticket(client, sara, raw):
    client.force_login(sara)
    kept = {"via": "web", "source": "web form", "content_type": "", "because": "x", "now": TEN}
    aside = arrivals.keep(raw, verdict="quarantined", **kept)
    assert client.get("/arrivals/").status_code == 200
    assert client.get(f"/arrivals/{aside.pk}/").status_code == 200

    client.post(f"/arrivals/{aside.pk}/ticket/")

    assert Ticket.objects.count() == 1


def test_a_page_too_old_is_sent_once_more(write, clock):
    refused = write(seconds=25 * 3600).content.decode()
    page = html.unescape(re.search(r'name="page" value="([^"]+)"', refused)[1])

    assert write(page=page)["Location"] == THANKS


def test_a_shop_without_the_form_has_no_such_page(shop, clock):
    shop.takes_web_messages = False
    shop.save()

    assert Client().get(PAGE).status_code == 404
    assert Client().post(PAGE, SAID).status_code == 404
