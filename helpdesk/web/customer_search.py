"""Finding customers: by what is typed, and who may be one with whom."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tickets import search
from tickets.models import ContactPoint, Customer, CustomerMerge
from tickets.text import one_line

LONGEST = 200  # of a search: it stands in the links to further pages
MOST = 8  # to choose from: a longer list is read slower than one more letter is typed

_INTO = ("merged_into__merged_into", "merged_into")  # merges of merges: three are plenty
Owner = ContactPoint.customers.through


@dataclass(frozen=True)
class Reached:
    """A number or address of a customer, and who else is reached by it."""

    point: ContactPoint
    others: tuple[Customer, ...] = ()


def typed(query: str) -> str:
    return one_line(query)[:LONGEST]


def is_key(typed: str) -> bool:
    """Whether it can be a row's key at all."""
    return typed.isascii() and typed.isdecimal() and len(typed) < 19


def everybody() -> QuerySet[Customer]:
    """Return those who are not part of somebody else, and whom we have not forgotten."""
    return Customer.objects.filter(merged_into__isnull=True, anonymised_at__isnull=True)


def found(query: str) -> QuerySet[Customer]:
    """Return whom `query` finds, also by a name or number of who is part of them by now."""
    if not query:
        return everybody()
    # As a list of keys: or the database reads all by name to find the first few.
    survivor = Coalesce("merged_into__merged_into__merged_into", *_INTO, "pk")
    meant = search.narrow(Customer.objects.all(), query).order_by().values(survivor=survivor)
    return everybody().filter(pk__in=meant)


def candidates(query: str, *, but: Customer | None = None) -> list[Customer]:
    """Return whom one may choose, each with their numbers; nobody until something is typed."""
    if not query:
        return []
    customers = found(query).exclude(pk__in=[but.pk] if but else [])
    rows = customers.defer("search_text").prefetch_related("contact_points")
    return list(rows.order_by("name", "pk")[:MOST])


def with_doubles(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Read with each customer whether others are part of them, and a `namesake` if there is one."""
    namesakes = everybody().filter(name=OuterRef("name")).exclude(pk=OuterRef("pk"))
    merges = CustomerMerge.objects.filter(kept=OuterRef("pk"), undone_at=None)
    return customers.annotate(
        has_merged=Exists(merges), namesake=Subquery(namesakes.order_by("pk").values("pk")[:1])
    )


def reached(customer: Customer) -> list[Reached]:
    """Return how they are reached, numbers first, and who shares it; one query."""
    rows = Owner.objects.filter(
        contactpoint__customers=customer, customer__merged_into__isnull=True
    ).select_related("contactpoint", "customer")
    found: dict[int, Reached] = {}
    for row in rows.order_by("-contactpoint__kind", "contactpoint", "customer__name", "customer"):
        point = found.setdefault(row.contactpoint_id, Reached(row.contactpoint))
        if row.customer_id != customer.pk:
            others = (*point.others, row.customer)
            found[row.contactpoint_id] = Reached(row.contactpoint, others)
    return list(found.values())
