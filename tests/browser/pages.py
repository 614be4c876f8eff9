"""Every page there is, by name: where it is in whatever shop there is, and who looks at it.

The list is complete: test_every_page compares it with the map of addresses. What a page is about is
looked up, so that the same list shows a sample shop and the shop of a test.
"""

from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from billing.models import Invoice
from helpdesk.models import SavedView, WebhookEndpoint
from policies.models import Calendar, CannedReply, FollowUp, Promise, Quote
from tickets import tokens
from tickets.models import (
    Arrival,
    Call,
    Customer,
    Device,
    Interaction,
    Service,
    Solution,
    Ticket,
    User,
)

PANELS = (
    *("edit", "assign", "snooze", "close", "spam", "merge", "callback", "promise", "quote"),
    *("trouble", "acknowledge", "ease", "device", "lend"),
)
DESK, BENCH, OWNER, STRANGER = "front_desk", "technician", "owner", ""


def sessions():
    """Return a session's key for each role."""
    keys = {}
    for role in (DESK, BENCH, OWNER):
        client = Client()
        client.force_login(User.objects.filter(role=role, is_active=True).earliest("pk"))
        keys[role] = client.cookies["session"].value
    return keys


def addresses():
    """Return the address of every page with the role that looks at it, by the page's name."""
    return (
        _lists()
        | _customers()
        | _tickets()
        | _messages()
        | _money()
        | _log_ins()
        | _public()
        | _records()
        | _terms()
        | _programs()
    )


def _first(rows, **which):
    row = rows.objects.filter(**which).order_by("pk").first()
    assert row is not None, f"no {rows.__name__} with {which}"
    return row


def _url(name, *args, ask=""):
    return reverse(name, args=args) + ask


def _lists():
    call = _first(Call, interaction__direction="in").interaction
    known = _first(Customer, merged_into=None, contact_points__kind="phone")
    number = known.contact_points.filter(kind="phone").earliest("pk").value
    kept = SavedView.objects.filter(user__role=DESK, page="tickets").first()
    page = {} if kept is None else {"saved view": (_url("view", kept.pk), DESK)}
    return page | {
        "today": (_url("today"), DESK),
        "log a call": (_url("log-call"), DESK),
        "log a call, somebody known": (_url("log-call", ask=f"?q={number[1:]}"), DESK),
        "log a call, one that rang": (_url("log-call", ask=f"?call={call.pk}"), DESK),
        "callbacks": (_url("callbacks"), DESK),
        "tickets": (_url("tickets"), DESK),
        "all tickets": (_url("tickets", ask="?state=all"), DESK),
        "no tickets": (_url("tickets", ask="?q=zzzz"), DESK),
        "bench": (_url("bench"), BENCH),
        "off-channel": (_url("off-channel"), BENCH),
        "off-channel, how": (_url("off-channel", ask=f"?customer={known.pk}"), BENCH),
        "what is mine today": (_url("today", ask="?whose=me"), BENCH),
        "snoozed tickets": (_url("tickets", ask="?only=snoozed"), DESK),
        "loans": (_url("loans"), DESK),
        "solutions": (_url("solutions"), DESK),
        "solution": (_url("solution", _first(Solution).pk), DESK),
        "solution, changed": (_url("solution-edit", _first(Solution).pk), DESK),
        "new solution": (_url("solution-new"), DESK),
        "canned replies": (_url("replies"), DESK),
        "canned reply": (_url("reply", _first(CannedReply).pk), DESK),
        "new canned reply": (_url("reply-new"), DESK),
        "for you": (_url("notices"), BENCH),
        "how I hear of things": (_url("me"), DESK),
        "saved views": (_url("views"), DESK),
        "new saved view": (_url("view-new", ask="?list=tickets&state=new"), DESK),
        "find": (_url("find", ask="?q=laptop"), DESK),
        "found nothing": (_url("find", ask="?q=zzzz"), DESK),
        "what came in": (_url("arrivals"), DESK),
        "all that came in": (_url("arrivals", ask="?verdict=all"), DESK),
        "nothing of the kind": (_url("arrivals", ask="?verdict=delivery"), DESK),
        "not sent": (_url("stuck"), DESK),
        "tasks": (_url("stuck", ask="?what=tasks"), DESK),
        "strangers' messages": (_url("stuck", ask="?what=strangers"), DESK),
        "work that stopped": (_url("stuck", ask="?what=work"), DESK),
    }


def _customers():
    told = Count("tickets")
    known = Customer.objects.filter(merged_into=None).annotate(n=told).order_by("-n", "pk")
    customer, other = known[0], known[1].pk
    mine = Ticket.objects.open().filter(customer__isnull=False).earliest("pk")
    unknown = (
        Ticket.objects.open().filter(customer=None, contact_point__isnull=False).earliest("pk")
    )
    return {
        "customers": (_url("customers"), DESK),
        "no customers": (_url("customers", ask="?q=zzzz"), DESK),
        "new customer": (_url("customer-new"), DESK),
        "customer": (_url("customer", customer.pk), DESK),
        "merging customers": (_url("customer-merge", customer.pk), DESK),
        "merging with somebody": (_url("customer-merge", customer.pk, ask=f"?other={other}"), DESK),
        "strangers": (_url("strangers"), DESK),
        "stranger": (_url("stranger", unknown.contact_point_id), DESK),
        "another customer of a ticket": (_url("ticket-customer", mine.pk), DESK),
        "device": (_url("device", _first(Device).pk), DESK),
        "anonymising a customer": (_url("customer-anonymise", customer.pk), OWNER),
        "new device": (_url("device-new", customer.pk), DESK),
    }


def _tickets():
    asked = FollowUp.objects.filter(status="task", rule="satisfaction").first()
    promised = _first(Promise, status="open", kind="turnaround").ticket
    spoken = Ticket.objects.open().filter(interactions__kind="call").earliest("pk")
    stranger = Ticket.objects.open().filter(customer=None).earliest("pk")
    worried = Ticket.objects.open().exclude(concern="").earliest("pk")
    page = {
        "ticket": (_url("ticket", promised.pk), BENCH),
        "label of a ticket": (_url("ticket-label", promised.pk), DESK),
        "sheet of a ticket": (_url("ticket-sheet", promised.pk), DESK),
        "ticket, spoken about": (_url("ticket", spoken.pk), DESK),
        "ticket of a stranger": (_url("ticket", stranger.pk), DESK),
        "ticket with a concern": (_url("ticket", worried.pk), DESK),
        "ticket, closed": (_url("ticket", _first(Ticket, status="closed").pk), DESK),
    }
    for write in ("answer", "note", "call", "walk-in"):
        page[f"ticket, writing: {write}"] = (
            _url("ticket", spoken.pk, ask=f"?write={write}"),
            DESK,
        )
    for show in ("said", "notes", "promises"):
        page[f"ticket, {show} alone"] = (_url("ticket", promised.pk, ask=f"?show={show}"), DESK)
    for do in PANELS:
        page[f"ticket, {do}"] = (_url("ticket", promised.pk, ask=f"?do={do}"), DESK)
    if asked is not None:
        ask = f"?do=happy&task={asked.pk}"
        page["ticket, asking"] = (_url("ticket", asked.ticket_id, ask=ask), DESK)
    return page


def _messages():
    mail = _first(Interaction, kind="email", direction="in")
    arrival = Arrival.objects.order_by("-because", "pk")[0]  # put aside, if there is one
    return {
        "mail as it was sent": (_url("message", mail.ticket_id, mail.pk), DESK),
        "as it came": (_url("arrival", arrival.pk), DESK),
    }


def _money():
    return {
        "invoice": (_url("invoice", _first(Invoice).reference), OWNER),
        "report": (_url("report", "gifts"), OWNER),
        "report by customer": (_url("report", "gifts", ask="?cut=customer"), OWNER),
        "report, one by one": (_url("report", "gifts", ask="?cut=all"), OWNER),
        "reports": (_url("reports"), OWNER),
        "report on promises": (_url("report", "promises", ask="?cut=person"), OWNER),
        "every promise": (_url("report", "promises", ask="?cut=all"), OWNER),
        "report on callbacks": (_url("report", "callbacks", ask="?cut=channel"), OWNER),
        "every callback": (_url("report", "callbacks", ask="?cut=all"), OWNER),
        "report on free contacts": (_url("report", "free-contacts", ask="?cut=customer"), OWNER),
        "every free contact": (_url("report", "free-contacts", ask="?cut=all"), OWNER),
        "a link that opens nothing": (_url("invoice-link", "nothing"), STRANGER),
    }


def _log_ins():
    return {
        "log-in": (_url("account_login"), STRANGER),
        "change password": (_url("account_change_password"), DESK),
        "forgotten password": (_url("account_reset_password"), STRANGER),
        # The pages behind a password that is asked for once more are in test_totp.
        "signing out": (_url("account_logout"), DESK),
        "second factor": (_url("mfa_index"), DESK),
        "passkeys": (_url("mfa_list_webauthn"), DESK),
        "where I am signed in": (_url("usersessions_list"), DESK),
    }


def _public():
    """What customers see: their ticket by a link, our policies, a form."""
    quoted = Quote.objects.filter(accepted_at=None, ticket__ended_at=None).first()
    theirs = _first(Promise, status="open", kind="turnaround").ticket_id
    page = {
        "a customer's ticket": (_linked(theirs), STRANGER),
        "a customer's closed ticket": (
            _linked(_first(Ticket, status="closed").pk),
            STRANGER,
        ),
        "a link to no ticket": (_url("ticket-link", "nothing"), STRANGER),
        "our policies": (_url("public-policies"), STRANGER),
        "writing to us": (_url("public-write"), STRANGER),
        "written to us": (_url("public-written"), STRANGER),
        "an invite that is no more": (_url("join", "nothing"), STRANGER),
    }
    if quoted is not None:
        page["a customer's quote"] = (_linked(quoted.ticket_id), STRANGER)
    return page


def _linked(ticket):
    return _url("ticket-link", tokens.link(ticket, at=now()))


def _records():
    one = User.objects.filter(role=DESK, is_active=True).earliest("pk")
    return {
        "setup": (_url("setup"), OWNER),
        "what is kept": (_url("privacy"), OWNER),
        "who saw and changed what": (_url("audit"), OWNER),
        "nothing was seen": (_url("audit", ask="?key=zzzz"), OWNER),
        "staff": (_url("staff"), OWNER),
        "one of the staff": (_url("staff-member", one.pk), OWNER),
    }


def _programs():
    """What is written and done by itself, the ways in, and the programs that use them."""
    told = WebhookEndpoint.objects.order_by("pk").first()
    page = {
        "texts": (_url("texts"), OWNER),
        "texts in Swedish": (_url("texts", ask="?language=sv"), OWNER),
        "text": (_url("text", "en", "ready"), OWNER),
        "text of a mail": (_url("text", "sv", "acknowledgement.mail"), OWNER),
        "follow-up rules": (_url("follow-up-rules"), OWNER),
        "follow-up rule": (_url("follow-up-rule", "waiting"), OWNER),
        "channels": (_url("channels"), OWNER),
        "tokens": (_url("tokens", ask="?scope=phone"), OWNER),
        "webhooks": (_url("webhooks"), OWNER),
    }
    if told is not None:  # a sample shop tells nobody
        page["webhook"] = (_url("webhook", told.pk), OWNER)
    return page


def _terms():
    """What the shop is, when it works, and what it promises and takes for it."""
    calendar, service = _first(Calendar), _first(Service)
    return {
        "the shop": (_url("setup-shop"), OWNER),
        "services and rates": (_url("services"), OWNER),
        "service": (_url("service", service.pk), OWNER),
        "new rate": (_url("rate-new", ask=f"?service={service.pk}"), OWNER),
        "calendars": (_url("calendars"), OWNER),
        "new calendar": (_url("calendar-new"), OWNER),
        "calendar": (_url("calendar", calendar.pk), OWNER),
        "calendar, its hours": (_url("calendar-hours", calendar.pk), OWNER),
        "callback windows": (_url("callback-windows"), OWNER),
        "new callback window": (_url("callback-window-new"), OWNER),
        "turnarounds": (_url("turnarounds"), OWNER),
        "new turnaround": (_url("turnaround-new"), OWNER),
    }
