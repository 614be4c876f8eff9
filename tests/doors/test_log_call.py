"""A call, or somebody at the counter, is written down: what is saved, and what they are told."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from billing.models import Settlement
from helpdesk import duties
from helpdesk.models import AuditEntry
from policies.models import Promise, Quote
from tests.conftest import CALLER, boston
from tests.doors.log_page import Page, clock, desk, promised, ticket
from tickets.models import Customer, Interaction, Service, Ticket

__all__ = ["clock", "desk", "promised", "ticket"]  # fixtures

SAYS = {"said": "The screen stays black.\nSince Tuesday."}
CALL_BACK = SAYS | {"outcome": "callback"}
FREE = SAYS | {"outcome": "answered", "charge": "free"}
NUMBER = "(617) 555-0142"


def test_a_stranger_stays_one_until_there_is_a_name(desk):
    desk.log(CALL_BACK, number=NUMBER)

    ticket = Ticket.objects.get()
    assert ticket.customer is None
    assert ticket.contact_point.value == CALLER
    assert ticket.subject == "The screen stays black."
    assert ticket.status == Ticket.Status.OPEN
    assert ticket.interactions.get().text == SAYS["said"]
    assert Promise.objects.get().due_at == boston(2026, 3, 2, 13)


def test_the_audit_says_on_which_ticket(desk):
    desk.log(CALL_BACK, number=NUMBER)

    ((kind, key),) = AuditEntry.objects.filter(action="log-call").values_list("kind", "key")
    assert (kind, key) == ("ticket", str(Ticket.objects.get().pk))


def test_somebody_new_becomes_a_customer_and_what_they_said_before_theirs(desk, missed, clock):
    missed(now=clock.at - timedelta(minutes=5))
    new = {"about": "new", "new_name": " Åsa  Öberg", "new_kind": "business", "new_language": "sv"}

    page = desk.log(CALL_BACK | new, number=NUMBER)

    customer = Customer.objects.get()
    assert (customer.name, customer.kind, customer.language) == ("Åsa Öberg", "business", "sv")
    assert customer.contact_points.get().value == CALLER
    assert [ticket.customer for ticket in Ticket.objects.all()] == [customer, customer]
    assert Promise.objects.get(ticket=Ticket.objects.last()).told_text == page.read[0]
    assert "Du hör från oss senast 13:00 i dag." in page.read[0]


def test_a_name_alone_is_enough_at_the_counter(desk):
    page = desk.open(q="Bengt Öst")
    assert page.fields["about"] == "new"
    assert page.fields["new_name"] == "Bengt Öst"

    desk.send(desk.change(page, how="counter", **FREE))

    ticket = Ticket.objects.get()
    assert (ticket.customer.name, ticket.channel) == ("Bengt Öst", "walk_in")
    assert ticket.contact_point is None


def test_the_sentence_on_the_page_is_the_promise_that_is_saved(desk, ingrid, clock):
    page = desk.change(desk.open(number=NUMBER), **CALL_BACK)
    clock.at += timedelta(hours=3)  # a long call

    desk.send(page)

    promise = Promise.objects.get()
    assert promise.told_text == page.read[0]
    assert promise.told_text.endswith("You will hear from us by 1:00\u202fPM today.")
    assert promise.due_at == boston(2026, 3, 2, 13)
    assert promise.told_at == clock.at


def test_a_promise_that_stands_is_told_again_and_not_moved(desk, promised, clock):
    desk.log(CALL_BACK, number=NUMBER)

    promise = Promise.objects.get()
    assert promise == promised
    assert promise.due_at == boston(2026, 3, 2, 13)
    assert Interaction.objects.filter(ticket=promised.ticket).count() == 2


def test_the_sentence_is_that_of_the_promise_that_stands(desk, promised, clock):
    clock.at = boston(2026, 3, 2, 12)

    page = desk.log(CALL_BACK, number=NUMBER)

    assert "by 1:00\u202fPM today" in page.read[0]


def test_that_it_stands_is_said_on_the_page_and_after(desk, promised, clock):
    clock.at = boston(2026, 3, 2, 12)
    page = desk.open(number=NUMBER)
    words = " ".join(re.sub("<[^>]*>", " ", page.html).split())
    assert "A call back today 13:00 is promised already, since today 08:00 . That stands." in words

    desk.send(desk.change(page, **CALL_BACK))

    shown = desk.client.get(reverse("notices")).content.decode()
    assert "Promised before, and it stands: we call back by 1:00\u202fPM today." in shown


def test_what_is_promised_for_the_first_time_is_not_said_to_stand(desk, ticket):
    assert "promised already" not in desk.open(number=NUMBER).html


def test_nobody_is_told_a_time_that_has_gone_by(desk, promised, clock):
    clock.at = boston(2026, 3, 2, 13, 1)  # and nothing has swept

    page = desk.log(CALL_BACK, number=NUMBER)

    promised.refresh_from_db()
    following = Promise.objects.open().get()
    assert promised.status == Promise.Status.BROKEN
    assert following.follows == promised
    assert following.due_at == boston(2026, 3, 3, 9, 1)
    assert following.told_text == page.read[0]


def test_without_script_a_changed_sentence_is_shown_before_it_is_saved(desk, customer):
    customer("Åsa Öberg", language="sv")
    page = desk.open(number=NUMBER)
    english = ["We call back Monday to Friday 9:00\u202fAM to 5:00\u202fPM."]

    again = Page(desk.send(page, **CALL_BACK | {"read": english}))

    assert again.status == 422
    assert "The promise is another one now." in again.html
    assert again.fields["said"] == SAYS["said"]
    assert Interaction.objects.count() == 0
    assert desk.send(again).status_code == 302
    assert Promise.objects.get().told_text in again.read


def test_a_new_matter_of_somebody_with_an_open_ticket(desk, ticket, ingrid):
    desk.log(
        CALL_BACK | {"about": f"customer:{ingrid.pk}", "subject": "Black screen"}, number=NUMBER
    )

    new = Ticket.objects.last()
    assert new != ticket
    assert (new.customer, new.subject) == (ingrid, "Black screen")
    assert new.contact_point == ticket.contact_point


def test_a_known_customer_on_a_new_number(desk, ingrid, missed, clock):
    missed(now=clock.at, number="+16175550199")
    new = {"about": f"customer:{ingrid.pk}", "number": "617 555 0199"}

    desk.log(CALL_BACK | new, q="ingrid")

    assert sorted(ingrid.contact_points.values_list("value", flat=True)) == [CALLER, "+16175550199"]
    assert {ticket.customer for ticket in Ticket.objects.all()} == {ingrid}


def test_another_number_is_where_they_wait_for_us(desk, ticket):
    desk.log(CALL_BACK | {"number": "617 555 0199"}, number=NUMBER)

    ticket.refresh_from_db()
    assert ticket.contact_point.value == "+16175550199"
    assert ticket.interactions.last().contact_point == ticket.contact_point


def test_a_number_of_somebody_else_stays_theirs(desk, ingrid, customer):
    bengt = customer("Bengt Öst", number="+16175550199")

    desk.log(CALL_BACK | {"about": f"customer:{ingrid.pk}", "number": "617 555 0199"}, q="ingrid")

    assert bengt.contact_points.get().customers.get() == bengt


@pytest.mark.parametrize(
    ("how", "kind", "direction", "statuses"),
    [
        ("in", "call", "in", ["open"]),
        ("counter", "walk_in", "in", ["open"]),
        ("out", "call", "out", ["kept"]),
        ("no_answer", "call", "out", ["kept", "open"]),
    ],
)
def test_each_kind_of_contact(desk, promised, clock, how, kind, direction, statuses):
    clock.at = boston(2026, 3, 2, 12)

    desk.log({"how": how, "outcome": "pass_on", "said": "Spoke."}, ticket=promised.ticket.pk)

    contact = Interaction.objects.last()
    assert (contact.kind, contact.direction) == (kind, direction)
    assert contact.happened_at == clock.at
    assert list(Promise.objects.order_by("pk").values_list("status", flat=True)) == statuses


def test_nobody_is_told_anything_who_did_not_answer(desk, promised, clock):
    clock.at = boston(2026, 3, 2, 12)
    nothing = {"how": "no_answer", "outcome": "callback", "said": ""}

    page = desk.log(nothing, ticket=promised.ticket.pk, direction="out")

    following = Promise.objects.open().get()
    assert page.read == []
    assert (following.follows, following.told_at) == (promised, None)
    assert following.due_at == boston(2026, 3, 2, 16)


def test_calling_back_keeps_the_promise_and_makes_the_next(desk, promised, clock):
    clock.at = boston(2026, 3, 2, 12)

    page = desk.log(CALL_BACK, ticket=promised.ticket.pk, direction="out")

    promised.refresh_from_db()
    assert promised.status == Promise.Status.KEPT
    following = Promise.objects.open().get()
    assert following.due_at == boston(2026, 3, 2, 16)
    assert following.told_text == page.read[0]


@pytest.mark.parametrize(
    ("charge", "said"),
    [
        ("free", "It is invoiced and given today 10:00: $45.00."),
        ("charged", "It is invoiced today 10:00: $45.00."),
    ],
)
def test_answered_ends_the_ticket(desk, promised, charge, said):
    page = desk.change(desk.open(number=NUMBER), **FREE | {"charge": charge})
    response = desk.client.get(desk.send(page, button="next")["Location"])

    promised.refresh_from_db()
    ticket = promised.ticket
    assert (ticket.status, ticket.charge) == (Ticket.Status.CLOSED, charge)
    assert promised.status == Promise.Status.VOID  # they called again and were answered
    assert said in response.content.decode()


def test_what_was_free_becomes_a_gift(desk, ingrid, clock):
    desk.log(FREE | {"minutes": "50", "gift_reason": "A long-time customer"}, number=NUMBER)

    duties.swept(now=clock.at + timedelta(hours=1))

    gift = Settlement.objects.get()
    assert (gift.amount, gift.reason) == (9000, "A long-time customer")


def test_they_solved_it_themselves(desk, promised, clock):
    clock.at = boston(2026, 3, 2, 12)
    solved = SAYS | {"outcome": "solved", "charge": "free"}

    desk.log(solved, ticket=promised.ticket.pk, direction="out")

    promised.refresh_from_db()
    assert promised.status == Promise.Status.SOLVED
    assert promised.ticket.status == Ticket.Status.CLOSED


def test_a_quote_they_agree_to_is_a_promise(desk, ticket, promised):
    laptop = Service.objects.get(name="Laptop repair")
    agreed = SAYS | {"outcome": "quote", "service": laptop.pk, "agreed": "yes", "days": "5"}

    page = desk.log(agreed, number=NUMBER)

    promise = Promise.objects.open().get()
    assert (promise.kind, promise.due_at) == ("turnaround", boston(2026, 3, 9, 17))
    assert promise.target_at == boston(2026, 3, 4, 17)
    assert promise.told_text in page.read
    assert Quote.objects.get().accepted_how == Quote.Accepted.PHONE


def test_a_quote_not_yet_agreed_to_waits_for_the_customer(desk, ticket):
    laptop = Service.objects.get(name="Laptop repair")

    desk.log(SAYS | {"outcome": "quote", "service": laptop.pk, "agreed": "no"}, number=NUMBER)

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.WAITING
    assert (Quote.objects.get().days, Promise.objects.count()) == (3, 0)


def test_passing_on_leaves_the_promise_open(desk, promised, per):
    desk.log(SAYS | {"outcome": "pass_on", "assignee": per.pk}, number=NUMBER)

    promised.refresh_from_db()
    assert promised.is_open
    assert promised.ticket.assignee == per


def test_save_goes_to_the_ticket_and_save_and_next_to_a_new_page(desk, ingrid):
    page = desk.change(desk.open(number=NUMBER), **CALL_BACK)
    saved = desk.send(page)
    assert saved["Location"] == reverse("ticket", args=[Ticket.objects.get().pk])

    page = desk.change(desk.open(number=NUMBER), **CALL_BACK)
    following = desk.send(page, button="next")

    assert following["Location"] == reverse("log-call")
    shown = desk.client.get(reverse("log-call")).content.decode()
    assert "Promised before, and it stands: we call back by 1:00\u202fPM today." in shown


def test_a_page_that_ends_a_ticket_is_sent_twice(desk, ticket):
    page = desk.change(desk.open(number=NUMBER), **FREE)

    first, second = desk.send(page), desk.send(page)

    assert first["Location"] == second["Location"]
    ticket.refresh_from_db()
    assert (ticket.endings, ticket.interactions.count()) == (1, 2)


def test_a_page_sent_twice_is_one_contact(desk, ingrid):
    page = desk.change(desk.open(number=NUMBER), **CALL_BACK)

    first, second = desk.send(page), desk.send(page)

    assert first["Location"] == second["Location"]
    assert (Ticket.objects.count(), Interaction.objects.count()) == (1, 1)
