"""A technician is called on their own phone: logged, and answered from the official side alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from helpdesk import journey
from helpdesk.journey import How, OffChannel
from tests.conftest import boston
from tests.journey.ledger import fates
from tickets import intake
from tickets.models import ContactPoint, Customer, Interaction, Ticket

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)
NOTE = (
    "Thank you for getting in touch! So that nothing gets lost between us, please reach "
    "Dahl & Daughters at (617) 555-0100. We are here Monday to Friday 9:00 AM to 5:00 PM, and "
    "whoever answers has all about you at hand."
)


@pytest.fixture
def met(per):
    """Let Per write down that somebody found him; Ingrid called unless told otherwise."""

    def met(customer=None, how=How.CALLED, *, now=TEN, words="", form_id="", **more):
        about = OffChannel(how, now, words, form_id)
        return journey.off_channel_met(about, by=per, now=now, customer=customer, **more)

    return met


@pytest.fixture
def reached(ingrid, shop):
    """Ingrid, with a mail address."""
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", shop.region))
    return ingrid


def sent():
    letters = Interaction.objects.filter(direction="out").order_by("pk")
    return list(letters.values_list("kind", "recipient", "is_automatic", "official"))


def test_it_is_a_contact_off_the_official_channels(met, ingrid, per):
    contact = met(ingrid, words="When is it done?").contact

    assert (contact.kind, contact.direction, contact.official) == ("call", "in", False)
    assert (contact.staff, contact.happened_at) == (per, TEN)
    assert contact.text == "Called a private phone. When is it done?"


@pytest.mark.parametrize(
    ("how", "kind"),
    [(How.CALLED, "call"), (How.TEXTED, "sms"), (How.STOPPED, "walk_in"), (How.COMPLAINED, "call")],
)
def test_each_way_has_its_kind_and_its_words(met, ingrid, how, kind):
    result = met(ingrid, how)

    assert result.contact.kind == kind
    assert result.ticket.subject == result.contact.text.rstrip(".")


def test_it_goes_on_the_ticket_that_is_open(met, ticket, ingrid):
    assert met(ingrid).ticket == ticket
    assert Ticket.objects.count() == 1


def test_without_an_open_one_it_gets_a_ticket_named_by_what_it_was_about(met, ingrid):
    result = met(ingrid, words="His printer\nis on fire")

    assert (result.ticket.subject, result.ticket.customer) == ("His printer", ingrid)


def test_it_may_be_about_something_new(met, ticket, ingrid):
    assert met(ingrid, is_new_matter=True).ticket != ticket


def test_nothing_is_promised_by_it(met, ingrid):
    met(ingrid)

    assert fates() == []


def test_what_was_promised_stays_promised(met, ticket, ingrid, sara):
    promise = journey.callback_promised(ticket, by=sara, now=TEN)

    met(ingrid, now=TEN + HOUR)

    promise.refresh_from_db()
    assert promise.is_open


def test_they_are_written_to_from_the_official_side(met, reached):
    result = met(reached)

    assert sent() == [("email", "ingrid@example.com", True, True)]
    assert result.letter.subject == f"How to reach us best [#{result.ticket.number}]"
    assert result.letter.answers == result.contact
    assert "please call (617) 555-0100, or simply answer this mail." in result.letter.text


def test_that_answers_nothing_they_wait_for(met, ticket, reached, sara):
    """The note is no answer: a callback owed to them stays owed when it has left."""
    promise = journey.callback_promised(ticket, by=sara, now=TEN)
    letter = met(reached, now=TEN + HOUR).letter

    assert letter.staff is None
    promise.refresh_from_db()
    assert promise.is_open


def test_in_their_language(met, reached):
    Customer.objects.update(language="sv")
    reached.refresh_from_db()

    assert met(reached).letter.subject.startswith("Så når du oss bäst")


def test_once_a_day(met, reached):
    met(reached)
    again = met(reached, How.STOPPED, now=TEN + HOUR)
    tomorrow = met(reached, now=boston(2026, 3, 3, 0, 1))

    assert (again.letter, again.because) == (None, "They were written to about it today.")
    assert tomorrow.letter is not None
    assert len(sent()) == 2


def test_once_a_day_whatever_it_is_about(met, reached, ticket):
    met(reached)

    assert met(reached, is_new_matter=True, now=TEN + HOUR).letter is None


def test_another_customer_is_another_matter(met, reached, customer, shop):
    met(reached)
    bo = customer("Bo Ek", "+16175550143")
    journey.customer_reached_by(bo, intake.reachable("bo@example.com", shop.region))

    assert met(bo).letter.recipient == "bo@example.com"


def test_who_complains_is_told_why(met, reached):
    met(reached)
    why = met(reached, How.COMPLAINED, now=TEN + HOUR)
    again = met(reached, How.COMPLAINED, now=TEN + 2 * HOUR)

    assert why.letter.subject.startswith("Why we ask you to come to the shop with it")
    assert why.contact.official is False
    assert again.letter is None


def test_who_was_told_why_is_not_sent_the_note_as_well(met, reached):
    met(reached, How.COMPLAINED)

    assert met(reached, now=TEN + HOUR).letter is None


def test_without_a_way_one_of_us_says_it(met, ingrid):
    result = met(ingrid)

    assert (result.letter, sent()) == (None, [])
    assert result.because == "We have no way to write to them, or they asked for no messages."
    assert result.sentence.replace("\u202f", " ") == NOTE


def test_who_asked_for_no_messages_gets_none(met, reached):
    ContactPoint.objects.update(opted_out_at=TEN)

    assert (met(reached).letter, sent()) == (None, [])


def test_by_text_where_they_prefer_it(met, reached, settings):
    settings.KANNEL_URL = "http://127.0.0.1:13013/cgi-bin/sendsms"
    settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "shop", "secret"
    Customer.objects.update(preferred_channel="sms")
    reached.refresh_from_db()

    result = met(reached)

    assert (result.letter.kind, result.letter.text) == ("sms", result.sentence)


def test_a_stranger_s_goes_on_their_ticket(met, missed, monday_nine):
    ticket = missed(now=monday_nine).ticket
    point = ContactPoint.objects.get()

    assert met(point=point).ticket == ticket


def test_of_whom_nothing_is_known_a_ticket_is_made(met, shop):
    result = met(words="Asked about his laptop")

    assert (result.ticket.customer, result.letter) == (None, None)


def test_a_form_sent_twice_is_logged_once(met, reached):
    met(reached, form_id="f1")

    with pytest.raises(IntegrityError), transaction.atomic():
        met(reached, form_id="f1")
    assert (Interaction.objects.filter(direction="in").count(), len(sent())) == (1, 1)


def test_it_can_be_seen_who_does_this_and_how_often(met, ingrid, customer, logged, per):
    first = met(ingrid).contact
    second = met(ingrid, How.STOPPED, now=TEN + HOUR).contact
    logged(now=TEN, customer=ingrid)
    met(customer("Bo Ek", "+16175550143"))

    found = Interaction.objects.off_channel().filter(ticket__customer=ingrid)
    assert list(found.order_by("-happened_at", "-pk")) == [second, first]


def test_before_the_shop_has_hours_it_is_logged_all_the_same(met, reached):
    result = met(reached, now=boston(2025, 12, 31))

    assert (result.letter, result.sentence) == (None, "")
    assert result.because.endswith("An owner sets one under Setup.")
    assert result.contact.official is False
