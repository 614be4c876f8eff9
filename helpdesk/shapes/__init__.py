"""How rows look to programs: in the API's answers and in what webhooks are told."""

from collections.abc import Iterable
from typing import Any

from helpdesk.shapes.contract import Shape
from helpdesk.shapes.money import InvoiceShape
from helpdesk.shapes.promises import PromiseShape
from helpdesk.shapes.tickets import InteractionShape, TicketShape

# By the first half of an event's kind.
TOLD: dict[str, type[Shape]] = {
    "ticket": TicketShape,
    "interaction": InteractionShape,
    "promise": PromiseShape,
    "invoice": InvoiceShape,
}


def told(noun: str, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return how the rows of these keys look now; one that has gone is left out."""
    shape = TOLD[noun]
    rows = shape.loaded(shape.table().filter(pk__in=list(keys)))
    return {row.pk: shape(row).data for row in rows}
