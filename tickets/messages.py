"""Filing what customers write to us, by text or by mail: on the right ticket, and once."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from tickets import intake, phones, search, text, tokens
from tickets.channels.contract import Inbound
from tickets.channels.mail import Mail as MailChannel
from tickets.intake import Caller, Reachable
from tickets.mail.contract import Authentication, File, Mail
from tickets.models import Attachment, ContactPoint, Customer, Interaction, Service, Shop, Ticket
from tickets.models.work import Kind

LONGEST = 100_000
# A proof does not live for ever: an answer to something ended long ago is a new matter.
ANSWERED_WITHIN = timedelta(days=90)
TEXT_ANSWERED_WITHIN = timedelta(days=7)
_NUMBER = re.compile(r"\[#(\d{1,15})\]")


@dataclass(frozen=True)
class Filed:
    """Where a message went."""

    ticket: Ticket
    interaction: Interaction
    is_new_ticket: bool
    is_blocked: bool = False


@dataclass(frozen=True)
class Thread:
    """The ticket a mail answers, or one it only claims to."""

    ticket: Ticket | None = None
    is_verified: bool = True
    perhaps: int | None = None


@dataclass(frozen=True)
class _Written:
    """A message of any kind, ready to be a row."""

    kind: str
    via: str
    provider_id: str | None
    caller: Caller
    text: str
    whole_text: str = ""
    subject: str = ""
    remarks: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    service: Service | None = None


@dataclass(frozen=True)
class Form:
    """What somebody wrote on a web page of ours or of another program.

    `reach`: where they say they are reached; empty: nowhere. Without a `ticket` it is a matter of
    its own. `form_id`: of the page it was written on, sent twice it is filed once.
    """

    subject: str
    text: str
    reach: Reachable | None
    name: str = ""
    customer: Customer | None = None  # whom the program knows it to be
    service: Service | None = None
    ticket: Ticket | None = None  # whose link they opened
    files: tuple[File, ...] = ()
    form_id: str = ""


def file_form(form: Form, *, now: datetime) -> Filed | None:
    """File what was written on a web page, or return None when it is here already."""
    remarks: tuple[str, ...] = ()
    caller, thread = _reached(form), Thread(form.ticket)
    if form.customer is not None:
        caller = replace(caller, customers=(form.customer,))
    elif form.ticket is None and _is_of_another(form.name, caller.customer):
        # Whoever knows somebody's number may write it: staff say whether it is them.
        remarks = (_signed(form.name),)
        thread = Thread(is_verified=False)
    written = _Written(
        kind=Kind.WEB,
        via=Kind.WEB,
        provider_id=form.form_id or None,
        caller=caller,
        text=text.clean(form.text, LONGEST),
        subject=form.subject,
        remarks=remarks,
        service=form.service,
        files=form.files,
    )
    return _file(written, thread, now=now)


def _is_of_another(name: str, customer: Customer | None) -> bool:
    """Whether somebody signed with a name that is not, and is no part of, the customer's."""
    signed = set(text.normalise(name).split())
    if customer is None or not signed:
        return False
    known = set(text.normalise(customer.name).split())
    return not (signed <= known or known <= signed)


def _signed(name: str) -> str:
    with translation.override(Shop.objects.current().language):  # staff read it
        return _("They signed as “%s”.") % text.one_line(name, 120)


def _reached(form: Form) -> Caller:
    if form.ticket is not None:
        of_it, nobody = form.ticket.customer, intake.known_address("")
        customers = (of_it,) if of_it else ()
        return replace(nobody, point=form.ticket.contact_point, customers=customers)
    if form.reach is None:
        return intake.known_address("")
    if form.reach.kind == ContactPoint.Kind.EMAIL:
        return intake.known_address(form.reach.value, form.name)
    caller = intake.known(phones.read(form.reach.value, Shop.objects.current().region))
    is_new = caller.point is not None and not caller.point.signed and not caller.customers
    if form.name and caller.point is not None and is_new:
        caller.point.signed = text.one_line(form.name, 120)
        caller.point.save(update_fields=["signed"])
    return caller


def file_text(inbound: Inbound, *, now: datetime) -> Filed | None:
    """File a text message, or return None when the provider has sent it before."""
    shop = Shop.objects.current()
    caller = intake.known(phones.read(inbound.sender, shop.region))
    said = text.clean("\n".join(filter(None, (inbound.text, *inbound.media))), LONGEST)
    written = _Written(
        kind=Kind.SMS,
        via=inbound.via,
        provider_id=inbound.provider_id,
        caller=caller,
        text=said,
        subject=text.subject(said) or intake.text_subject(caller, shop),
    )
    ticket = intake.ticket_spoken_about(caller) or _ticket_asked_about(caller, now)
    return _file(written, Thread(ticket), now=now)


def file_mail(mail: Mail, *, digest: str, now: datetime) -> Filed | None:
    """File a mail, or return None for one that is here already. `digest`: SHA-256 of its bytes."""
    caller = intake.known_address(mail.sender, mail.sender_name)
    remarks, message_id = mail.remarks, mail.message_id
    thread = _thread(mail, caller, now)
    twin = _same_id(message_id)
    if twin is not None:
        if twin.arrivals.filter(sha256=digest).exists():
            return None
        # Another mail under a name that is taken: whoever did that does not get its ticket.
        message_id = f"<{digest}@same-id>"
        remarks = (*remarks, _("It bears the Message-ID of another mail"))
        thread = Thread(perhaps=twin.ticket_id)
    if thread.perhaps is not None:
        remarks = (*remarks, _("Possibly about #%s") % thread.perhaps)
    whole = text.clean(mail.text, LONGEST)
    fresh = text.clean(mail.fresh_text, LONGEST)
    written = _Written(
        kind=Kind.EMAIL,
        via=MailChannel.slug,
        provider_id=message_id,
        caller=caller,
        text=fresh,
        whole_text=whole if whole != fresh else "",
        subject=mail.subject,
        remarks=remarks,
        files=mail.files,
    )
    filed = _file(written, thread, now=now)
    if filed is None and twin is None:
        # One under the same name was filed just now: the same mail, or another?
        return file_mail(mail, digest=digest, now=now)
    return filed


def accept(interaction: Interaction) -> None:
    """Staff say that whoever wrote this belongs to the ticket."""
    Interaction.objects.filter(pk=interaction.pk).update(is_verified=True)
    ticket, point = interaction.ticket, interaction.contact_point
    if ticket is not None and point is not None and ticket.customer is not None:
        point.customers.add(ticket.customer)
        search.index(ticket.customer)


def whose_is_settled(tickets: Iterable[Ticket]) -> None:
    """Staff said whose these are: nobody need ask of a web form whether it is them."""
    asked = Interaction.objects.filter(ticket__in=tickets, kind=Kind.WEB, is_verified=False)
    asked.update(is_verified=True)


def _file(written: _Written, thread: Thread, *, now: datetime) -> Filed | None:
    caller = written.caller
    is_blocked = bool(caller.point and caller.point.blocked_at and not caller.customers)
    ticket = intake.spam_ticket(caller) if is_blocked else thread.ticket
    try:
        # The unique INSERT decides what is a retry, and takes the ticket made for it back.
        with transaction.atomic():
            is_new = ticket is None
            if ticket is None:
                ticket = _opened(written, now=now)
            interaction = _interaction(written, ticket, thread, now=now)
    except IntegrityError:
        if Interaction.objects.filter(via=written.via, provider_id=written.provider_id).exists():
            return None
        raise
    _keep_files(interaction, written.files)
    intake.touch(ticket, now=now)
    search.index(ticket)
    return Filed(ticket, interaction, is_new, is_blocked)


def _opened(written: _Written, *, now: datetime) -> Ticket:
    return intake.open_ticket(
        subject=written.subject or text.subject(written.text),
        channel=written.kind,
        customer=written.caller.customer,
        point=written.caller.point,
        service=written.service,
        now=now,
    )


def _interaction(
    written: _Written, ticket: Ticket, thread: Thread, *, now: datetime
) -> Interaction:
    return Interaction.objects.create(
        ticket=ticket,
        contact_point=written.caller.point,
        kind=written.kind,
        direction=Interaction.Direction.IN,
        via=written.via,
        provider_id=written.provider_id,
        subject=written.subject if written.kind == Kind.EMAIL else "",
        text=written.text,
        whole_text=written.whole_text,
        remarks=list(written.remarks),
        is_verified=thread.is_verified,
        happened_at=now,
        logged_at=now,
    )


def _keep_files(interaction: Interaction, files: Iterable[File]) -> None:
    for file in files:
        Attachment.objects.create(
            interaction=interaction,
            name=file.name,
            content_type=text.one_line(file.content_type, 100),
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            content_id=text.one_line(file.content_id, 250),
            file=ContentFile(file.content, name="file"),
        )


def _ticket_asked_about(caller: Caller, now: datetime) -> Ticket | None:
    """Return the ended ticket we last wrote to them about: a text says not what it answers."""
    if caller.point is None:
        return None
    ours = Interaction.objects.filter(
        recipient=caller.point.value, sent_at__gt=now - TEXT_ANSWERED_WITHIN, ticket__isnull=False
    ).exclude(ticket__status=Ticket.Status.SPAM)
    last = ours.select_related("ticket__customer").order_by("-sent_at").first()
    return last.ticket if last else None


def _same_id(message_id: str) -> Interaction | None:
    return Interaction.objects.filter(via=MailChannel.slug, provider_id=message_id).first()


def _thread(mail: Mail, caller: Caller, now: datetime) -> Thread:
    """Decide what a mail may join: by proof; else by what it names, for who takes part in it."""
    proven = _first_alive(_proven(mail), now)
    if proven is not None:
        return Thread(proven, is_verified=_takes_part(mail, caller, proven))
    named = _first_alive(_named(mail), now)
    if named is None:
        return Thread()
    if _takes_part(mail, caller, named):
        return Thread(named)
    return Thread(perhaps=named.pk)


def _proven(mail: Mail) -> Iterable[int]:
    yield from filter(None, map(tokens.ticket_of_address, mail.recipients))
    yield from filter(None, map(tokens.ticket_of_id, mail.in_reply_to))


def _named(mail: Mail) -> Iterable[int]:
    told = dict(
        Interaction.objects.filter(
            via=MailChannel.slug, provider_id__in=mail.in_reply_to, ticket__isnull=False
        ).values_list("provider_id", "ticket_id")
    )
    yield from (told[message_id] for message_id in mail.in_reply_to if message_id in told)
    yield from map(int, _NUMBER.findall(mail.subject))


def _first_alive(numbers: Iterable[int], now: datetime) -> Ticket | None:
    """Return the ticket meant by now: what it was merged into, and not one that ended long ago."""
    for number in numbers:
        ticket = Ticket.objects.filter(pk=number).select_related("customer").first()
        while ticket is not None and ticket.merged_into is not None:  # never into an ended one
            ticket = ticket.merged_into
        if ticket is not None and not (ticket.ended_at and ticket.ended_at < now - ANSWERED_WITHIN):
            return ticket
    return None


def _takes_part(mail: Mail, caller: Caller, ticket: Ticket) -> bool:
    if caller.point is None or mail.authentication == Authentication.FAILED:
        return False
    if ticket.contact_point_id == caller.point.pk:
        return True
    if ticket.customer is not None and ticket.customer in caller.customers:
        return True
    theirs = Q(contact_point=caller.point, is_verified=True)
    return ticket.interactions.filter(theirs).exclude(kind=Kind.NOTE).exists()
