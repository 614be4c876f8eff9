"""The clock ticks: what is due is done, once, and one bad row stops only itself."""

import logging
from datetime import timedelta

import pytest

from billing import gifts, rating
from billing.models import Invoice, InvoiceDocument, Settlement
from helpdesk import duties
from policies.models import Calendar, CallbackWindow, Promise
from tests.conftest import boston, ledger_moves
from tickets import states
from tickets.models import Call, Customer, Interaction, Ticket

HOUR = timedelta(hours=1)
ONE = boston(2026, 3, 2, 13)


@pytest.fixture
def due(missed, hear, ticket, close, monday_nine):
    """At one, a promise is due, a call is silent for four hours, and a gift is to be given."""
    missed(now=monday_nine, call_id="1", number="+16175550111")
    hear("new_call", now=monday_nine, call_id="2", number="+16175550122")
    close(ticket, now=ONE - HOUR)


def ledgers():
    models = (Call, Interaction, Invoice, InvoiceDocument, Promise, Settlement, Ticket)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_everything_that_is_due_is_done(due):
    swept = duties.swept(now=ONE)

    assert (swept["promises"], swept["calls"], swept["invoices"]) == (1, 1, 1)
    assert ledger_moves(swept) == 3


def test_a_second_sweep_does_nothing(due):
    duties.swept(now=ONE)
    before = ledgers()

    assert ledger_moves(duties.swept(now=ONE)) == 0
    assert ledgers() == before


def test_with_nothing_due_it_does_nothing(shop, monday_nine):
    assert ledger_moves(duties.swept(now=monday_nine)) == 0


def test_with_nothing_due_it_asks_one_question_for_each_duty(
    missed, ticket, django_assert_num_queries, monday_nine
):
    missed(now=monday_nine, number="+16175550111")
    duties.swept(now=monday_nine)

    with django_assert_num_queries(len(duties.DUTIES) + 1):  # and one: is there anything to tell
        duties.swept(now=monday_nine)


def test_what_was_due_long_ago_is_caught_up_with(due):
    assert ledger_moves(duties.swept(now=ONE + timedelta(days=30))) == 3


@pytest.fixture
def bad_row(customer, missed, shop, monday_nine):
    """A promise that cannot be followed by another: businesses have a calendar without hours."""
    customer("Dahl Holdings", number="+16175550133", kind=Customer.Kind.BUSINESS)
    missed(now=monday_nine, call_id="bad", number="+16175550133")
    never = Calendar.objects.create(name="Never", zone="America/New_York")
    CallbackWindow.objects.create(
        calendar=never,
        minutes=60,
        customer_kind=Customer.Kind.BUSINESS,
        valid_from=ONE,
        made_at=monday_nine,
    )
    return Promise.objects.get()


def test_a_row_that_fails_stops_only_itself(bad_row, due, caplog):
    swept = duties.swept(now=ONE)

    assert (swept["promises"], swept["calls"], swept["invoices"]) == (1, 1, 1)
    bad_row.refresh_from_db()
    assert bad_row.status == Promise.Status.OPEN  # none of it, rather than half of it
    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in failed] == [f"failed: promises {bad_row.pk}"]


def test_and_is_done_once_it_can_be(bad_row, due, monday_nine, caplog):
    duties.swept(now=ONE)
    CallbackWindow.objects.create(
        calendar=Calendar.objects.exclude(name="Never").get(),
        minutes=60,
        customer_kind=Customer.Kind.BUSINESS,
        valid_from=ONE + HOUR,
        made_at=ONE,
    )

    assert duties.swept(now=ONE + HOUR)["promises"] == 1
    bad_row.refresh_from_db()
    assert (bad_row.status, bad_row.ended_at) == (Promise.Status.BROKEN, bad_row.due_at)


def test_one_bad_invoice_keeps_no_other_waiting(
    ticket, logged, customer, close, monkeypatch, monday_nine, caplog
):
    nils = customer("Nils Holm", number="+16175550199")
    bad, good = ticket, logged(now=monday_nine, customer=nils).ticket
    for each in (bad, good):
        close(each, now=monday_nine)
    lines = rating.lines

    def priced(ticket, *, now):
        if ticket == bad:
            raise ZeroDivisionError
        return lines(ticket, now=now)

    monkeypatch.setattr(rating, "lines", priced)

    assert duties.swept(now=ONE)["invoices"] == 1
    assert Invoice.objects.get().ticket == good
    monkeypatch.undo()
    assert duties.swept(now=ONE)["invoices"] == 0  # not at once, it may be in want of something
    assert duties.swept(now=ONE + HOUR)["invoices"] == 1
    assert list(Invoice.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_who_comes_second_is_not_an_error(due, monkeypatch, caplog):
    monkeypatch.setattr(gifts, "bill", lost)

    assert duties.swept(now=ONE)["invoices"] == 0
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def lost(ticket, *, now):
    raise states.LostRace(ticket)
