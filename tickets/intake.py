"""Filing what came in under the right contact point, customer and ticket."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from tickets import phones, search, states, text
from tickets.models import ContactPoint, Customer, Interaction, Service, Shop, Ticket, User


@dataclass(frozen=True)
class Caller:
    """Who is at the other end, as far as a number tells."""

    number: phones.Number
    point: ContactPoint | None  # None: withheld
    customers: tuple[Customer, ...]

    @property
    def customer(self) -> Customer | None:
        """Return whom the number belongs to; None when nobody, or more than one, has it."""
        return self.customers[0] if len(self.customers) == 1 else None


class Unreachable(ValueError):
    """Neither a telephone number nor an address; the text says why, for staff to read."""


@dataclass(frozen=True)
class Reachable:
    """A number or address as staff gave it, understood."""

    kind: ContactPoint.Kind
    value: str
    raw: str


@dataclass(frozen=True)
class Particulars:
    """What staff may write about a customer."""

    name: str
    kind: str
    language: str
    preferred_channel: str
    address: str = ""
    note: str = ""


def caller(number: phones.Number) -> Caller:
    """Find who `number` belongs to; writes nothing."""
    value = number.e164 or number.raw
    point = None
    if number.kind != phones.Kind.WITHHELD:
        point = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, value=value).first()
    return Caller(number, point, _owners(point))


def known(number: phones.Number) -> Caller:
    """Find who `number` belongs to, remembering a number never heard of before.

    The contact point stays locked until the transaction ends: two calls from one number are
    filed one after the other, so that the second finds the first one's ticket.
    """
    if number.kind == phones.Kind.WITHHELD:
        return Caller(number, None, ())
    point, _created = ContactPoint.objects.get_or_create(
        kind=ContactPoint.Kind.PHONE,
        value=number.e164 or number.raw,
        defaults={"raw": number.raw},
    )
    point = ContactPoint.objects.select_for_update().get(pk=point.pk)
    return Caller(number, point, _owners(point))


def known_address(address: str, signed: str = "") -> Caller:
    """Find who `address` belongs to, as `known` does; `signed` is the name a mail came with."""
    number = phones.Number(address, None, "", phones.Kind.WITHHELD)
    if not address:
        return Caller(number, None, ())
    point, _created = ContactPoint.objects.get_or_create(
        kind=ContactPoint.Kind.EMAIL,
        value=address,
        defaults={"raw": address, "signed": text.one_line(signed, 120)},
    )
    point = ContactPoint.objects.select_for_update().get(pk=point.pk)
    return Caller(number, point, _owners(point))


def ticket_spoken_about(caller: Caller) -> Ticket | None:
    """Return the open ticket this caller last spoke about with us."""
    if caller.point is None:
        return None
    theirs = Q(contact_point=caller.point) | Q(customer__in=caller.customers)
    # Not touched_at: what we do among ourselves touches a ticket, too.
    spoken = Interaction.objects.filter(ticket=OuterRef("pk")).exclude(
        direction=Interaction.Direction.INTERNAL
    )
    last = Subquery(spoken.order_by("-happened_at").values("happened_at")[:1])
    return (
        Ticket.objects.open()
        .filter(theirs)
        .order_by(last.desc(nulls_last=True), "-touched_at", "-number")
        .first()
    )


def is_blocked(caller: Caller) -> bool:
    """Whether nothing of theirs is answered. Who turned out to be a customer is not refused."""
    return bool(caller.point and caller.point.blocked_at and not caller.customers)


def spam_ticket(caller: Caller) -> Ticket | None:
    """Return where a blocked caller's calls go."""
    spam = Ticket.objects.filter(contact_point=caller.point, status=Ticket.Status.SPAM)
    return spam.order_by("-number").first() if caller.point else None


def open_ticket(
    *,
    subject: str,
    channel: str,
    now: datetime,
    customer: Customer | None = None,
    point: ContactPoint | None = None,
    service: Service | None = None,
) -> Ticket:
    ticket = Ticket.objects.create(
        subject=text.one_line(subject, 120) or _("(no subject)"),
        channel=channel,
        customer=customer,
        contact_point=point,
        service=service,
        opened_at=now,
        touched_at=now,
    )
    search.index(ticket)
    return ticket


def call_subject(caller: Caller, shop: Shop) -> str:
    if caller.point is None:
        return _("Call, number withheld")
    return _("Call from %(number)s") % {"number": caller.point.said(shop.region)}


def voicemail_subject(caller: Caller, shop: Shop) -> str:
    if caller.point is None:
        return _("Voicemail, number withheld")
    return _("Voicemail from %(number)s") % {"number": caller.point.said(shop.region)}


def text_subject(caller: Caller, shop: Shop) -> str:
    if caller.point is None:
        return _("Text message, number withheld")
    return _("Text from %(number)s") % {"number": caller.point.said(shop.region)}


def new_customer(
    name: str,
    *,
    shop: Shop,
    now: datetime,
    point: ContactPoint | None = None,
    kind: str = Customer.Kind.PERSON,
    language: str = "",
) -> Customer:
    customer = Customer.objects.create(
        name=text.one_line(name, 120), kind=kind, language=language or shop.language, since=now
    )
    if point is not None:
        point.customers.add(customer)
    search.index(customer)
    return customer


def rewrite(customer: Customer, about: Particulars) -> None:
    """Write down what we know about `customer` now; their tickets are found by the new name."""
    is_renamed = customer.name != about.name
    for name, value in asdict(about).items():
        setattr(customer, name, value)
    customer.save(update_fields=list(asdict(about)))
    search.index(customer)
    if is_renamed:
        _index_tickets(customer)


def reachable(typed: str, region: str) -> Reachable:
    """Read a number, as dialled in `region`, or a mail address. Raises Unreachable."""
    raw = text.one_line(typed, 254)
    number = phones.read(raw, region)
    if number.e164 is not None:
        return Reachable(ContactPoint.Kind.PHONE, number.e164, raw)
    address = raw.lower()
    if "@" not in address:
        raise Unreachable(
            _("“%s” is not a telephone number. Write it with its area code, or a mail address.")
            % text.one_line(raw, 30)
        )
    try:
        validate_email(address)
    except ValidationError:
        raise Unreachable(
            _("“%s” is not a mail address. It should look like name@example.com.")
            % text.one_line(raw, 60)
        ) from None
    return Reachable(ContactPoint.Kind.EMAIL, address, raw)


def reach(customer: Customer, by: Reachable) -> ContactPoint:
    """Note how else `customer` is reached. Who is a customer is not refused as spam."""
    point, _created = ContactPoint.objects.get_or_create(
        kind=by.kind, value=by.value, defaults={"raw": by.raw}
    )
    point.customers.add(customer)
    ContactPoint.objects.filter(pk=point.pk).update(blocked_at=None)
    search.index(customer)
    _index_tickets(customer)
    return point


def identify(ticket: Ticket, customer: Customer) -> None:
    """Say whose ticket it is; the stranger's other tickets from that number become theirs too."""
    tickets = Ticket.objects.filter(pk=ticket.pk)
    if ticket.contact_point is not None:
        others = ticket.contact_point.customers.filter(merged_into__isnull=True)
        shared = others.exclude(pk=customer.pk).exists()
        ticket.contact_point.customers.add(customer)
        if not shared:
            tickets |= Ticket.objects.filter(
                contact_point=ticket.contact_point, customer__isnull=True
            )
    affected = list(tickets)
    tickets.update(customer=customer)
    ticket.customer = customer
    search.index(customer)
    for each in affected:
        each.customer = customer
        search.index(each)


def block(ticket: Ticket, *, now: datetime) -> None:
    """Refuse further calls from where this came, unless it is a customer's."""
    if ticket.contact_point is not None and not ticket.contact_point.customers.exists():
        ContactPoint.objects.filter(pk=ticket.contact_point.pk, blocked_at__isnull=True).update(
            blocked_at=now
        )


def unblock(ticket: Ticket) -> None:
    if ticket.contact_point is not None:
        ContactPoint.objects.filter(pk=ticket.contact_point.pk).update(blocked_at=None)


def touch(ticket: Ticket, *, now: datetime) -> None:
    """Bring the ticket to the top of the list; a late event never pushes it down."""
    if now > ticket.touched_at:
        Ticket.objects.filter(pk=ticket.pk, touched_at__lt=now).update(touched_at=now)
        ticket.touched_at = now


def wake(ticket: Ticket) -> None:
    """Take a ticket that was put aside back into sight."""
    if ticket.snoozed_until is not None:
        Ticket.objects.filter(pk=ticket.pk).update(**Ticket.AWAKE)
        for name, value in Ticket.AWAKE.items():
            setattr(ticket, name, value)


def take_up(ticket: Ticket) -> None:
    """A ticket somebody works on or the customer answers is in work again."""
    # Not somebody else's doing that the caller should hear of: the call itself may have done it.
    ticket.refresh_from_db(fields=["status"])
    if ticket.status in {Ticket.Status.NEW, Ticket.Status.WAITING}:
        states.move(ticket, Ticket.Status.OPEN)


def colleague(names: tuple[str, ...]) -> User | None:
    """Return who a phone system means: by phone, extension or log-in, then by full name."""
    wanted = [name.strip() for name in names if name.strip()]
    if not wanted:
        return None
    staff = list(User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION))
    for name in wanted:
        for user in staff:
            if name in {user.phone, user.extension, user.username, user.get_full_name()} - {""}:
                return user
    return None


def _index_tickets(customer: Customer) -> None:
    for ticket in Ticket.objects.filter(customer=customer).select_related("contact_point"):
        search.index(ticket)


def _owners(point: ContactPoint | None) -> tuple[Customer, ...]:
    if point is None:
        return ()
    return tuple(point.customers.filter(merged_into__isnull=True).order_by("name", "pk"))
