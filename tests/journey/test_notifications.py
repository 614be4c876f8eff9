"""Word to one of us who is not looking at the page: by mail or text, when we are open."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from helpdesk.models import Lease
from tests import mailservers
from tests.conftest import boston
from tests.outgoing import gateway, texted
from tickets import notifications
from tickets.models import ContactPoint, Notice, Notification, Shop, Ticket, User
from tickets.outbox import Route

__all__ = ["gateway", "texted"]

TEN = boston(2026, 3, 2, 10)
NIGHT, MORNING = boston(2026, 3, 2, 22), boston(2026, 3, 3, 9)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def smtp(shop, settings):
    """A server that our mail leaves by."""
    Shop.objects.update(official_email="help@dahl.example")
    with mailservers.Smtp() as server:
        settings.EMAIL_URL, settings.MAIL_FROM = server.url, ""
        settings.PUBLIC_URL = "https://desk.dahl.example"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = mailservers.PATIENCE
        yield server


@pytest.fixture
def hears(per):
    """Let Per hear of things by some ways."""

    def hears(by, **changed):
        per.email, per.phone = "per@dahl.example", "(617) 555-0177"
        per.hears_by = {why: list(ways) for why, ways in by.items()}
        for name, value in changed.items():
            setattr(per, name, value)
        per.save()

    return hears


@pytest.fixture
def note(ticket, sara):
    def note(text="@per have a look", *, now=TEN):
        return journey.note_added(ticket, text, by=sara, now=now)

    return note


def subjects(smtp):
    return [received.mail["Subject"] for received in smtp.mails]


def settled():
    rows = Notification.objects.order_by("pk").values_list("channel", "due_at", "because")
    return [(channel, because) for channel, due_at, because in rows if due_at is None]


# -- by which ways ---------------------------------------------------------------------------------


def test_who_has_chosen_nothing_hears_on_the_page_alone(note, per, smtp):
    note()
    duties.swept(now=TEN)

    assert Notice.objects.get().seen_at is None
    assert (Notification.objects.count(), smtp.mails) == (0, [])


def test_a_mail_says_what_happened_and_where_and_nothing_of_what_was_said(
    note, ticket, hears, smtp
):
    hears({"named": ["page", "mail"]})
    note("@per the customer is Ingrid, her password is hunter2")
    duties.swept(now=TEN)

    (received,) = smtp.mails
    assert received.recipients == ("per@dahl.example",)
    assert received.mail["Subject"] == f"Dahl & Daughters: You were named in a note on {ticket}."
    assert received.mail["Auto-Submitted"] == "auto-generated"
    assert received.text.replace("\r\n", "\n") == (
        f"You were named in a note on {ticket}.\n"
        f"https://desk.dahl.example/tickets/{ticket.pk}/\n\n"
        "What you hear of, and how: https://desk.dahl.example/me/\n"
    )
    duties.swept(now=TEN + HOUR)
    assert len(smtp.mails) == 1


def test_a_text_goes_to_a_phone_that_takes_them(note, ticket, hears, gateway, settings):
    settings.PUBLIC_URL = "https://desk.dahl.example"
    hears({"named": ["text"]})
    note()
    duties.swept(now=TEN)

    assert gateway == [
        (
            "+16175550177",
            f"Dahl & Daughters: You were named in a note on {ticket}. "
            f"https://desk.dahl.example/tickets/{ticket.pk}/",
        )
    ]


def test_without_the_page_it_is_not_among_what_is_new(note, hears, smtp):
    hears({"named": ["mail"]})
    note()
    duties.swept(now=TEN)

    assert Notice.objects.get().seen_at == TEN
    assert len(smtp.mails) == 1


def test_who_wants_to_hear_nothing_of_it_hears_nothing(note, hears, smtp):
    hears({"named": [], "watched": []})
    note()

    assert not Notice.objects.exists()


def test_it_is_written_in_their_own_language(note, hears, smtp, monkeypatch):
    asked = []
    override = notifications.translation.override
    monkeypatch.setattr(
        notifications.translation, "override", lambda code: asked.append(code) or override(code)
    )
    hears({"named": ["mail"]}, language="sv")
    note()
    duties.swept(now=TEN)

    assert asked == ["sv"]


# -- what is told ----------------------------------------------------------------------------------


def told():
    return sorted(Notice.objects.values_list("user__username", "why"))


def test_what_comes_in_is_told_to_whom_the_ticket_is_with(missed, ingrid, per, texted):
    ticket = missed(now=boston(2026, 3, 2, 9)).ticket
    journey.ticket_assigned(ticket, per, now=TEN)
    texted("Any news of it?", now=TEN)

    assert told() == [("per", "mine")]


def test_a_missed_call_is_told_to_who_wants_to_hear_of_them(missed, hears, sara, gateway):
    hears({"missed": ["text"]})
    call = missed(now=TEN)
    duties.swept(now=TEN)

    assert told() == [("per", "missed")]
    to_per = [words for number, words in gateway if number == "+16175550177"]
    assert [words.startswith("Dahl & Daughters: A call was missed") for words in to_per] == [True]
    assert Notice.objects.get().about == call.ticket


def test_an_answered_call_is_no_missed_one(spoken, hears):
    hears({"missed": ["page"]})
    spoken(now=TEN)

    assert told() == []


def test_a_promise_that_breaks_is_told_to_who_made_it_and_who_has_it(ticket, per, sara):
    journey.promised(ticket, "A price", TEN + HOUR, kind="update", by=sara, now=TEN)
    journey.ticket_assigned(ticket, per, now=TEN)
    duties.swept(now=TEN + HOUR)

    assert told() == [("per", "broken"), ("sara", "broken")]
    assert {notice.about.pk for notice in Notice.objects.all()} == {ticket.pk}
    for days in range(1, 4):  # what follows it breaks again, and is told no more
        duties.swept(now=TEN + timedelta(days=days))
    assert told() == [("per", "broken"), ("sara", "broken")]


def test_an_unhappy_customer_is_told_to_all_but_who_asked_them(ticket, close, sara, per, eva):
    close(ticket, now=TEN)
    friday = boston(2026, 3, 6, 12)
    duties.swept(now=friday)
    task = ticket.follow_ups.get(rule="satisfaction")
    journey.satisfaction_asked(task, is_happy=False, words="Still slow", by=sara, now=friday)

    assert told() == [("eva", "unhappy"), ("per", "unhappy")]


def test_a_message_that_is_refused_is_told_to_who_wrote_it(ticket, ingrid, sara, smtp):
    point = ContactPoint.objects.create(kind="email", value="i@example.net", raw="i@example.net")
    point.customers.add(ingrid)
    smtp.at, smtp.answers = "RCPT", ["550 5.1.1 No such user"]
    journey.staff_answered(ticket, Route("email", point), "It is ready.", by=sara, now=TEN)
    duties.swept(now=TEN)

    assert told() == [("sara", "failed")]


# -- when ------------------------------------------------------------------------------------------


def test_at_night_it_waits_until_we_open_and_goes_as_one(note, hears, smtp):
    hears({"named": ["page", "mail"]})
    note(now=NIGHT)
    note("@per and again", now=NIGHT + HOUR)
    duties.swept(now=NIGHT + 2 * HOUR)
    assert smtp.mails == []

    duties.swept(now=MORNING)

    assert subjects(smtp) == ["Dahl & Daughters: 2 things for you"]
    assert smtp.mails[0].text.count("You were named in a note on") == 2
    assert not Notification.objects.filter(due_at__isnull=False).exists()
    assert not Lease.objects.exists()


def test_who_wants_to_is_told_at_any_hour(note, hears, smtp):
    hears({"named": ["mail"]}, hears_at_any_hour=True)
    note(now=NIGHT)
    duties.swept(now=NIGHT)

    assert len(smtp.mails) == 1


def test_what_was_read_on_the_page_by_then_is_not_sent(note, hears, smtp, per):
    hears({"named": ["page", "mail"]})
    note(now=NIGHT)
    journey.notices_seen(per, now=NIGHT + HOUR)
    duties.swept(now=MORNING)

    assert smtp.mails == []
    assert settled() == [("mail", "It was read on the page before")]


# -- what is not sent ------------------------------------------------------------------------------


def test_nothing_leaves_a_sample_shop(note, hears, smtp):
    Shop.objects.update(is_sample=True)
    hears({"named": ["mail"]})
    note()
    duties.swept(now=TEN)

    assert smtp.mails == []
    assert settled() == [("mail", "This is the sample shop: nothing leaves it")]


def test_who_does_not_work_here_any_more_is_sent_nothing(note, hears, smtp):
    hears({"named": ["mail"]})
    note(now=NIGHT)
    User.objects.filter(username="per").update(is_active=False)
    duties.swept(now=MORNING)

    assert smtp.mails == []
    assert settled() == [("mail", "They do not work here any more")]


@pytest.mark.parametrize("phone", ["", "102", "+18005550100", "+46701740605"])
def test_no_text_goes_to_a_number_that_takes_none_or_is_abroad(note, hears, gateway, phone):
    hears({"named": ["text"]}, phone=phone)
    note()
    duties.swept(now=TEN)

    assert gateway == []
    assert settled() == [("text", "Their number takes no texts")]


def test_a_day_has_so_many_texts_and_no_more(note, hears, gateway):
    hears({"named": ["text"]}, hears_at_any_hour=True)
    for number in range(notifications.TEXTS_A_DAY + 2):
        note(now=TEN + number * MINUTE)
        duties.swept(now=TEN + number * MINUTE)
    assert len(gateway) == notifications.TEXTS_A_DAY

    note(now=TEN + timedelta(days=1, minutes=30))
    duties.swept(now=TEN + timedelta(days=1, minutes=30))
    assert len(gateway) == notifications.TEXTS_A_DAY + 1


def test_without_a_way_out_it_says_so(note, hears, settings):
    settings.EMAIL_URL = ""
    hears({"named": ["mail", "text"]})
    note()
    duties.swept(now=TEN)

    assert settled() == [
        ("mail", "Mail is not set up"),
        ("text", "Text messages are not set up"),
    ]


# -- when it does not leave at once ----------------------------------------------------------------


def test_a_server_that_is_busy_is_tried_again_with_the_same_mail(note, hears, smtp):
    hears({"named": ["mail"]})
    note()
    smtp.answers = ["451 busy"]
    duties.swept(now=TEN)
    assert smtp.mails == []
    note("@per more", now=TEN + MINUTE)  # waits for itself: the first says what it said

    duties.swept(now=TEN + 5 * MINUTE)

    assert [len(it.text.split("You were named")) - 1 for it in smtp.mails] == [1, 1]
    assert len({it.message_id for it in smtp.mails}) == 2


def test_a_server_that_says_no_ends_it(note, hears, smtp):
    hears({"named": ["mail"]})
    note()
    smtp.answers = ["550 5.7.1 no"]
    duties.swept(now=TEN)

    assert settled() == [("mail", "550 5.7.1 no")]
    assert not Lease.objects.exists()


def test_a_text_that_may_have_left_is_not_sent_again(note, hears, gateway):
    hears({"named": ["text"]})
    note()
    row = Notification.objects.get()
    shop = Shop.objects.current()
    notifications.deliver(row, shop=shop, now=TEN, may_have_left=True)

    assert gateway == []
    assert settled() == [("text", "It may have been sent before")]


def test_what_goes_with_another_does_not_go_by_itself(note, hears, smtp):
    hears({"named": ["mail"]})
    note()
    note("@per more")
    first, second = notifications.due(TEN)
    shop = Shop.objects.current()
    notifications.deliver(first, shop=shop, now=TEN, may_have_left=False)
    notifications.deliver(second, shop=shop, now=TEN, may_have_left=False)

    assert subjects(smtp) == ["Dahl & Daughters: 2 things for you"]


def test_what_is_given_up_is_no_longer_due(note, hears):
    hears({"named": ["mail"]})
    note()
    row = Notification.objects.get()
    notifications.gave_up(row, "It stops whoever tries")

    assert settled() == [("mail", "It stops whoever tries")]
    assert list(notifications.due(TEN + HOUR)) == []


def test_merged_away_it_is_told_where_the_contact_is_now(note, hears, smtp, ticket, sara, logged):
    hears({"named": ["mail"]})
    note(now=NIGHT)
    other = logged(now=TEN, customer=ticket.customer).ticket
    journey.tickets_merged(Ticket.objects.get(pk=ticket.pk), other, by=sara, now=NIGHT)
    duties.swept(now=MORNING)

    assert f"/tickets/{other.pk}/" in smtp.mails[0].text
