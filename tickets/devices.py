"""What customers bring, and what they are lent."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import search
from tickets.models import Customer, Device, Loan, LoanDevice, Ticket, User


class LentAlready(Exception):
    """Somebody has it; the text says who, for staff to read."""


class NotTheirs(Exception):
    """The device belongs to another customer; the text says so, for staff to read."""


@dataclass(frozen=True)
class Particulars:
    """What is known of a device. `price` in minor units of `currency`; both or neither."""

    name: str
    serial: str = ""
    bought_date: date | None = None
    bought_where: str = ""
    price: int | None = None
    currency: str = ""
    warranty_until: date | None = None
    financed_until: date | None = None


def write(customer: Customer, about: Particulars, *, device: Device | None = None) -> Device:
    """Write a device of theirs down, or anew. One that is there, word for word, stays one."""
    if device is None:
        # One after the other: a button that is pressed twice at once makes no second device.
        Customer.objects.select_for_update().get(pk=customer.pk)
        device = Device.objects.filter(customer=customer, **asdict(about)).first()
        return device or Device.objects.create(customer=customer, **asdict(about))
    for name, value in asdict(about).items():
        setattr(device, name, value)
    device.save()
    affected = Ticket.objects.filter(device=device)
    for ticket in affected.select_related("customer", "contact_point", "device"):
        search.index(ticket)
    return device


def owner(ticket: Ticket) -> Customer:
    """Return whose device it would be. Raises NotTheirs while nobody knows."""
    if ticket.customer is None:
        raise NotTheirs(_("Say whose it is first: devices are kept with their owner."))
    return ticket.customer


def bring(ticket: Ticket, device: Device | None) -> None:
    """Say which device the ticket is about. Raises NotTheirs."""
    if device is not None and device.customer_id != ticket.customer_id:
        raise NotTheirs(
            _("%(device)s belongs to %(customer)s.")
            % {"device": device, "customer": device.customer}
        )
    ticket.device = device
    ticket.save(update_fields=["device"])
    search.index(ticket)


def lend(device: LoanDevice, ticket: Ticket, due_date: date, *, by: User, now: datetime) -> Loan:
    """Hand one of ours out until theirs is ready. Raises LentAlready."""
    try:
        with transaction.atomic():
            return Loan.objects.create(
                device=device, ticket=ticket, due_date=due_date, lent_at=now, lent_by=by
            )
    except IntegrityError:
        out = Loan.objects.select_related("ticket__customer").filter(
            device=device, returned_at__isnull=True
        )
        other = out.first()
        if other is None:
            raise
        said = _("%(device)s is with %(who)s (%(ticket)s).")
        about = {"device": device, "who": other.ticket.who, "ticket": other.ticket}
        raise LentAlready(said % about) from None


def take_back(loan: Loan, *, by: User, now: datetime) -> None:
    """Note that it is back; said twice, the first time counts."""
    Loan.objects.filter(pk=loan.pk, returned_at__isnull=True).update(
        returned_at=now, returned_to=by
    )
    loan.refresh_from_db()
