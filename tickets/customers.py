"""Two customers turn out to be one, or a ticket and a number to be somebody else's."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tickets import search
from tickets.models import ContactPoint, Customer, CustomerMerge, Device, Ticket, User
from tickets.states import LostRace


class NotOneCustomer(Exception):
    """These two cannot become one; the text says why, for staff to read."""


def merge(gone: Customer, kept: Customer, *, by: User, now: datetime) -> CustomerMerge:
    """Let `kept` have what was `gone`'s, and write down what that was. Raises NotOneCustomer.

    Nothing of the row that goes is changed but where it went, so that all of it can come back.
    """
    if gone.pk == kept.pk:
        raise NotOneCustomer(_("That is the same customer."))
    _lock_points(ContactPoint.objects.filter(customers=gone))
    for each in _locked([gone, kept]):
        if each.merged_into is not None:
            raise NotOneCustomer(
                _("%(one)s is a part of %(other)s already.")
                % {"one": each, "other": each.merged_into}
            )
    tickets = Ticket.objects.filter(customer=gone)
    # Not by gone.contact_points: an exclude() there would look at the same row of the link.
    points = ContactPoint.objects.filter(customers=gone).exclude(
        pk__in=kept.contact_points.values("pk")
    )
    devices = Device.objects.filter(customer=gone)
    merged = CustomerMerge.objects.create(
        gone=gone,
        kept=kept,
        tickets=list(tickets.order_by("pk").values_list("pk", flat=True)),
        points=list(points.order_by("pk").values_list("pk", flat=True)),
        devices=list(devices.order_by("pk").values_list("pk", flat=True)),
        merged_at=now,
        merged_by=by,
    )
    tickets.update(customer=kept)
    devices.update(customer=kept)
    # What both had before, both keep: so it is known whose it was when they come apart again.
    for point in ContactPoint.objects.filter(pk__in=merged.points):
        _hand_point(point, gone, kept)
    _point_to(gone, kept)
    index([gone, kept])
    return merged


def take_apart(gone: Customer, *, by: User, now: datetime) -> CustomerMerge:
    """Undo the merge by which `gone` went: what moved goes back, but what was changed since.

    Where `kept` was merged into another meanwhile, it is taken from there; so merges may be undone
    in any order. Raises LostRace when there is nothing to undo any more.
    """
    merged = CustomerMerge.objects.select_related("kept").filter(gone=gone, undone_at=None).first()
    if merged is None:
        raise LostRace(f"{gone} is not part of another")
    _lock_points(ContactPoint.objects.filter(pk__in=merged.points))
    chain = _chain(merged.kept)
    _locked([gone, *chain])
    claimed = CustomerMerge.objects.filter(pk=merged.pk, undone_at=None)
    if _chain(merged.kept) != chain or not claimed.update(undone_at=now, undone_by=by):
        raise LostRace(f"{gone} was taken apart by somebody else")
    Ticket.objects.filter(pk__in=merged.tickets, customer__in=chain).update(customer=gone)
    # Not one that was brought in again: it stays with the ticket that stays.
    Device.objects.filter(pk__in=merged.devices, customer__in=chain).exclude(
        tickets__customer__in=chain
    ).update(customer=gone)
    for point in ContactPoint.objects.filter(pk__in=merged.points):
        having = set(point.customers.all())
        holder = next((each for each in chain if each in having), None)
        if holder is not None:
            _hand_point(point, holder, gone)
    _point_to(gone, None)
    index([gone, *chain])
    merged.refresh_from_db()
    return merged


def survivor(customer: Customer) -> Customer:
    """Return who they are part of by now; themselves, unless they were merged."""
    return _chain(customer)[-1]


def hand_over(tickets: Iterable[Ticket], customer: Customer | None) -> None:
    """Say that these are theirs. A device of no other ticket goes along, else it is left behind."""
    given = list(tickets)
    for ticket in given:
        device = ticket.device
        if device is not None and device.customer_id != (customer.pk if customer else None):
            if customer is None or device.tickets.exclude(pk__in=[it.pk for it in given]).exists():
                ticket.device = None
            else:
                Device.objects.filter(pk=device.pk).update(customer=customer)
        ticket.customer = customer
        ticket.save(update_fields=["customer", "device"])
        search.index(ticket)


def hand_number(point: ContactPoint, was: Customer, customer: Customer | None) -> None:
    """Say whose number it is instead; nobody's we know for None."""
    point.customers.remove(was)
    if customer is not None:
        point.customers.add(customer)
    index([was, *([customer] if customer else [])])


def unlink(customer: Customer, point: ContactPoint) -> None:
    """They are not reached there any more. What was said stays; open tickets wait elsewhere."""
    point.customers.remove(customer)
    waiting = Ticket.objects.open().filter(customer=customer, contact_point=point)
    left = customer.contact_points.order_by("pk")
    waiting.update(contact_point=left.filter(kind=point.kind).first() or left.first())
    index([customer])


def lock(customer: Customer) -> None:
    """Let nobody else merge or unlink `customer` until the transaction ends."""
    _locked([customer])


def index(customers: Iterable[Customer]) -> None:
    """Write down anew what they and their tickets are found by."""
    for customer in customers:
        search.index(customer)
        tickets = Ticket.objects.filter(customer=customer)
        for ticket in tickets.select_related("contact_point", "customer"):
            search.index(ticket)


def _hand_point(point: ContactPoint, was: Customer, to: Customer) -> None:
    point.customers.remove(was)
    point.customers.add(to)


def _point_to(gone: Customer, kept: Customer | None) -> None:
    gone.merged_into = kept
    Customer.objects.filter(pk=gone.pk).update(merged_into=kept)


def _chain(customer: Customer) -> list[Customer]:
    """Return `customer`, whom they were merged into, whom those were, and so on to the last."""
    chain = [Customer.objects.get(pk=customer.pk)]
    while chain[-1].merged_into is not None:
        chain.append(chain[-1].merged_into)
    return chain


def _locked(customers: Iterable[Customer]) -> list[Customer]:
    # In one order, or two who merge at once would wait for each other.
    wanted = Customer.objects.select_for_update(no_key=True).order_by("pk")
    return list(wanted.filter(pk__in=[customer.pk for customer in customers]))


def _lock_points(points: QuerySet[ContactPoint]) -> None:
    """Let a call from there wait, as it does for another: then it finds whose number it is."""
    list(points.order_by("pk").select_for_update(of=("self",), no_key=True))
