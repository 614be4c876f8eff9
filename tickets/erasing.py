"""Forgetting a person: what was said and who said it goes, that something happened stays."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tickets import phones, search
from tickets.models import (
    Arrival,
    Attachment,
    Call,
    ContactPoint,
    Customer,
    Device,
    Interaction,
    Offer,
    Shop,
    Ticket,
)
from tickets.triggers import erased

AT_ONCE = 500
_LEAVES = (
    Interaction.Status.QUEUED,
    Interaction.Status.DOUBTFUL,
    Interaction.Status.FAILED,
    Interaction.Status.WITHHELD,
)


@dataclass(frozen=True)
class Erased:
    """Whose words were written over: the tickets, and the files that are still to be deleted."""

    numbers: list[int]
    files: list[Attachment]


def everybody(customer: Customer) -> list[Customer]:
    """Return `customer` and all who turned out to be the same, each once."""
    found, latest = {customer.pk: customer}, [customer]
    while latest:
        merged = Customer.objects.filter(merged_into__in=latest).exclude(pk__in=found)
        latest = list(merged)
        found |= {one.pk: one for one in latest}
    return list(found.values())


def tickets_of(people: Iterable[Customer]) -> QuerySet[Ticket]:
    """Return their tickets, and what strangers asked from a number that is theirs alone."""
    alone = points_of(people, shared=False)
    return Ticket.objects.filter(Q(customer__in=people) | Q(customer=None, contact_point__in=alone))


def points_of(people: Iterable[Customer], *, shared: bool) -> QuerySet[ContactPoint]:
    """Return their numbers and addresses, those that others have, too, or the others."""
    others = ContactPoint.customers.through.objects.exclude(customer__in=people)
    keys = others.values("contactpoint")
    theirs = ContactPoint.objects.filter(customers__in=people).distinct()
    return theirs.filter(pk__in=keys) if shared else theirs.exclude(pk__in=keys)


def said_of(people: Iterable[Customer]) -> set[str]:
    """Return how their numbers and addresses may be written in what our doors have kept."""
    region, found = Shop.objects.current().region, set()
    for point in points_of(people, shared=False):
        found |= {point.value, point.raw}
        if point.is_e164:
            found |= set(phones.search_forms(point.value, region).split())
            found.add(phones.say(point.value, region))
    return {form for form in found if len(form) > 5}  # "101" is in everything


def written() -> str:
    """Return what is written over it all, in the shop's language."""
    return erased(Shop.objects.current().language)


def erase(customer: Customer) -> Erased:
    """Write over all that says who `customer` is.

    What came as a file is still there: delete the files once this is through.
    """
    people = everybody(customer)
    numbers = list(tickets_of(people).values_list("pk", flat=True))
    said = said_of(people)
    contacts = Interaction.objects.filter(
        Q(ticket__in=numbers) | Q(contact_point__in=points_of(people, shared=False))
    )
    keys = list(contacts.values_list("pk", flat=True))
    files = list(Attachment.objects.filter(interaction__in=keys))
    _unfiled(said)
    for first in range(0, len(keys), AT_ONCE):
        _contacts(keys[first : first + AT_ONCE])
    _tickets(numbers, customer)
    _customers(people)
    touched = Ticket.objects.filter(Q(pk__in=numbers) | Q(interactions__in=keys)).distinct()
    for one in [*Customer.objects.filter(pk__in=[each.pk for each in people]), *touched]:
        search.index(one)
    return Erased(numbers, files)


def _contacts(keys: list[int]) -> None:
    said, word = Interaction.objects.filter(pk__in=keys), written()
    # Before the words go: what waits must not leave for nobody, nor be offered to be sent again.
    said.filter(status__in=_LEAVES).update(
        status=Interaction.Status.WITHHELD, due_at=None, because=word
    )
    said.update(text="", whole_text="", subject="", remarks=[], contact_point=None)
    said.exclude(recipient="").update(recipient=word)
    said.exclude(because="").update(because=word)
    Attachment.objects.filter(interaction__in=keys).update(name=word, content_id="")
    Call.objects.filter(interaction__in=keys).update(
        from_number="", to_number="", users=[], answering_users=[], answering_number="", queue=""
    )
    came = Arrival.objects.filter(interaction__in=keys)
    came.update(raw=b"")
    came.exclude(because="").update(because=word)


def _unfiled(said: Collection[str]) -> None:
    """Empty what reached us from them and became no contact: put aside, refused, a report."""
    needles = [form.lower().encode() for form in said]
    if not needles:
        return
    aside = Arrival.objects.filter(interaction=None).order_by("pk")
    rows = aside.values_list("pk", "raw").iterator(chunk_size=AT_ONCE)
    found = [key for key, raw in rows if any(needle in bytes(raw).lower() for needle in needles)]
    for first in range(0, len(found), AT_ONCE):
        came = Arrival.objects.filter(pk__in=found[first : first + AT_ONCE])
        came.filter(verdict=Arrival.Verdict.QUARANTINED).update(verdict=Arrival.Verdict.IGNORED)
        came.update(raw=b"")
        came.exclude(because="").update(because=written())


def _tickets(numbers: list[int], customer: Customer) -> None:
    """Nobody is reached about them any more, and a stranger's are theirs from now on."""
    theirs, word = Ticket.objects.filter(pk__in=numbers), written()
    theirs.filter(customer=None).update(customer=customer)
    theirs.update(subject=word, fault="", contact_point=None)
    theirs.exclude(snoozed_because="").update(snoozed_because=word)
    theirs.exclude(acknowledged_text="").update(acknowledged_text=word)
    theirs.exclude(concern="").update(concern=word)
    theirs.exclude(gift_reason="").update(gift_reason=word)
    Offer.objects.filter(ticket__in=numbers).update(choice="")


def _customers(people: list[Customer]) -> None:
    word = written()
    Device.objects.filter(customer__in=people).update(name=word, serial="", bought_where="")
    for point in list(points_of(people, shared=False)):
        nobody = f"erased-{point.pk}"
        ContactPoint.objects.filter(pk=point.pk).update(value=nobody, raw=nobody, signed="")
    ContactPoint.customers.through.objects.filter(customer__in=people).delete()
    Customer.objects.filter(pk__in=[one.pk for one in people]).update(
        name=word, address="", note=""
    )
