"""An invoice leaves by itself: the paper by mail, a link by text, and what a gift was worth."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from billing import mailing
from billing.models import Invoice, InvoiceMailing
from helpdesk import duties, journey
from policies.models import FollowUp
from tests.conftest import CALLER, boston
from tests.outgoing import ADDRESS, gateway, mailed, number, postbox, prefers
from tickets.models import ContactPoint, Customer, Interaction, Ticket
from tickets.models.work import Kind

__all__ = ["gateway", "mailed", "postbox", "prefers"]

TEN, MINUTE, HOUR = boston(2026, 3, 2, 10), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def end(ingrid, sara):
    """Let Ingrid's ticket end, and its invoice be issued and sent an hour later."""

    def end(charge="free"):
        contact = journey.Contact(Kind.WALK_IN, Interaction.Direction.IN, "Black.", TEN, minutes=60)
        ticket = journey.contact_logged(contact, by=sara, now=TEN, customer=ingrid).ticket
        row = Ticket.objects.get(pk=ticket.pk)
        journey.ticket_closed(row, charge=charge, by=sara, now=TEN)
        duties.swept(now=TEN + HOUR)
        return Invoice.objects.get()

    return end


def outcome():
    return FollowUp.objects.get(rule="invoice").outcome


def test_a_gift_says_what_it_was_worth_and_that_nothing_is_due(end, prefers, ingrid, postbox):
    prefers(ingrid, "email")

    invoice = end()

    (letter,) = postbox
    assert (letter.to, letter.subject) == (
        [ADDRESS],
        f"On us today: invoice 2026-0001 [#{number()}]",
    )
    assert letter.body.startswith(
        f"Our help with number {number()} was worth $90.00. Today it is on us: $0.00 due, paid.\n"
    )
    assert [(name, content, kind) for name, content, kind in letter.attachments] == [
        ("2026-0001.pdf", bytes(invoice.document.pdf), "application/pdf")
    ]
    assert outcome() == "Written: invoice 2026-0001"


def test_in_swedish(end, prefers, ingrid, postbox):
    prefers(ingrid, "email")
    Customer.objects.update(language="sv")

    end()

    assert postbox[0].body.startswith(
        f"Vår hjälp med ärende {number()} var värd 90,00\xa0US$. "
        "I dag bjuder vi: 0,00\xa0US$ att betala, betald.\n"
    )


def test_a_text_carries_a_link_that_opens_it(end, prefers, ingrid, gateway):
    prefers(ingrid, "sms")

    invoice = end()

    ((recipient, words),) = gateway
    link = words.rpartition(" ")[2]
    assert recipient == CALLER
    assert words.startswith(
        f"Dahl & Daughters: our help with number {number()} was worth $90.00. Today it is on us: "
        "$0.00 due, paid. Invoice 2026-0001: http"
    )
    assert mailing.linked(urlsplit(link).path.split("/")[2]) == invoice


@pytest.mark.parametrize("token", ["", "1", "MQ:1xUwaZ:forged"])
def test_a_forged_link_opens_nothing(end, token):
    end()

    assert mailing.linked(token) is None


def test_an_old_link_opens_nothing(end, settings):
    token = urlsplit(mailing.link(end())).path.split("/")[2]
    settings.LINK_SECONDS = -1

    assert mailing.linked(token) is None


def test_what_was_charged_says_what_is_due(end, prefers, ingrid, postbox):
    prefers(ingrid, "email")

    end("charged")

    assert postbox[0].subject == f"Invoice 2026-0001 [#{number()}]"
    assert f"Here is invoice 2026-0001 for number {number()}: $90.00, of which $90.00 is due." in (
        postbox[0].body
    )


def test_who_likes_to_be_called_gets_the_paper_where_there_is_an_address(
    end, prefers, ingrid, postbox, gateway
):
    prefers(ingrid, "email")
    Customer.objects.update(preferred_channel="phone")

    end()

    assert ([letter.to for letter in postbox], gateway) == ([[ADDRESS]], [])


def test_without_a_way_it_is_to_be_printed(end, ingrid):
    ContactPoint.objects.update(opted_out_at=TEN)

    end()

    assert outcome() == "Not sent: there is no way to write to them. Print it."


def test_it_is_sent_once(end, prefers, ingrid, postbox):
    prefers(ingrid, "email")
    end()

    for minute in range(3):
        duties.swept(now=TEN + HOUR + minute * MINUTE)

    assert (len(postbox), InvoiceMailing.objects.count()) == (1, 1)
