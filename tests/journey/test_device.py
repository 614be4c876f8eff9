"""What they bring: written down once, found by its serial number, and seen again."""

from datetime import date

import pytest
from django.db import transaction

from helpdesk import journey
from tests.conftest import boston
from tickets import search
from tickets.devices import NotTheirs, Particulars
from tickets.models import Device, Ticket

TEN = boston(2026, 3, 2, 10)
THINKPAD = Particulars(
    name="ThinkPad T14",
    serial="PF-4C7T2",
    bought_date=date(2024, 3, 9),
    bought_where="Here",
    price=119900,
    currency="USD",
    warranty_until=date(2027, 3, 9),
    financed_until=date(2027, 6, 1),
)


def found(query):
    return list(search.narrow(Ticket.objects.all(), query))


def test_it_is_written_down_with_all_we_know(ingrid):
    device = Device.objects.get(pk=journey.device_written(ingrid, THINKPAD).pk)

    assert device.customer == ingrid
    assert {name: getattr(device, name) for name in vars(THINKPAD)} == vars(THINKPAD)


def test_word_for_word_the_same_is_the_same(ingrid, customer):
    once = journey.device_written(ingrid, THINKPAD)
    other = customer("Olle Ek", "+16175550143")

    assert journey.device_written(ingrid, THINKPAD) == once
    assert journey.device_written(ingrid, Particulars(name="ThinkPad T14")) != once
    assert journey.device_written(other, THINKPAD) != once
    assert Device.objects.count() == 3


def test_a_ticket_is_found_by_the_device_it_is_about(ticket, ingrid):
    journey.device_brought(ticket, journey.device_written(ingrid, THINKPAD))

    assert Ticket.objects.get().device.name == "ThinkPad T14"
    assert found("pf-4c7t2") == found("thinkpad ingrid") == [ticket]


def test_by_its_new_name_too(ticket, ingrid):
    device = journey.device_written(ingrid, THINKPAD)
    journey.device_brought(ticket, device)

    journey.device_written(ingrid, Particulars(name="MacBook", serial="C02"), device=device)

    assert found("macbook c02") == [ticket]
    assert found("thinkpad") == []


def test_a_new_one_is_written_down_as_it_is_brought(ticket, ingrid):
    journey.device_brought(ticket, THINKPAD)

    device = Device.objects.get()
    assert (device.customer, Ticket.objects.get().device) == (ingrid, device)


def test_it_may_be_about_none_after_all(ticket):
    journey.device_brought(ticket, THINKPAD)
    journey.device_brought(ticket, None)

    assert Ticket.objects.get().device is None
    assert found("thinkpad") == []


def test_another_customer_s_is_refused_by_name(ticket, customer):
    other = journey.device_written(customer("Olle Ek", "+16175550143"), THINKPAD)

    with pytest.raises(NotTheirs, match="ThinkPad T14 belongs to Olle Ek"):
        journey.device_brought(ticket, other)

    assert Ticket.objects.get().device is None


def test_nobody_s_device_is_not_written_down(missed):
    stranger = missed(now=TEN, number="+16175550177").ticket

    with pytest.raises(NotTheirs, match="Say whose it is first"), transaction.atomic():
        journey.device_brought(stranger, THINKPAD)

    assert not Device.objects.exists()
