"""Concern, fault and device on a ticket's page: each form, and what the cards say."""

from datetime import date

import pytest

from helpdesk import journey
from helpdesk.web import trouble_page
from helpdesk.web.ticket_forms import About
from tests.conftest import boston
from tests.doors.pages import errors, fresh, said, text
from tickets import intake
from tickets.devices import Particulars
from tickets.models import Device, LoanDevice, Ticket
from tickets.models.work import Kind

TEN = boston(2026, 3, 2, 10)
MADDENING = "That is maddening, and it is on us to put it right."
OURS = Particulars(
    name="ThinkPad T14",
    serial="PF-4C7T2",
    bought_date=date(2024, 3, 9),
    bought_where="here",
    price=119900,
    currency="USD",
    warranty_until=date(2027, 3, 9),
    financed_until=date(2027, 6, 1),
)


@pytest.fixture
def page(at_desk):
    """The words of a ticket's page, with what `do` opens."""

    def page(ticket, do=""):
        return at_desk.get(f"/tickets/{ticket.pk}/", {"do": do} if do else None)

    return page


@pytest.fixture
def concerned(ticket, sara):
    journey.trouble_written(
        ticket, fault="Mainboard", concern="It was new in March.", by=sara, now=TEN
    )
    return ticket


@pytest.fixture
def acknowledged(concerned, sara):
    journey.concern_acknowledged(concerned, MADDENING, by=sara, now=TEN)
    return concerned


# -- concern and fault ---------------------------------------------------------------------------


def test_a_concern_that_is_written_down_asks_to_be_acknowledged(act, at_desk, page, ticket):
    response = act(ticket, "trouble", concern="It was new.\r\nIn March!", fault="Mainboard")

    ticket = fresh(ticket)
    assert (ticket.concern, ticket.fault) == ("It was new.\nIn March!", "Mainboard")
    assert response["Location"] == f"/tickets/{ticket.pk}/?do=acknowledge#do"
    opened = text(page(ticket, "acknowledge"))
    assert "Acknowledge their concern" in opened
    assert MADDENING in opened
    assert "not acknowledged yet" in opened


def test_a_fault_alone_asks_for_nothing_more(act, ticket):
    response = act(ticket, "trouble", fault="Mainboard", concern="")

    assert response["Location"] == f"/tickets/{ticket.pk}/"
    assert said(response) == ["Written down."]


def test_of_two_who_write_it_down_nothing_is_lost(act, page, concerned, sara):
    seen = page(concerned, "trouble").context["panel"].seen
    journey.trouble_written(
        concerned, fault="Mainboard", concern="It was new. She cried.", by=sara, now=TEN
    )

    refused = act(concerned, "trouble", concern="It was new!", fault="Power stage", seen=seen)

    assert refused.status_code == 422
    assert fresh(concerned).concern == "It was new. She cried."
    assert "It was new. She cried." in text(refused)
    again = refused.context["panel"]
    act(
        concerned,
        "trouble",
        concern="It was new!",
        fault="Power stage",
        seen=again.seen,
        keep_concern="theirs",
    )
    assert fresh(concerned).concern == "It was new. She cried."
    assert fresh(concerned).fault == "Power stage"


@pytest.mark.parametrize(("number", "words"), [("0", MADDENING), ("1", "You should not have had")])
def test_it_is_acknowledged_in_ready_words(act, concerned, sara, monday_nine, number, words):
    response = act(concerned, "acknowledge", said=number, words="")

    ticket = fresh(concerned)
    assert (ticket.acknowledged_by, ticket.acknowledged_at) == (sara, monday_nine)
    assert ticket.acknowledged_text.startswith(words)
    assert said(response) == ["Acknowledged."]


def test_one_s_own_words_are_what_was_said(act, concerned):
    act(concerned, "acknowledge", said="0", words=" I am so sorry. ")

    assert fresh(concerned).acknowledged_text == "I am so sorry."


def test_something_has_to_be_said(act, concerned):
    assert list(errors(act(concerned, "acknowledge", said="", words=" "))) == ["words"]
    assert fresh(concerned).acknowledged_at is None


@pytest.mark.parametrize("form", [{"said": "3"}, {"said": "-1"}, {"said": "nonsense"}])
def test_what_was_not_offered_was_not_said(act, concerned, form):
    assert "said" in errors(act(concerned, "acknowledge", **form))
    assert fresh(concerned).acknowledged_at is None


def test_without_a_concern_the_form_says_what_to_do(act, page, ticket):
    assert "Write down their concern first." in text(page(ticket, "acknowledge"))
    assert list(errors(act(ticket, "acknowledge", said="0"))) == ["__all__"]


def test_acknowledged_before_one_hears_who_has(act, acknowledged):
    response = act(acknowledged, "acknowledge", words="Sorry.")

    assert f"Sara Lind has acknowledged it: “{MADDENING}”" in text(response)
    assert fresh(acknowledged).acknowledged_text == MADDENING


def test_it_is_settled(act, page, acknowledged, sara):
    assert "“It was new in March.”" in text(page(acknowledged, "ease"))

    response = act(acknowledged, "ease")

    assert fresh(acknowledged).eased_by == sara
    assert said(response) == ["Settled."]
    assert "settled" in text(page(acknowledged))


def test_not_before_it_is_acknowledged(act, concerned):
    assert list(errors(act(concerned, "ease"))) == ["__all__"]
    assert fresh(concerned).eased_at is None


def test_what_was_acknowledged_is_not_struck_out(act, acknowledged):
    refused = errors(act(acknowledged, "trouble", concern="", fault=""))

    assert [it["message"] for it in refused["concern"]] == [
        "Their concern was acknowledged: it stays written down."
    ]


def test_the_card_says_what_was_said_by_whom_and_when(page, acknowledged):
    shown = text(page(acknowledged))

    assert "Concern acknowledged It was new in March." in shown
    assert f"Sara Lind, today 10:00 : “{MADDENING}”" in shown


def test_what_they_said_is_not_read_as_html(page, ticket, sara):
    journey.trouble_written(ticket, fault="<b>", concern="<script>", by=sara, now=TEN)

    shown = page(ticket).content.decode()
    assert "<p>&lt;script&gt;</p>" in shown
    assert "<p>&lt;b&gt;</p>" in shown


# -- the device ----------------------------------------------------------------------------------

NEW = {
    "device": "new",
    "name": "ThinkPad T14",
    "serial": "PF-4C7T2",
    "bought_date": "2024-03-09",
    "bought_where": "here",
    "price": "1,199.00",
    "warranty_until": "2027-03-09",
    "financed_until": "2027-06-01",
}


def test_a_new_device_is_written_down_with_its_price(act, ticket, ingrid):
    response = act(ticket, "device", **NEW)

    device = Device.objects.get()
    assert (fresh(ticket).device, device.customer) == (device, ingrid)
    assert {name: getattr(device, name) for name in vars(OURS)} == vars(OURS)
    assert said(response) == ["It is about the ThinkPad T14."]


def test_pressed_twice_it_is_one(act, ticket):
    for _ in range(2):
        act(ticket, "device", **NEW)

    assert Device.objects.count() == 1


def test_one_of_theirs_is_chosen_and_laid_down(act, page, ticket, ingrid):
    device = journey.device_written(ingrid, OURS)
    assert "ThinkPad T14 · PF-4C7T2" in text(page(ticket, "device"))

    act(ticket, "device", device=device.pk)
    assert fresh(ticket).device == device

    response = act(ticket, "device", device="none")
    assert fresh(ticket).device is None
    assert said(response)[-1] == "It is about no device now."


def test_another_customer_s_is_not_offered(act, ticket, customer):
    other = journey.device_written(customer("Olle Ek", "+16175550143"), OURS)

    assert list(errors(act(ticket, "device", device=other.pk))) == ["device"]
    assert fresh(ticket).device is None


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"price": "a lot"}, "price"),
        ({"price": "-5"}, "price"),
        ({"price": "1.999"}, "price"),
        ({"bought_date": "2026-03-03"}, "bought_date"),
        ({"bought_date": "soon"}, "bought_date"),
        ({"warranty_until": "0000-00-00"}, "warranty_until"),
        ({"device": ""}, "device"),
        ({"device": "99999999999999999999"}, "device"),
    ],
)
def test_what_cannot_be_is_refused_and_kept_as_typed(act, ticket, form, wrong):
    response = act(ticket, "device", **NEW | form)

    assert list(errors(response)) == [wrong]
    assert response.context["panel"].data[wrong] == (NEW | form)[wrong]
    assert not Device.objects.exists()


def test_whose_it_is_has_to_be_known_first(act, page, make_ticket):
    stranger = make_ticket(customer=None)

    assert "Say whose it is first" in text(page(stranger, "device"))
    assert "__all__" in errors(act(stranger, "device", **NEW))
    assert not Device.objects.exists()


def test_the_card_says_what_makes_it_worse(page, ticket):
    journey.device_brought(ticket, OURS)

    shown = text(page(ticket))
    assert "under warranty until 9 Mar 2027" in shown
    assert "still paying until 1 Jun 2027" in shown
    assert "Serial PF-4C7T2 Bought 9 Mar 2024, here Price $1,199.00 Came back never" in shown


def test_how_often_it_came_back_with_the_last_three(page, make_ticket, sara):
    first, *others = [make_ticket(f"Visit {number}") for number in range(6)]
    journey.device_brought(first, OURS)
    for each in others:
        journey.device_brought(each, first.device)
    journey.marked_spam(others[-1], by=sara, now=TEN)

    shown = text(page(first))
    assert "Came back 4 times" in shown
    assert [f"Visit {n}" in shown for n in range(1, 6)] == [False, True, True, True, False]


@pytest.mark.parametrize("count", [1, 3])
def test_the_cards_cost_two_statements(
    django_assert_num_queries, make_ticket, sara, per, shop, count
):
    ticket = make_ticket()
    journey.device_brought(ticket, OURS)
    for number in range(count):
        journey.device_brought(make_ticket(), ticket.device)
        loan = LoanDevice.objects.create(name=f"Loan {number}")
        journey.device_lent(loan, ticket, date(2026, 3, 5), by=sara, now=TEN)
    for who in (sara, per)[:count]:
        journey.ticket_watched(ticket, by=who)
    ticket = Ticket.objects.select_related(*trouble_page.LOADS).get(pk=ticket.pk)

    with django_assert_num_queries(2):
        shown = trouble_page.context(About(ticket, sara, shop, TEN))

    assert (len(shown["device_tickets"]), shown["came_back"]) == (count, count)
    assert [lent.name for lent in shown["loans"]] == [f"Loan {n}" for n in range(count)]
    assert [str(it) for it in shown["watchers"]] == sorted(map(str, (sara, per)[:count]))
    assert shown["is_watching"] is True


def test_what_was_lent_on_a_ticket_that_was_merged_is_seen_here(page, make_ticket, sara):
    one, other = make_ticket("One"), make_ticket("Other")
    spare = LoanDevice.objects.create(name="ThinkPad L13")
    journey.device_lent(spare, one, date(2026, 3, 5), by=sara, now=TEN)
    journey.tickets_merged(one, other, by=sara, now=TEN)

    assert "Loan: ThinkPad L13 back by Thu" in text(page(other))


def test_what_has_ended_is_shown_and_not_changed(act, page, acknowledged, sara):
    journey.concern_eased(acknowledged, by=sara, now=TEN)
    journey.ticket_closed(acknowledged, charge="free", by=sara, now=TEN)

    shown = text(page(acknowledged))
    assert "It was new in March." in shown
    assert "Change…" not in shown
    assert act(acknowledged, "trouble", concern="x", fault="").status_code == 302
    assert fresh(acknowledged).concern == "It was new in March."


def test_a_ticket_without_any_of_it_says_what_could_be_there(page, ticket):
    shown = text(page(ticket))

    assert "What is broken, and what did that do to their trust?" in shown
    assert "None is written down." in shown


def test_the_list_finds_a_ticket_by_serial_and_concern(at_desk, concerned, ingrid):
    journey.device_brought(concerned, journey.device_written(ingrid, OURS))
    intake.open_ticket(subject="Other", channel=Kind.CALL, now=TEN)

    for query in ("pf-4c7t2", "new in march", "mainboard"):
        rows = at_desk.get("/tickets/", {"q": query}).content.decode()
        assert (query, f"/tickets/{concerned.pk}/" in rows, "Other" in rows) == (query, True, False)
