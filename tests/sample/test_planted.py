"""The sample shop has everything in it that a shop's weeks have, and nothing of it ever leaves."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import Count, DateTimeField, Q, Sum
from django.urls import reverse

from billing.models import Invoice, Settlement
from helpdesk import duties
from helpdesk.models import Heartbeat, Lease
from helpdesk.sample.people import DEAD_MAIL, PEOPLE
from helpdesk.sample.questions import SORRY
from policies.models import CannedReply, FollowUp, Promise, Quote, Satisfaction
from tests.sample.conftest import NOW
from tickets.models import (
    Arrival,
    ContactPoint,
    Customer,
    Device,
    Event,
    Interaction,
    Loan,
    Notice,
    Offer,
    Shop,
    Ticket,
    User,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]

DUE = {
    "due_at",
    "target_at",
    "bill_at",
    "snoozed_until",
}  # an Event is stamped by the database's own clock
Status = Promise.Status


def kinds(queryset, field):
    return set(queryset.values_list(field, flat=True))


def test_nobody_was_connected_to(gateway):
    with pytest.raises(BlockingIOError):
        gateway.accept()


def test_what_is_due_later_does_not_leave_either(gateway):
    duties.swept(now=NOW + timedelta(days=3))

    assert Interaction.objects.filter(status=Interaction.Status.WITHHELD).exists()
    with pytest.raises(BlockingIOError):
        gateway.accept()


def test_it_knows_that_it_is_a_sample():
    assert Shop.objects.current().is_sample


def test_no_message_waits_to_be_sent():
    assert not Interaction.objects.filter(status=Interaction.Status.QUEUED).exists()


def test_nothing_went_wrong_on_the_way():
    assert not Lease.objects.exists()
    assert not Arrival.objects.filter(verdict=Arrival.Verdict.QUARANTINED).exists()
    assert kinds(Arrival.objects.filter(verdict=Arrival.Verdict.IGNORED), "because") <= {
        "the caller is blocked",
        "the sender is blocked",
        "a report that says nothing new, or of nothing of ours",
    }


def test_everything_lies_in_the_past_but_what_is_due():
    late = [
        (model.__name__, field.name)
        for model in apps.get_models()
        if model.__module__.split(".")[0] in {"tickets", "policies", "billing", "helpdesk"}
        and model not in (Heartbeat, User, Event)
        for field in model._meta.fields
        if isinstance(field, DateTimeField)
        and field.name not in DUE
        and model.objects.filter(**{f"{field.name}__gt": NOW}).exists()
    ]
    assert late == []


def test_promises_end_in_every_way():
    ended = Promise.objects.filter(kind=Promise.Kind.CALLBACK)
    assert kinds(ended, "status") == set(Status) - {Status.SUPERSEDED}
    assert {Status.KEPT, Status.BROKEN} <= kinds(
        Promise.objects.filter(kind=Promise.Kind.TURNAROUND), "status"
    )


def test_some_broken_promises_are_explained_by_words():
    said = Interaction.objects.filter(direction="out", is_automatic=False)
    assert any(said.filter(text__contains=words).exists() for words in SORRY)


def test_tickets_are_in_every_status():
    assert kinds(Ticket.objects, "status") == set(Ticket.Status)


def test_gifts_and_paid_work():
    given = Settlement.objects.filter(kind=Settlement.Kind.GIFT)
    charged = Invoice.objects.exclude(settlements__kind=Settlement.Kind.GIFT)

    assert given.count() > 20
    assert charged.filter(settlements__isnull=False).exists()
    assert charged.filter(settlements__isnull=True).exists()


def test_gifts_read_nothing_due():
    given = Invoice.objects.filter(settlements__kind=Settlement.Kind.GIFT)
    for invoice in given.annotate(settled=Sum("settlements__amount")):
        assert invoice.settled == invoice.total


def test_invoices_have_numbers_without_gaps():
    numbers = sorted(int(it.reference.rpartition("-")[2]) for it in Invoice.objects.all())
    assert numbers == list(range(1, len(numbers) + 1))


def test_quotes_are_accepted_and_not():
    assert Quote.objects.filter(accepted_at=None).exists()
    assert Quote.objects.filter(accepted_how=Quote.Accepted.COUNTER).exists()


def test_customers_are_persons_and_businesses_who_prefer_different_ways():
    assert Customer.objects.count() > 95
    assert kinds(Customer.objects, "kind") == set(Customer.Kind)
    assert kinds(Customer.objects, "language") == {"en", "sv"}
    assert kinds(Customer.objects, "preferred_channel") == {"phone", "sms", "email"}


def test_some_numbers_are_shared_and_some_people_have_several():
    owners = ContactPoint.objects.annotate(owners=Count("customers")).filter(owners__gt=1)
    several = Customer.objects.annotate(ways=Count("contact_points")).filter(ways__gt=2)
    assert owners.count() >= 5
    assert several.count() >= 5


def test_who_calls_every_week_did():
    regulars = [person.name for person in PEOPLE if person.days]
    calls = Ticket.objects.filter(customer__name__in=regulars, channel="call", charge="free")
    assert len(regulars) >= 5
    assert calls.count() >= len(regulars)


def test_contacts_of_every_kind_the_shop_has():
    assert kinds(Interaction.objects.filter(direction="in"), "kind") == {
        *("call", "sms", "email", "walk_in"),
    }
    assert Interaction.objects.filter(official=False).exists()


def test_devices_are_under_warranty_or_still_being_paid_for_or_came_back():
    assert Device.objects.filter(warranty_until__gte=NOW.date()).exists()
    assert Device.objects.filter(financed_until__gte=NOW.date()).exists()
    assert Device.objects.annotate(times=Count("tickets")).filter(times__gt=1).exists()


def test_concerns_are_in_every_state():
    worried = Ticket.objects.exclude(concern="")
    assert worried.filter(acknowledged_at__isnull=True).exists()
    assert worried.filter(acknowledged_at__isnull=False, eased_at__isnull=True).exists()
    assert worried.filter(eased_at__isnull=False).exists()


def test_something_is_lent_and_something_came_back():
    assert kinds(Loan.objects.annotate(out=Q(returned_at__isnull=True)), "out") == {True, False}


def test_solutions_are_offered_and_mostly_taken():
    assert Offer.objects.filter(choice="").exists()
    assert Offer.objects.exclude(choice="").count() > 5
    assert kinds(CannedReply.objects, "language") == {"en", "sv"}


def test_staff_hear_of_everything_there_is_to_hear_of():
    assert kinds(Notice.objects, "why") == set(Notice.Why)


def test_something_of_it_is_still_to_be_read():
    unread = Notice.objects.filter(seen_at__isnull=True)
    assert kinds(unread.filter(user__username="sara"), "why") == {"missed", "failed"}
    assert unread.filter(user__username="eva", why="named").exists()


def test_what_is_put_aside_says_why():
    assert Ticket.objects.filter(snoozed_until__gt=NOW).exclude(snoozed_because="").exists()


def test_who_found_one_of_us_privately_was_written_to():
    private = Interaction.objects.filter(official=False, direction="in")
    assert private.count() > 1
    assert Interaction.objects.filter(answers__in=private, is_automatic=True).exists()


def test_what_machines_sent_is_known_as_that():
    assert kinds(Arrival.objects, "verdict") >= {
        Arrival.Verdict.BOUNCE,
        Arrival.Verdict.AUTO_REPLY,
        Arrival.Verdict.TICKET,
        Arrival.Verdict.REPLY,
    }
    assert ContactPoint.objects.get(value=DEAD_MAIL).bounced_at
    assert ContactPoint.objects.filter(opted_out_at__isnull=False).exists()


def test_people_said_whether_they_are_happy():
    assert Satisfaction.objects.filter(is_happy=True).exists()
    assert FollowUp.objects.filter(rule="satisfaction").exists()


def test_some_strangers_are_still_to_be_identified():
    unknown = Ticket.objects.open().filter(customer=None)
    assert unknown.filter(contact_point__isnull=False).exists()


def test_on_a_holiday_nobody_worked():
    holiday = Interaction.objects.filter(happened_at__date="2026-02-16", direction="out")
    assert not holiday.exclude(is_automatic=True).exists()


def test_subjects_do_not_read_as_copies():
    subjects = list(Ticket.objects.exclude(status="merged").values_list("subject", flat=True))
    assert len(set(subjects)) > 0.75 * len(subjects)


@pytest.mark.parametrize(
    "name",
    ["today", "tickets", "customers", "arrivals", "stuck", "bench", "off-channel", "solutions"],
)
def test_its_pages_can_be_read(client, name):
    client.force_login(User.objects.get(username="eva"))
    assert client.get(reverse(name)).status_code == 200


def test_the_report_and_a_regular_show_what_was_given(client):
    client.force_login(User.objects.get(username="eva"))
    walter = Customer.objects.get(name="Walter Brandt")

    report = client.get(reverse("report", args=["gifts"]), {"since": "2026-02-01"})
    page = client.get(reverse("customer", args=[walter.pk])).content.decode()

    assert report.status_code == 200
    assert "We have given you" in page


def test_every_ticket_page_can_be_read(client):
    client.force_login(User.objects.get(username="sara"))
    statuses = {
        client.get(reverse("ticket", args=[ticket.pk])).status_code
        for ticket in Ticket.objects.order_by("-pk")[::5]
    }
    assert statuses == {200}


def test_the_command_says_what_it_did(planted):
    assert "Week 2 of 2" in planted
    assert f"{Customer.objects.count()} customers" in planted
    assert "sara" in planted
