"""Answering from the ticket's page: by which way, once, and what cannot be sent."""

import pytest

from helpdesk import journey
from tests.conftest import boston
from tests.doors.mails import arrive, mail
from tests.doors.pages import CHANGED, errors, fresh, said, text
from tickets import intake, outbox
from tickets.models import ContactPoint, Interaction, Ticket

NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def texts(settings):
    """A gateway for texts; nothing is sent in these tests."""
    settings.KANNEL_URL = "http://127.0.0.1:1/cgi-bin/sendsms"
    settings.KANNEL_USERNAME = settings.KANNEL_PASSWORD = settings.KANNEL_SECRET = "x"


@pytest.fixture
def reached(ticket, ingrid):
    """Ingrid's ticket, and her address: the value of the way to it."""
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    return f"email-{ContactPoint.objects.get(kind='email').pk}"


def sent():
    return list(Interaction.objects.filter(direction="out").order_by("pk"))


def test_an_answer_waits_to_be_sent_and_says_so(act, ticket, reached, sara):
    response = act(ticket, "answer", way=reached, text="It is ready.")

    message = sent()[0]
    assert said(response) == ["It is on its way."]
    assert (message.status, message.staff, message.recipient, message.text) == (
        *("queued", sara, "ingrid@example.com", "It is ready."),
    )
    assert message.subject == f"Re: Laptop [#{ticket.pk}]"


def test_a_new_ticket_that_is_answered_is_in_work(act, ticket, reached):
    act(ticket, "answer", way=reached, text="It is ready.")

    assert fresh(ticket).status == Ticket.Status.OPEN


def test_the_ways_are_named_the_preferred_first(at_desk, ticket, reached, texts, ingrid):
    page = f"/tickets/{ticket.pk}/"
    form = at_desk.get(page).context["answer"]
    assert [label for _key, label in form.fields["way"].choices] == [
        *("Text to (617) 555-0142", "Email to ingrid@example.com"),
    ]
    ingrid.preferred_channel = "email"
    ingrid.save()

    form = at_desk.get(page).context["answer"]
    assert form.fields["way"].initial == reached


def test_a_single_way_is_no_choice_but_is_named(at_desk, ticket, reached):
    response = at_desk.get(f"/tickets/{ticket.pk}/")

    assert "Email to ingrid@example.com Reply" in text(response)
    assert f'type="hidden" name="way" value="{reached}"' in response.content.decode()


def test_pressed_twice_it_is_sent_once(act, at_desk, ticket, reached):
    act(ticket, "answer", way=reached, text="It is ready.")

    response = act(ticket, "answer", way=reached, text="It is ready.")

    assert said(response)[-1] == "That is on its way already."
    assert len(sent()) == 1


@pytest.mark.parametrize("what", ["later", "otherwise", "after they wrote", "by somebody else"])
def test_the_same_may_be_said_again(act, at_desk, ticket, reached, per, what):
    act(ticket, "answer", way=reached, text="Yes.")
    words = "No." if what == "otherwise" else "Yes."
    if what == "later":
        at_desk.at = boston(2026, 3, 2, 9, 1)
    if what == "after they wrote":
        arrive(mail("Sure?", ticket=ticket, sender="ingrid@example.com"), now=at_desk.at)
    if what == "by somebody else":
        at_desk.client.force_login(per)

    act(ticket, "answer", way=reached, text=words)

    assert [message.text for message in sent()] == ["Yes.", words]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"opted_out_at": NOON}, "They want no messages from us. Call them instead."),
        ({"bounced_at": NOON}, "Mail to them comes back. Call them, and ask for another address."),
        ({"blocked_at": NOON}, "Whoever wrote is blocked. Reopen the ticket"),
    ],
)
def test_where_there_is_no_way_it_says_why_and_what_to_do(at_desk, ticket, reached, fields, words):
    ContactPoint.objects.filter(kind="email").update(**fields)

    response = at_desk.get(f"/tickets/{ticket.pk}/?write=reply")

    assert words in text(response)
    assert f'action="/tickets/{ticket.pk}/answer/"' not in response.content.decode()


def test_a_number_alone_without_a_gateway_is_called(at_desk, ticket):
    words = "We know only numbers, and text messages are not set up. Call them instead."

    assert words in text(at_desk.get(f"/tickets/{ticket.pk}/?write=reply"))


def test_a_number_that_takes_no_texts_is_called(at_desk, make_ticket, customer, texts):
    ticket = make_ticket(customer=customer("Operator", number="+18005550199"))

    shown = text(at_desk.get(f"/tickets/{ticket.pk}/?write=reply"))

    assert "Their number takes no texts. Call them instead." in shown


def test_nobody_known_is_asked_for(at_desk, missed, monday_nine):
    number = missed(now=monday_nine, number="anonymous").ticket.pk

    page = text(at_desk.get(f"/tickets/{number}/?write=reply"))
    assert "We know no number or address of theirs." in page


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"text": "x"}, "way"),
        ({"text": "x", "way": "email-999999"}, "way"),
        ({"text": " \n"}, "text"),
        ({"text": "x" * (outbox.LONGEST + 1)}, "text"),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept(act, ticket, reached, form, field):
    response = act(ticket, "answer", **{"way": reached if field == "text" else ""} | form)

    assert list(errors(response, "answer")) == [field]
    assert sent() == []


def test_a_text_of_too_many_parts_is_refused(act, ticket, texts, ingrid):
    way = f"sms-{ingrid.contact_points.get().pk}"

    response = act(ticket, "answer", way=way, text="å" * 160 * 12)

    found = errors(response, "answer")["text"][0]["message"]
    assert found == "That is 13 text messages. Shorten it, or write a mail."


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "0 parts, room for 160 characters more"),
        ("It is ready.", "1 part, room for 148 characters more"),
        ("Ready 🎉", "1 part, room for 62 characters more"),
        ("x" * 161, "2 parts, room for 145 characters more"),
    ],
)
def test_the_parts_of_a_text_are_counted_as_it_is_typed(act, ticket, texts, ingrid, typed, words):
    way = f"sms-{ingrid.contact_points.get().pk}"

    response = act(ticket, "answer/parts", way=way, text=typed)

    assert text(response).split(" more ")[0] + " more" == words
    assert sent() == []


def test_a_mail_has_no_parts(act, ticket, reached):
    said_of_it = text(act(ticket, "answer/parts", way=reached, text="x" * 500))

    assert said_of_it.startswith("Email to ingrid@example.com Re: Laptop")


def test_what_leaves_is_read_beforehand(act, ticket, reached, texts, ingrid):
    mail = act(ticket, "answer/parts", way=reached, text="It is ready.")
    sms = act(
        ticket, "answer/parts", way=f"sms-{ingrid.contact_points.first().pk}", text="“Ready” – yes"
    )
    nothing = act(ticket, "answer/parts", way=reached, text=" ")

    words = f"Email to ingrid@example.com Re: Laptop [#{ticket.pk}] It is ready."
    assert text(mail) == words
    assert text(sms).endswith('Text to (617) 555-0142 "Ready" - yes')
    assert text(nothing) == "Nothing is written yet."


def test_an_ended_ticket_can_be_answered_and_stays_ended(act, ticket, reached, sara, monday_nine):
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)

    act(ticket, "answer", way=reached, text="You are welcome.")

    assert len(sent()) == 1
    assert fresh(ticket).status == Ticket.Status.CLOSED


@pytest.mark.parametrize("how", ["spam", "merged"])
def test_what_is_spam_or_part_of_another_takes_no_answer(
    act, make_ticket, ticket, reached, sara, monday_nine, how
):
    if how == "spam":
        journey.marked_spam(ticket, by=sara, now=monday_nine)
    else:
        journey.tickets_merged(ticket, make_ticket(), by=sara, now=monday_nine)

    response = act(ticket, "answer", way=reached, text="Hello")

    assert said(response) == [CHANGED]
    assert sent() == []
