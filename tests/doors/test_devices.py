"""A device's own page."""

from datetime import date

import pytest

from helpdesk import journey
from tests.conftest import boston
from tests.doors.pages import fresh, said, text
from tickets.devices import Particulars
from tickets.models import Device

TEN = boston(2026, 3, 2, 10)
FORM = {
    "name": "ThinkPad T14",
    "serial": "PF-4C7T2",
    "bought_date": "2024-03-09",
    "bought_where": "Here",
    "price": "1199",
    "warranty_until": "",
    "financed_until": "",
}


@pytest.fixture
def device(ingrid):
    about = Particulars(name="ThinkPad", price=45, currency="EUR", bought_date=date(2024, 3, 9))
    return journey.device_written(ingrid, about)


def test_it_is_written_down_for_a_customer(at_desk, ingrid):
    assert "Write down a device" in text(at_desk.get(f"/customers/{ingrid.pk}/devices/new/"))

    response = at_desk.post(f"/customers/{ingrid.pk}/devices/new/", FORM)

    device = Device.objects.get()
    assert response["Location"] == f"/devices/{device.pk}/"
    assert said(response) == ["ThinkPad T14 is written down."]
    assert (device.customer, device.serial) == (ingrid, "PF-4C7T2")
    assert (device.price, device.currency) == (119900, "USD")


def test_a_form_that_is_refused_is_kept_as_typed(at_desk, ingrid):
    response = at_desk.post(f"/customers/{ingrid.pk}/devices/new/", FORM | {"price": "much"})

    assert response.status_code == 422
    assert 'value="much"' in response.content.decode()
    assert 'value="PF-4C7T2"' in response.content.decode()
    assert not Device.objects.exists()


def test_it_is_changed(at_desk, device):
    response = at_desk.post(f"/devices/{device.pk}/edit/", FORM)

    assert said(response) == ["Saved."]
    device = fresh(device)
    assert (device.name, device.bought_where) == ("ThinkPad T14", "Here")
    # Bought in another currency than ours, it stays so.
    assert (device.price, device.currency) == (119900, "EUR")


def test_a_price_may_go(at_desk, device):
    at_desk.post(f"/devices/{device.pk}/edit/", FORM | {"price": ""})

    device = fresh(device)
    assert (device.price, device.currency) == (None, "")


def test_what_is_saved_as_it_stands_stays_as_it_is(at_desk, device):
    shown = at_desk.get(f"/devices/{device.pk}/").context["form"]
    form = {name: shown[name].value() or "" for name in FORM}
    before = vars(fresh(device)) | {"_state": None}

    response = at_desk.post(f"/devices/{device.pk}/edit/", form)

    assert said(response) == ["Saved."]
    assert vars(fresh(device)) | {"_state": None} == before


def test_a_change_that_is_refused_keeps_the_page_as_it_was(at_desk, device):
    response = at_desk.post(f"/devices/{device.pk}/edit/", FORM | {"name": ""})

    assert response.status_code == 422
    assert "<h1>ThinkPad</h1>" in response.content.decode()
    assert fresh(device).name == "ThinkPad"


@pytest.mark.parametrize("count", [1, 3])
def test_every_time_it_was_here_in_as_many_statements(
    at_desk, device, make_ticket, sara, django_assert_max_num_queries, count
):
    for number in range(count):
        ticket = make_ticket(f"Visit {number}")
        journey.device_brought(ticket, device)
        journey.ticket_assigned(ticket, sara, now=TEN)

    with django_assert_max_num_queries(8):
        shown = text(at_desk.get(f"/devices/{device.pk}/"))

    assert [f"Visit {number}" in shown for number in range(count)] == [True] * count


def test_one_that_was_never_here_says_so(at_desk, device):
    shown = text(at_desk.get(f"/devices/{device.pk}/"))

    assert "It was not here yet" in shown
    assert "Ingrid Berg" in shown
