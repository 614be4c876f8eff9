"""Two customers turn out to be one, and two after all."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from helpdesk import duties, journey
from tests.conftest import CALLER, boston
from tests.journey.ledger import fates
from tickets import devices, intake, phones, search
from tickets.customers import NotOneCustomer, survivor
from tickets.models import ContactPoint, Customer, CustomerMerge, Ticket
from tickets.states import LostRace

HOUR = timedelta(hours=1)
ANOTHER, THIRD = "+16175550199", "+16175550177"
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def double(customer):
    """Ingrid once more, under her maiden name and from another telephone."""
    return customer("Ingrid Dahl", ANOTHER, kind="person")


@pytest.fixture
def merge(sara):
    def merge(gone, kept, *, now=NOON):
        return journey.customers_merged(gone, kept, by=sara, now=now)

    return merge


@pytest.fixture
def undo(sara):
    def undo(gone, *, now=NOON + HOUR):
        return journey.customer_merge_undone(gone, by=sara, now=now)

    return undo


def whose():
    """Each ticket's customer, the oldest first."""
    return list(Ticket.objects.order_by("pk").values_list("customer__name", flat=True))


def numbers(customer):
    return sorted(customer.contact_points.values_list("value", flat=True))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# -- becoming one --------------------------------------------------------------------------------


def test_what_was_the_other_s_is_theirs(ingrid, double, logged, merge):
    ticket = logged(now=NOON, customer=double, wants_callback=True).ticket
    laptop = devices.write(double, devices.Particulars("ThinkPad"))

    merged = merge(double, ingrid)

    assert whose() == ["Ingrid Berg"]
    assert fates() == [("callback", "open")]
    assert fresh(laptop).customer == ingrid
    assert (numbers(ingrid), numbers(double)) == ([CALLER, ANOTHER], [])
    assert fresh(double).merged_into == ingrid
    point = ContactPoint.objects.get(value=ANOTHER)
    assert (merged.tickets, merged.points, merged.devices) == ([ticket.pk], [point.pk], [laptop.pk])


def test_nothing_else_of_whoever_goes_is_changed(ingrid, double, merge):
    Customer.objects.filter(pk=double.pk).update(note="Has a dog.", address="High Street")
    before = Customer.objects.values().get(pk=double.pk)

    merge(double, ingrid)

    after = Customer.objects.values().get(pk=double.pk)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"merged_into_id", "search_text"}


def test_the_next_call_from_either_number_is_from_them(ingrid, double, merge, spoken):
    merge(double, ingrid)

    heard = [spoken(now=NOON, call_id=number, number=number) for number in (CALLER, ANOTHER)]

    assert [it.ticket.customer for it in heard] == [ingrid, ingrid]


def test_tickets_are_found_by_the_name_and_number_they_have_now(ingrid, double, logged, merge):
    ticket = logged(now=NOON, customer=double).ticket

    merge(double, ingrid)

    everything = Ticket.objects.all()
    assert list(search.narrow(everything, "ingrid berg")) == [ticket]
    assert list(search.narrow(everything, "dahl")) == []
    assert list(search.narrow(everything, CALLER)) == [ticket]
    assert list(search.narrow(Customer.objects.all(), ANOTHER)) == [ingrid]


def test_an_invoice_keeps_the_buyer_it_was_issued_to(ingrid, double, logged, close, merge):
    ticket = close(logged(now=NOON, customer=double).ticket, now=NOON)
    duties.swept(now=NOON + HOUR)

    merge(double, ingrid, now=NOON + HOUR)

    invoice = Invoice.objects.get()
    assert (invoice.customer, invoice.buyer_name) == (double, "Ingrid Dahl")
    assert fresh(ticket).customer == ingrid


def test_what_is_invoiced_afterwards_is_issued_to_who_stayed(ingrid, double, logged, close, merge):
    close(logged(now=NOON, customer=double).ticket, now=NOON)

    merge(double, ingrid)
    duties.swept(now=NOON + HOUR)

    assert Invoice.objects.get().buyer_name == "Ingrid Berg"


def test_nobody_is_merged_with_themselves(ingrid, merge):
    with pytest.raises(NotOneCustomer, match="the same customer"):
        merge(ingrid, ingrid)


@pytest.mark.parametrize("pair", [("double", "ingrid"), ("ingrid", "double")])
def test_who_is_part_of_another_is_not_merged_again(ingrid, double, merge, pair):
    merge(double, ingrid)
    people = {"double": double, "ingrid": ingrid}

    with pytest.raises(NotOneCustomer, match="Ingrid Dahl is a part of Ingrid Berg already"):
        merge(*(people[name] for name in pair))


# -- undoing it ----------------------------------------------------------------------------------


def test_all_that_moved_goes_back(ingrid, double, logged, merge, undo, sara):
    mine = logged(now=NOON, customer=ingrid).ticket
    theirs = logged(now=NOON, customer=double, wants_callback=True).ticket
    laptop = devices.write(double, devices.Particulars("ThinkPad"))
    before = list(Customer.objects.order_by("pk").values())
    merge(double, ingrid)

    undone = undo(double)

    assert list(Customer.objects.order_by("pk").values()) == before
    assert (fresh(mine).customer, fresh(theirs).customer) == (ingrid, double)
    assert fresh(laptop).customer == double
    assert (numbers(ingrid), numbers(double)) == ([CALLER], [ANOTHER])
    assert (undone.undone_at, undone.undone_by) == (NOON + HOUR, sara)
    assert list(search.narrow(Ticket.objects.all(), "dahl")) == [theirs]
    assert list(search.narrow(Ticket.objects.all(), CALLER)) == [mine]


def test_years_later_too(ingrid, double, merge, undo):
    merge(double, ingrid)

    undo(double, now=NOON + 5 * 365 * timedelta(days=1))

    assert fresh(double).merged_into is None


def test_what_came_after_the_merge_stays(ingrid, double, logged, merge, undo, spoken):
    logged(now=NOON, customer=double)
    merge(double, ingrid)
    logged(now=NOON, customer=ingrid)

    undo(double)

    assert whose() == ["Ingrid Dahl", "Ingrid Berg"]
    heard = spoken(now=NOON + HOUR, number=ANOTHER)
    assert heard.ticket.customer == double


def test_what_was_changed_since_stays_as_it_was_changed(
    ingrid, double, customer, logged, merge, undo, sara
):
    nils = customer("Nils Holm", THIRD)
    ticket = logged(now=NOON, customer=double).ticket
    merge(double, ingrid)
    journey.ticket_reassigned_to(fresh(ticket), nils, by=sara, now=NOON)
    journey.customer_not_reached_by(ingrid, ContactPoint.objects.get(value=ANOTHER))

    undo(double)

    assert whose() == ["Nils Holm"]
    assert (numbers(ingrid), numbers(double), numbers(nils)) == ([CALLER], [], [THIRD])


def test_a_device_that_was_brought_again_stays(ingrid, double, logged, merge, undo):
    laptop = devices.write(double, devices.Particulars("ThinkPad"))
    merge(double, ingrid)
    laptop.refresh_from_db()
    devices.bring(logged(now=NOON, customer=ingrid).ticket, laptop)

    undo(double)

    assert fresh(laptop).customer == ingrid


def test_a_number_both_had_both_have_again(ingrid, double, merge, undo):
    journey.customer_reached_by(double, intake.reachable(CALLER, "US"))

    merge(double, ingrid)
    assert intake.caller(phones.read(CALLER, "US")).customer == ingrid
    undo(double)

    assert (numbers(ingrid), numbers(double)) == ([CALLER], [CALLER, ANOTHER])


def test_it_is_undone_once(ingrid, double, merge, undo):
    merge(double, ingrid)
    undo(double)

    with pytest.raises(LostRace):
        undo(double)


def test_they_may_be_merged_again_and_the_other_way_round(ingrid, double, logged, merge, undo):
    logged(now=NOON, customer=double)
    merge(double, ingrid)
    undo(double)

    merge(fresh(ingrid), fresh(double))

    assert whose() == ["Ingrid Dahl"]
    assert CustomerMerge.objects.filter(undone_at=None).get().gone == ingrid


# -- one after the other -------------------------------------------------------------------------


@pytest.fixture
def chain(ingrid, double, customer, logged, merge):
    """Ingrid Dahl became Ingrid Berg, who became Inga Berg; each had called once."""
    inga = customer("Inga Berg", THIRD)
    for each in (double, ingrid, inga):
        logged(now=NOON, customer=each)
    merge(double, ingrid)
    merge(ingrid, inga)
    return double, ingrid, inga


def test_who_is_merged_takes_along_who_they_were(chain, spoken):
    double, _ingrid, inga = chain

    assert whose() == ["Inga Berg"] * 3
    assert numbers(inga) == [CALLER, THIRD, ANOTHER]
    assert survivor(fresh(double)) == inga
    assert spoken(now=NOON, number=ANOTHER).ticket.customer == inga


def test_undone_from_the_last_to_the_first(chain, undo):
    double, ingrid, _inga = chain

    undo(ingrid)
    assert whose() == ["Ingrid Berg", "Ingrid Berg", "Inga Berg"]
    undo(double)

    assert whose() == ["Ingrid Dahl", "Ingrid Berg", "Inga Berg"]
    assert [numbers(each) for each in chain] == [[ANOTHER], [CALLER], [THIRD]]


def test_undone_from_the_first_to_the_last(chain, undo):
    double, ingrid, _inga = chain

    undo(double)
    assert whose() == ["Ingrid Dahl", "Inga Berg", "Inga Berg"]
    assert [numbers(each) for each in chain] == [[ANOTHER], [], [CALLER, THIRD]]
    undo(ingrid)

    assert whose() == ["Ingrid Dahl", "Ingrid Berg", "Inga Berg"]
    assert [numbers(each) for each in chain] == [[ANOTHER], [CALLER], [THIRD]]


def test_a_number_the_last_one_had_anyway_stays_theirs(ingrid, double, customer, merge, undo):
    inga = customer("Inga Berg", THIRD)
    journey.customer_reached_by(inga, intake.reachable(ANOTHER, "US"))
    merge(double, ingrid)
    merge(ingrid, inga)

    undo(double)

    assert [numbers(each) for each in (double, inga)] == [[ANOTHER], [CALLER, THIRD, ANOTHER]]
