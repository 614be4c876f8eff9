"""Every page there is, by name: where it is in whatever shop there is, and who looks at it.

The list is complete: test_every_page compares it with the map of addresses. What a page is about is
looked up, so that the same list shows a sample shop and the shop of a test.
"""

from django.db.models import Count
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from policies.models import CannedReply, FollowUp, Promise
from tickets.models import (
    Arrival,
    Call,
    Customer,
    Device,
    Interaction,
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
    return _lists() | _customers() | _tickets() | _messages() | _money() | _log_ins()


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
    return {
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
        "a link that opens nothing": (_url("invoice-link", "nothing"), STRANGER),
    }


def _log_ins():
    return {
        "log-in": (_url("account_login"), STRANGER),
        "change password": (_url("account_change_password"), DESK),
    }
