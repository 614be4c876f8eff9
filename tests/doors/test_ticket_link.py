"""Their own ticket without a password: whoever has the link, and nobody else."""

import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from billing.models import Rate
from helpdesk import journey
from policies import promises, replies
from policies.models import FollowUp, FollowUpRule, Promise, Quote, Turnaround
from tests.conftest import boston
from tickets import intake, tokens
from tickets.models import (
    Attachment,
    ContactPoint,
    Customer,
    Interaction,
    Notice,
    Service,
    Ticket,
)
from tickets.outbox import Route

TEN = boston(2026, 3, 2, 10)
NOTHING = "This link opens nothing"


@pytest.fixture
def clock(monkeypatch):
    """What time the pages take it to be."""

    class Clock:
        at = TEN

    for module in ("links", "ticket"):
        monkeypatch.setattr(f"helpdesk.web.public.{module}.now", lambda: Clock.at)
    return Clock


@pytest.fixture
def ticket(missed, ingrid):
    """Ingrid called at nine and is called back by one."""
    missed(now=boston(2026, 3, 2, 9))
    return Ticket.objects.get()


@pytest.fixture
def laptops(shop):
    return Service.objects.get(name="Laptop repair")


@pytest.fixture
def opens(clock, shop):
    """Open the page as somebody who has never logged in."""
    client = Client()

    def opens(token, what="", given=None):
        address = f"/t/{token}/{what}"
        return client.get(address) if given is None else client.post(address, given)

    return opens


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def words(response):
    page = response.content.decode().partition("<main")[2]
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", page).split())).replace("\u202f", " ")


def token(ticket, at=TEN):
    return tokens.link(ticket.pk, at=at)


def test_it_says_how_it_stands_and_what_was_promised(opens, ticket):
    response = opens(token(ticket))

    assert response.status_code == 200
    said = read(response)
    assert "We have it We call you back by 1:00 PM today." in words(response)
    assert "We call you back <b>by 1:00 PM today</b>" in said
    assert "You called" in said
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda good, other: "", id="none"),
        pytest.param(lambda good, other: "abc", id="not one of ours"),
        pytest.param(lambda good, other: good[:-1] + "10"[good[-1] == "1"], id="forged"),
        pytest.param(lambda good, other: other + good[good.index("-") :], id="another ticket's"),
        pytest.param(lambda good, other: good.upper(), id="in capitals"),
        pytest.param(lambda good, other: "9" * 400, id="very long"),
    ],
)
def test_a_forged_link_opens_nothing_and_tells_nothing(opens, ticket, shop, broken):
    good = token(ticket)
    wrong = broken(good, tokens.link(ticket.pk + 1, at=TEN).split("-")[0])

    response = opens(wrong) if wrong else Client().get("/t/")

    assert response.status_code == 404
    assert shop.name not in response.content.decode()


def test_it_opens_for_sixty_days(opens, ticket, clock, settings):
    good = token(ticket)
    assert settings.LINK_SECONDS == 60 * 24 * 3600
    clock.at = TEN + timedelta(seconds=settings.LINK_SECONDS)
    assert opens(good).status_code == 200

    clock.at += timedelta(minutes=1)

    assert NOTHING in read(opens(good))


def test_a_link_of_tomorrow_is_forged_too(opens, ticket):
    assert opens(token(ticket, at=TEN + timedelta(days=1))).status_code == 404


def test_revoked_it_opens_nothing_and_a_new_one_does(opens, ticket, clock):
    Ticket.objects.update(links_revoked_at=TEN)
    assert opens(token(ticket)).status_code == 404

    clock.at = TEN + timedelta(minutes=1)

    assert opens(token(ticket, at=clock.at)).status_code == 200


def test_of_a_merged_ticket_it_opens_what_became_of_it(opens, ticket, ingrid, sara):
    other = intake.open_ticket(subject="Laptop", channel="call", customer=ingrid, now=TEN)
    journey.tickets_merged(ticket, other, by=sara, now=TEN)

    assert str(other) in read(opens(token(ticket)))


def test_spam_is_nobodys(opens, ticket, sara):
    journey.marked_spam(ticket, by=sara, now=TEN)

    assert opens(token(ticket)).status_code == 404


def test_what_staff_say_among_themselves_is_not_on_it(opens, ticket, sara, answered):
    journey.note_added(ticket, "A difficult one", by=sara, now=TEN)
    answered(ticket, "They were rude")

    said = read(opens(token(ticket)))

    assert "difficult" not in said
    assert "rude" not in said
    assert "We called" in said


@pytest.fixture
def answered(sara):
    def answered(ticket, words):
        contact = journey.Contact("call", "out", words, heard_at=TEN)
        return journey.contact_logged(contact, by=sara, now=TEN, ticket=ticket)

    return answered


def test_they_answer_with_a_picture(opens, ticket):
    picture = SimpleUploadedFile("screen.jpg", b"\xff\xd8 a picture", "image/jpeg")
    given = {"words": "Here it is", "papers": [picture], "form_id": "one"}

    assert opens(token(ticket), "answer/", given).status_code == 302

    contact = Interaction.objects.get(kind="web")
    assert (contact.ticket, contact.text, contact.direction) == (ticket, "Here it is", "in")
    assert contact.is_verified
    assert Attachment.objects.get().name == "screen.jpg"
    assert contact.arrivals.get().source == "link"
    assert "Here it is" in read(opens(token(ticket)))


def test_sent_twice_it_is_there_once(opens, ticket):
    for _time in range(2):
        opens(token(ticket), "answer/", {"words": "Hello", "form_id": "same"})

    assert Interaction.objects.filter(kind="web").count() == 1


def test_a_closed_ticket_opens_again_when_they_say_it_is_not_done(opens, ticket, sara):
    journey.ticket_closed(ticket, charge="free", by=sara, now=TEN)

    opens(token(ticket), "answer/", {"words": "It broke again", "form_id": "one"})

    ticket.refresh_from_db()
    assert ticket.status == "open"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"words": ""}, "This field is required", id="no words"),
        pytest.param({"words": "x" * 10_001}, "at most 10000 characters", id="too many words"),
        pytest.param({"words": "x", "papers": 6}, "Not more than 5 files", id="too many files"),
        pytest.param({"words": "x", "papers": "large"}, "That is too large", id="too large"),
    ],
)
def test_what_is_too_much_is_said_and_kept_on_the_page(opens, ticket, given, said, monkeypatch):
    monkeypatch.setattr("helpdesk.web.public.ticket.LARGEST", 1000)
    match given.get("papers"):
        case int(many):
            given["papers"] = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(many)]
        case "large":
            given["papers"] = [SimpleUploadedFile("film.mov", b"x" * 1001)]

    response = opens(token(ticket), "answer/", given | {"form_id": "one"})

    assert response.status_code == 422
    assert said in read(response)
    assert not Interaction.objects.filter(kind="web").exists()


def test_who_writes_all_day_is_stopped(opens, ticket, clock):
    for n in range(20):
        assert opens(token(ticket), "answer/", {"words": "x", "form_id": n}).status_code == 302

    stopped = opens(token(ticket), "answer/", {"words": "my words", "form_id": "21"})

    assert (stopped.status_code, "That is a lot at once" in read(stopped)) == (422, True)
    assert "my words" in read(stopped)


def test_a_quote_is_accepted_once_and_is_a_promise(opens, ticket, sara, laptops):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)

    page = read(opens(token(ticket)))
    assert "Accept this quote" in page
    assert "An hour of work costs $90.00, and the least we charge is $45.00" in page
    assert "What may get in the way: parts" in page
    for _time in range(2):
        assert opens(token(ticket), f"quotes/{quote.pk}/", {}).status_code == 302

    quote.refresh_from_db()
    assert quote.accepted_how == Quote.Accepted.LINK
    promise = Promise.objects.get(kind="turnaround")
    assert promise.told_text != ""
    assert "Accept this quote" not in read(opens(token(ticket)))


def test_an_offer_says_what_accepting_it_promises_whatever_the_terms_are_by_now(
    opens, ticket, sara, laptops
):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN - timedelta(minutes=30))
    Turnaround.objects.create(
        service=laptops,
        calendar=quote.turnaround.calendar,
        **{"days": 7, "target_days": 7, "valid_from": TEN, "made_at": TEN},
    )
    page = opens(token(ticket)).content.decode()
    offered = re.search(r"accepted now, it is ready <b>(.*?)</b>", page)[1]

    opens(token(ticket), f"quotes/{quote.pk}/", {})

    assert offered in Promise.objects.get(kind="turnaround").told_text


def test_what_was_accepted_is_said_and_what_it_costs_stays(opens, ticket, sara, laptops, clock):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)
    Rate.objects.create(hourly=99900, minimum_fee=9900, valid_from=TEN, made_at=TEN)
    clock.at += timedelta(hours=1)
    assert "You accepted our quote" not in words(opens(token(ticket)))

    opens(token(ticket), f"quotes/{quote.pk}/", {})

    page = words(opens(token(ticket)))
    assert "You accepted our quote: Laptop repair. " in page
    assert "An hour of work costs $90.00, and the least we charge is $45.00" in page
    assert "You accepted our quote Laptop repair" in page.partition("What was said")[2]
    assert "You accepted our quote: Laptop repair." not in words(opens(token(ticket)))


@pytest.mark.parametrize(
    ("status", "heading"),
    [("new", "We wait for you"), ("open", "We wait for you"), ("ready", "It is ready")],
)
def test_while_a_quote_waits_it_is_their_turn(opens, ticket, sara, laptops, status, heading):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)
    Ticket.objects.update(status=status)

    assert f"<h1>{heading}</h1>" in read(opens(token(ticket)))

    journey.quote_declined(quote, because="", now=TEN)
    if status == "open":
        assert "<h1>We have your answer</h1>" in read(opens(token(ticket)))
        opens(token(ticket), "answer/", {"words": "And my bag?", "form_id": "1"})
        assert "<h1>We are at it</h1>" in read(opens(token(ticket)))


def test_they_say_no_to_a_quote_once_and_why(opens, ticket, sara, laptops):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)

    for _time in range(2):
        opens(token(ticket), f"quotes/{quote.pk}/no/", {"because": "I bought a new one"})
    opens(token(ticket), f"quotes/{quote.pk}/", {})

    said = Interaction.objects.get(kind="web")
    assert said.text == "No, thank you: Laptop repair, 3 working days.\n\nI bought a new one"
    assert (said.ticket, said.arrivals.get().source) == (ticket, "link")
    page = read(opens(token(ticket)))
    assert ("Accept this quote" in page, "I bought a new one" in page) == (False, True)
    assert not Promise.objects.filter(kind="turnaround").exists()


def test_a_no_is_heard_like_any_answer(opens, desk, ticket, sara, laptops):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)
    journey.ticket_watched(ticket, by=sara)

    opens(token(ticket), f"quotes/{quote.pk}/no/", {})

    assert Notice.objects.get(user=sara).interaction.text.startswith("No, thank you")
    page = words(desk.get(f"/tickets/{ticket.pk}/"))
    assert "declined On their own page of it" in page
    assert "Not sent yet" not in page


def test_a_reason_that_is_too_long_is_said_and_kept(opens, ticket, sara, laptops):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)

    response = opens(token(ticket), f"quotes/{quote.pk}/no/", {"because": "x" * 1001})

    assert response.status_code == 422
    assert ("at most 1000" in read(response), "x" * 1001 in read(response)) == (True, True)
    assert not Interaction.objects.filter(kind="web").exists()


def test_what_a_letter_told_is_not_said_twice(opens, ticket, sara):
    due_at = boston(2026, 3, 4, 12)
    promise = journey.promised(ticket, "A price", due_at, kind="update", by=sara, now=TEN)
    journey.promise_told(promise, "You have a price tomorrow.", now=TEN)
    assert "You have a price tomorrow." in read(opens(token(ticket)))

    Interaction.objects.create(
        **{"ticket": ticket, "kind": "email", "direction": "out", "recipient": "a@example.net"},
        **{"status": "sent", "sent_at": TEN, "happened_at": TEN, "logged_at": TEN},
        **{"subject": f"How it stands [#{ticket.pk}]", "text": "You have a price tomorrow."},
    )

    said = words(opens(token(ticket)))
    assert said.count("You have a price tomorrow.") == 1
    assert "We wrote How it stands You have a price tomorrow." in said


def test_what_we_say_among_ourselves_of_a_broken_promise_is_not_on_it(opens, ticket, sara, clock):
    journey.promised(ticket, "A price", boston(2026, 3, 2, 11), kind="other", by=sara, now=TEN)
    clock.at = boston(2026, 3, 2, 12)
    promises.break_(Promise.objects.get(what="A price"), now=clock.at)

    said = words(opens(token(ticket)))

    assert "You hear from us by 4:00 PM today" in said
    assert "broken promise" not in said


def test_anothers_quote_is_not_theirs_to_accept(opens, ticket, sara, laptops, ingrid):
    other = intake.open_ticket(subject="Other", channel="call", customer=ingrid, now=TEN)
    quote = journey.quoted(other, laptops, by=sara, now=TEN)

    opens(token(ticket), f"quotes/{quote.pk}/", {})

    assert not Promise.objects.filter(kind="turnaround").exists()


def test_they_ask_not_to_be_called_before_a_time(opens, ticket):
    first = Promise.objects.get()
    page = read(opens(token(ticket)))
    assert "Do not call me before" in page
    times = re.findall(r'<option value="([^"]+)"', page)
    assert times[:2] == [boston(2026, 3, 2, hour).isoformat() for hour in (11, 12)]

    opens(token(ticket), "later/", {"at": boston(2026, 3, 2, 14).isoformat()})

    moved = Promise.objects.open().get()
    first.refresh_from_db()
    assert (first.status, moved.follows) == ("superseded", first)
    assert moved.what == "Call back, not before Mon 2 Mar 14:00"
    assert moved.due_at == boston(2026, 3, 2, 16)
    told = "As you asked, we do not call before 2:00 PM today. You will hear from us by 4:00 PM"
    assert moved.told_text.replace("\u202f", " ").startswith(told)
    assert told in read(opens(token(ticket)))


def test_what_becomes_of_it_is_said_in_the_language_of_staff(opens, ticket, ingrid, sara, laptops):
    Customer.objects.filter(pk=ingrid.pk).update(language="sv")
    opens(token(ticket), "later/", {"at": boston(2026, 3, 2, 14).isoformat()})
    for days in (5, 6):
        quote = journey.quoted(ticket, laptops, days=days, by=sara, now=TEN)
        opens(token(ticket), f"quotes/{quote.pk}/", {})

    ended = Promise.objects.exclude(status="open").order_by("pk")
    assert list(ended.values_list("ended_because", flat=True)) == [
        *("The customer asked for a later time", "A new quote was accepted")
    ]
    assert "Du hör från oss" in Promise.objects.get(kind="callback", status="open").told_text


OFF = "Not done: an owner has switched it off"


@pytest.mark.parametrize("what", ["answer/", "no/"])
def test_so_is_what_becomes_of_an_answer(opens, ticket, ingrid, sara, laptops, what):
    Customer.objects.filter(pk=ingrid.pk).update(language="sv")
    FollowUpRule.objects.create(rule="acknowledgement", is_on=False)
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)
    address = f"quotes/{quote.pk}/no/" if what == "no/" else what

    opens(token(ticket), address, {"words": "Hej", "form_id": "one"})

    said = Interaction.objects.get(kind="web")
    assert FollowUp.objects.get(cause=said).outcome == OFF
    assert said.text in ("Hej", "Nej tack: Laptop repair, 3 arbetsdagar.")


def test_within_the_time_promised_that_stands(opens, ticket):
    opens(token(ticket), "later/", {"at": boston(2026, 3, 2, 11).isoformat()})

    assert Promise.objects.open().get().due_at == boston(2026, 3, 2, 13)


@pytest.mark.parametrize(
    "at",
    [
        *("", "soon", "2026-03-02T11:00:00", "2026-03-02T14:00:00+00:00"),
        *("2026-03-02T16:30:00+00:00", "2026-03-02T23:00:00+00:00", "2027-01-01T15:00:00+00:00"),
    ],
)
def test_not_in_the_past_nor_when_we_are_closed(opens, ticket, at):
    opens(token(ticket), "later/", {"at": at})

    assert Promise.objects.open().get().follows is None


def test_the_address_fits_into_a_text_message(ticket):
    assert len(tokens.address(ticket.pk, at=TEN)) < 80


def test_it_changes_nothing_by_looking(opens, ticket):
    before = list(Interaction.objects.values()), list(Promise.objects.values())

    opens(token(ticket))

    assert (list(Interaction.objects.values()), list(Promise.objects.values())) == before
    for what in ("answer/", "later/", "quotes/1/", "quotes/1/no/"):
        assert opens(token(ticket), what).status_code == 405


# -- what staff do about it ----------------------------------------------------------------------


@pytest.fixture
def texting(settings):
    settings.KANNEL_URL = "http://127.0.0.1:9/cgi-bin/sendsms"
    settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "tester", "foobar"
    settings.SMS_SENDER = "+16175550100"


@pytest.fixture
def desk(client, sara):
    client.force_login(sara)
    return client


def test_staff_send_a_quote_with_the_page_to_accept_it_on(desk, texting, ticket, sara, laptops):
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)
    assert "Not sent yet Send it " in words(desk.get(f"/tickets/{ticket.pk}/"))

    desk.post(f"/tickets/{ticket.pk}/quotes/{quote.pk}/send/")

    page = words(desk.get(f"/tickets/{ticket.pk}/"))
    assert ("Not sent yet" in page, "sent to them Send it again" in page) == (False, True)

    sent = Interaction.objects.get(direction="out")
    assert (sent.kind, sent.staff, sent.is_automatic) == ("sms", sara, False)
    assert "Laptop repair, 3 working days" in sent.text
    assert re.search(r"http://\S+/t/[0-9a-z-]+/$", sent.text)


def test_who_cannot_be_written_to_is_told_by_staff(desk, shop, ingrid, sara, laptops):
    ingrid.contact_points.update(opted_out_at=TEN)
    ticket = intake.open_ticket(subject="Laptop", channel="call", customer=ingrid, now=TEN)
    quote = journey.quoted(ticket, laptops, by=sara, now=TEN)

    page = desk.post(f"/tickets/{ticket.pk}/quotes/{quote.pk}/send/", follow=True)

    assert "Read it out instead" in read(page)
    assert not Interaction.objects.filter(direction="out").exists()


def test_staff_see_the_page_and_close_it(desk, ticket, settings):
    page = read(desk.get(f"/tickets/{ticket.pk}/"))
    address = re.search(rf'href="{settings.PUBLIC_URL}(/t/[^"]+)"', page)[1]
    assert Client().get(address).status_code == 200

    desk.post(f"/tickets/{ticket.pk}/links/revoke/")

    assert Client().get(address).status_code == 404


def test_mails_say_where_the_page_is(ticket, shop):
    point = ContactPoint(kind="email", value="a@example.net")
    letter = replies.letter("waiting", ticket, Route("email", point), shop=shop, now=TEN)

    assert tokens.address(ticket.pk, at=TEN) in letter.text


def test_nothing_opens_what_was_of_somebody_forgotten(opens, ticket, ingrid, eva):
    journey.customer_anonymised(ingrid, by=eva, now=TEN)

    response = opens(token(ticket, TEN + timedelta(minutes=5)))

    assert response.status_code == 404
    assert NOTHING in words(response)
