"""Which ticket it belongs on, and whose ticket it is."""

import pytest

from helpdesk import journey
from tests.doors.pages import CHANGED, errors, fresh, said, text
from tickets import intake
from tickets.models import Customer, Interaction
from tickets.models.work import Kind


@pytest.fixture
def stranger(missed, monday_nine):
    """A ticket of somebody we do not know."""
    return missed(now=monday_nine, number="+16175550177").ticket


# -- two tickets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["{}", "#{}", " # {} "])
def test_it_is_merged_into_the_ticket_that_was_typed(
    act, ticket, make_ticket, sara, monday_nine, typed
):
    journey.note_added(ticket, "Found a moth.", by=sara, now=monday_nine)
    into = make_ticket("All")

    response = act(ticket, "merge", into=typed.format(into.pk))

    assert response["Location"] == f"/tickets/{into.pk}/"
    assert fresh(ticket).merged_into == into
    assert Interaction.objects.get().ticket == into


@pytest.mark.parametrize("typed", ["", "7", "x", "-1", "9" * 40, "１００１", "1001; drop"])
def test_it_is_not_merged_into_what_is_no_ticket(act, ticket, typed):
    response = act(ticket, "merge", into=typed)

    assert list(errors(response)) == ["into"]
    assert response.context["panel"].data["into"] == typed
    assert fresh(ticket).status == "new"


@pytest.mark.parametrize("into", ["itself", "ended", "another's"])
def test_what_cannot_be_merged_says_why(act, ticket, make_ticket, shop, sara, monday_nine, into):
    bob = intake.new_customer("Bob", shop=shop, now=monday_nine)
    other = {"itself": ticket, "ended": make_ticket("A"), "another's": make_ticket("B", bob)}[into]
    if into == "ended":
        journey.ticket_closed(other, charge="free", by=sara, now=monday_nine)

    wrong = errors(act(ticket, "merge", into=other.pk))

    why = {"itself": "into itself", "ended": "Reopen it first", "another's": "two customers"}
    assert why[into] in wrong["into"][0]["message"]
    assert fresh(ticket).status == "new"


def test_the_likely_ones_are_offered(at_desk, act, ticket, make_ticket):
    other = make_ticket("Same laptop")

    page = at_desk.get(f"/tickets/{ticket.pk}/?do=merge")

    assert f"Their other open tickets: {other} Same laptop Merge into this one" in text(page)


def test_a_contact_is_read_on_the_ticket_it_was_about(act, ticket, make_ticket, sara, monday_nine):
    for words in ("About the laptop", "About the printer"):
        journey.note_added(ticket, words, by=sara, now=monday_nine)
    printer, contact = make_ticket("Printer"), Interaction.objects.get(text="About the printer")

    response = act(ticket, f"contacts/{contact.pk}/move", to=printer.pk)

    assert response["Location"] == f"/tickets/{printer.pk}/"
    assert fresh(contact).ticket == printer
    assert fresh(ticket).status == "new"


def test_a_ticket_left_empty_goes_along(act, ticket, stranger):
    contact = Interaction.objects.get()

    act(stranger, f"contacts/{contact.pk}/move", to=ticket.pk)

    assert fresh(contact).ticket == ticket
    assert fresh(stranger).merged_into == ticket


@pytest.mark.parametrize("to", ["same", "ended", "none"])
def test_a_contact_stays_where_it_cannot_go(act, ticket, make_ticket, sara, monday_nine, to):
    journey.note_added(ticket, "About the laptop", by=sara, now=monday_nine)
    ended = make_ticket("Ended")
    journey.ticket_closed(ended, charge="free", by=sara, now=monday_nine)
    contact = Interaction.objects.get()
    typed = {"same": ticket.pk, "ended": ended.pk, "none": "7"}[to]

    response = act(ticket, f"contacts/{contact.pk}/move", to=typed)

    assert list(errors(response)) == ["to"]
    assert fresh(contact).ticket == ticket


# -- whose it is ---------------------------------------------------------------------------------


def test_a_stranger_is_somebody_we_know(act, stranger, ingrid):
    response = act(stranger, "identify", customer=ingrid.pk)

    assert fresh(stranger).customer == ingrid
    assert stranger.contact_point in ingrid.contact_points.all()
    assert said(response) == ["It is Ingrid Berg's."]


def test_a_stranger_is_somebody_new(act, stranger):
    act(stranger, "identify", name=" Olof \u200bDahl ")

    customer = fresh(stranger).customer
    assert customer.name == "Olof Dahl"
    assert list(customer.contact_points.all()) == [stranger.contact_point]


def test_their_other_tickets_are_theirs_too(act, stranger, monday_nine):
    other = intake.open_ticket(
        subject="Earlier", channel=Kind.CALL, point=stranger.contact_point, now=monday_nine
    )

    act(stranger, "identify", name="Olof Dahl")

    assert fresh(other).customer == Customer.objects.get(name="Olof Dahl")


def test_somebody_who_withheld_the_number_may_give_it(act, missed, monday_nine):
    ticket = missed(now=monday_nine, number="anonymous").ticket

    act(ticket, "identify", name="Olof Dahl", number="617 555 0188")

    assert fresh(ticket).customer.contact_points.get().value == "+16175550188"


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Olof", "number": "not one"}, "number"),
        ({"customer": "99"}, "customer"),
        ({"customer": "x"}, "customer"),
    ],
)
def test_nobody_is_made_of_nothing(act, missed, monday_nine, form, wrong):
    ticket = missed(now=monday_nine, number="anonymous").ticket

    response = act(ticket, "identify", **form)

    assert list(errors(response, "identify")) == [wrong]
    assert fresh(ticket).customer is None
    assert not Customer.objects.exists()


def test_of_two_who_identify_it_the_second_is_told_of_the_first(act, stranger, ingrid):
    act(stranger, "identify", customer=ingrid.pk)

    response = act(stranger, "identify", name="Olof Dahl")

    assert said(response)[-1] == CHANGED
    assert fresh(stranger).customer == ingrid
    assert not Customer.objects.filter(name="Olof Dahl").exists()
