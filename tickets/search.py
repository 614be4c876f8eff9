"""Finding tickets and customers by number, name, phone and text."""

from typing import TypeVar

from django.db import models

from tickets import phones
from tickets.models import ContactPoint, Customer, Shop, Solution, Ticket
from tickets.text import normalise

Row = TypeVar("Row", bound=models.Model)

WORDS = 8  # more than that is a pasted letter, and each costs a look
LONGEST = 100


def narrow(rows: models.QuerySet[Row], query: str) -> models.QuerySet[Row]:
    """Keep the rows in which every word of `query` occurs, in any order, as a part of a word too.

    A typed phone number is one word however it is spaced, or just what it says: an order 555-0143.
    An empty query keeps everything.
    """
    said = normalise(query[: LONGEST * WORDS])
    if number := phones.digits(query):
        as_it_stands = models.Q(search_text__includes=said[:LONGEST])
        return rows.filter(models.Q(search_text__includes=number[:LONGEST]) | as_it_stands)
    for word in said.split()[:WORDS]:
        rows = rows.filter(search_text__includes=word[:LONGEST].removeprefix("#") or word)
    return rows


def index(row: Ticket | Customer | Solution) -> None:
    """Write down what `row` is found by; called whenever some of it changed."""
    if isinstance(row, Ticket):
        said = _ticket(row)
    elif isinstance(row, Customer):
        said = _customer(row)
    else:
        said = [row.title, row.text, *row.choices]
    row.search_text = normalise(" ".join(filter(None, said)))
    type(row)._default_manager.filter(pk=row.pk).update(search_text=row.search_text)


def _ticket(ticket: Ticket) -> list[str]:
    points = {ticket.contact_point} if ticket.contact_point else set()
    said = [str(ticket.number), ticket.subject, ticket.fault, ticket.concern]
    if ticket.device:
        said += [ticket.device.name, ticket.device.serial]
    if ticket.customer:
        said.append(ticket.customer.name)
        points |= set(ticket.customer.contact_points.all())
    said += _points(points)
    said += ticket.interactions.order_by("pk").values_list("text", flat=True)
    return said


def _customer(customer: Customer) -> list[str]:
    return [customer.name, *_points(set(customer.contact_points.all()))]


def _points(points: set[ContactPoint]) -> list[str]:
    shop = Shop.objects.current()
    return [
        phones.search_forms(point.value, shop.region) if point.is_e164 else point.value
        for point in sorted(points, key=lambda point: point.value)
    ]
