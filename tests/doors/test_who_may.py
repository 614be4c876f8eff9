"""Who may use which address: every role at every door, with what is theirs and what is not.

A route without an entry fails here. Pages of the shop are open to everybody who works in it, so
"own" (a ticket assigned to them) and "other" (a colleague's) answer alike; what is asked for in the
wrong place (another ticket's promise) is not found.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.urls import URLPattern, get_resolver, reverse
from django.utils.timezone import now

from billing import gifts
from helpdesk import invites, journey, opening, programs
from helpdesk.models import (
    ApiToken,
    Lease,
    SavedView,
    Scope,
    WebhookDelivery,
    WebhookEndpoint,
)
from helpdesk.web.setup.tokens import handle_of
from policies import canned
from policies.models import Calendar, FollowUp, Promise
from tests.api.operations import routes as programs_routes
from tests.conftest import boston
from tests.doors.correspondence import given_up, tasks
from tests.doors.mails import answered, arrive, fate, mail, unreadable
from tickets import intake, solutions
from tickets.devices import Particulars
from tickets.models import Attachment, Interaction, LoanDevice, Notice, Service, Ticket, User
from tickets.solutions import Advice

pytestmark = pytest.mark.django_db

ROLES = tuple(User.Role.values)
STAFF = ("front_desk", "technician", "owner")
OWNERS = ("owner",)


@dataclass(frozen=True)
class Door:
    """How to knock, whom it opens to, and with what."""

    method: str = "get"
    opens_to: tuple[str, ...] = STAFF
    kwargs: tuple[str, ...] = ()  # taken from the world, by name
    data: dict = field(default_factory=dict)
    status: int = 200


def post(*kwargs, opens_to=STAFF, **data):
    return Door("post", opens_to, kwargs, data, 302)


DOORS = {
    "today": Door(),
    "log-call": Door(),
    "log-call-candidates": Door(),
    "log-call-offers": Door(),
    "log-call-solutions": Door(),
    "draft": post("form", discard="1"),
    "tickets": Door(),
    "tickets-bulk": post(do="watch", ticket="{number}"),
    "tickets-undo": post("bulk_action"),
    "callbacks": Door(),
    "callback-claim": post("promise"),
    "callback-release": post("promise"),
    "callback-tried": post("promise", how="call"),
    "callback-solved": post("promise"),
    "ticket": Door(kwargs=("number",)),
    "ticket-note": post("number", text="Looked at it."),
    "ticket-edit": post("number", subject="Laptop"),
    "ticket-assign": post("number", assignee=""),
    "ticket-move": post("number", to="waiting"),
    "ticket-close": post("number", charge="free", gift_reason="Kind", promises_are="solved"),
    "ticket-reopen": post("number"),
    "ticket-spam": post("number", sure="on"),
    "ticket-merge": post("number", into="{third}"),
    "ticket-identify": post("number", name="Ingrid Dahl"),
    "ticket-trouble": post("number", fault="Mainboard", concern="It was new."),
    "ticket-acknowledge": post("number", said="0"),
    "ticket-ease": post("number"),
    "ticket-device": post("number", device="new", name="ThinkPad T14"),
    "ticket-lend": post("number", device="{spare}", due_date="{day}"),
    "ticket-snooze": post("number", until="hours", reason="0"),
    "ticket-wake": post("number"),
    "ticket-watch": post("number"),
    "ticket-unwatch": post("number"),
    "ticket-answer": post("number", way="email-{point}", text="It is ready."),
    "ticket-answer-parts": Door("post", kwargs=("number",)),
    "ticket-answer-canned": Door("post", kwargs=("number",)),
    "ticket-call": post("number", how="out", said="It is ready."),
    "ticket-walk-in": post("number", said="Is it ready?"),
    "ticket-here": Door("post", kwargs=("number",)),
    "contact-came": Door(kwargs=("number", "contact")),
    "colleagues": Door(),
    "replies": Door(),
    "reply-new": Door(),
    "reply": Door(kwargs=("canned",)),
    "message": Door(kwargs=("number", "mail")),
    "message-raw": Door(kwargs=("number", "mail")),
    "message-retry": post("number", "unsent"),
    "message-accept": post("number", "mail"),
    "task-done": post("number", "task", outcome="Called them."),
    "task-asked": post("number", "asked", is_happy="yes"),
    "opt-out": post("point"),
    "attachment": Door(kwargs=("attachment",)),
    "arrivals": Door(),
    "arrival": Door(kwargs=("arrival",)),
    "arrival-raw": Door(kwargs=("arrival",)),
    "arrival-read": post("arrival"),
    "arrival-ticket": post("arrival"),
    "stuck": Door(),
    "work-again": post("lease"),
    "contact-move": post("number", "contact", to="{third}"),
    "ticket-callback": post("number"),
    "ticket-promise": post("number", kind="update", what="A price", due_at="{soon}"),
    "ticket-quote": post("number", service="{service}", days="3"),
    "quote-accept": post("number", "quote", how="phone"),
    "quote-send": post("number", "quote"),
    "ticket-links-revoke": post("number"),
    "promise-told": post("number", "promise", words="By one."),
    "promise-end": post("number", "promise", status="solved"),
    "bench": Door(),
    "bench-move": post("number", to="waiting"),
    "bench-take": post("number"),
    "bench-note": post("number", text="Looked at it."),
    "off-channel": Door(),
    "solutions": Door(),
    "solution": Door(kwargs=("solution",)),
    "solution-new": Door(),
    "solution-edit": Door(kwargs=("solution",)),
    "solution-offer": post("solution", ticket="{third}"),
    "customers": Door(),
    "customer-new": Door(),
    "customer": Door(kwargs=("customer",)),
    "customer-edit": post(
        "customer", name="I", kind="person", language="en", preferred_channel="sms"
    ),
    "customer-contact": post("customer", reach="+16175550199"),
    "customer-contact-remove": post("customer", point="{point}"),
    "customer-merge": Door(kwargs=("customer",)),
    "customer-unmerge": post("merged"),
    "strangers": Door(),
    "stranger": Door(kwargs=("point",)),
    "ticket-customer": Door(kwargs=("number",)),
    "device-new": Door(kwargs=("customer",)),
    "device": Door(kwargs=("device",)),
    "device-edit": post("device", name="ThinkPad T14"),
    "loans": Door(),
    "loan-device-new": post(name="ThinkPad L13"),
    "loan-device": post("spare", do="retire"),
    "loan-return": post("loan"),
    "invoice": Door(kwargs=("reference",)),
    "invoice-document": Door(kwargs=("reference",)),
    "invoice-pay": post("reference", kind="cash", amount="45.00", due="4500"),
    "live": Door(),
    "live-later": post(call="{contact}"),
    "find": Door(data={"q": "Ingrid"}),
    "me": Door(),
    "views": Door(),
    "view-new": Door(data={"list": "tickets", "state": "new"}),
    "view": Door(opens_to=("front_desk", "owner"), kwargs=("view",)),
    "view-delete": post("view", opens_to=("front_desk", "owner")),
    "notices": Door(),
    "notices-read": post(),
    "notice-read": post("notice"),
    "styleguide": Door(status=404),  # only in DEBUG
    "report": Door(opens_to=("owner",), kwargs=("slug",)),
    "report-export": Door(opens_to=OWNERS, kwargs=("slug",)),
    "report-workbook": Door(opens_to=OWNERS, kwargs=("slug",)),
    "report-paper": Door(opens_to=OWNERS, kwargs=("slug",)),
    "reports": Door(opens_to=OWNERS),
    "report-mail": post("slug", opens_to=OWNERS, every="month", format="pdf"),
    "report-mail-stop": post("schedule", opens_to=OWNERS),
    "ticket-label": Door(kwargs=("number",)),
    "ticket-sheet": Door(kwargs=("number",)),
    "customer-export": Door(opens_to=OWNERS, kwargs=("customer",)),
    "customer-anonymise": Door(opens_to=OWNERS, kwargs=("customer",)),
    "setup": Door(opens_to=OWNERS),
    "privacy": Door(opens_to=OWNERS),
    "audit": Door(opens_to=OWNERS),
    "staff": Door(opens_to=OWNERS),
    "staff-member": Door(opens_to=OWNERS, kwargs=("colleague",)),
    "staff-active": post("colleague", opens_to=OWNERS, active="on"),
    "staff-factors": post(opens_to=OWNERS),
    "staff-no-factor": post("colleague", opens_to=OWNERS),
    "invite-take-back": post("invite", opens_to=OWNERS),
    "setup-shop": Door(opens_to=OWNERS),
    "setup-logo": post(opens_to=OWNERS, do="remove"),
    "services": Door(opens_to=OWNERS),
    "service": Door(opens_to=OWNERS, kwargs=("offered",)),
    "rate-new": Door(opens_to=OWNERS),
    "calendars": Door(opens_to=OWNERS),
    "calendar-new": Door(opens_to=OWNERS),
    "calendar": Door(opens_to=OWNERS, kwargs=("calendar",)),
    "calendar-hours": Door(opens_to=OWNERS, kwargs=("calendar",)),
    "closure-remove": post("closure", opens_to=OWNERS),
    "special-remove": post("calendar", opens_to=OWNERS, date="2026-03-02"),
    "callback-windows": Door(opens_to=OWNERS),
    "callback-window-new": Door(opens_to=OWNERS),
    "turnarounds": Door(opens_to=OWNERS),
    "turnaround-new": Door(opens_to=OWNERS),
    "texts": Door(opens_to=OWNERS),
    "text": Door(opens_to=OWNERS, kwargs=("language", "text")),
    "text-ours": post("language", "text", opens_to=OWNERS),
    "follow-up-rules": Door(opens_to=OWNERS),
    "follow-up-rule": Door(opens_to=OWNERS, kwargs=("rule",)),
    "channels": Door(opens_to=OWNERS),
    "channel-test": Door("post", OWNERS, ("what",), {"mail-to": "eva@dahl.example"}, 422),
    "tokens": Door(opens_to=OWNERS),
    "token-revoke": post("handle", opens_to=OWNERS),
    "webhooks": Door(opens_to=OWNERS),
    "webhook": Door(opens_to=OWNERS, kwargs=("webhook",)),
    "webhook-active": post("webhook", opens_to=OWNERS, active=""),
    "webhook-ping": post("webhook", opens_to=OWNERS),
    "webhook-secret": Door("post", OWNERS, ("webhook",)),
    "webhook-delete": post("webhook", opens_to=OWNERS),
    "webhook-resend": post("webhook", "delivery", opens_to=OWNERS),
}
# By a link of ours that nobody can guess; without one it says nothing. See test_links,
# test_ticket_link and test_staff.
BY_LINK = {
    *("invoice-link", "join"),
    *("ticket-link", "ticket-link-answer", "ticket-link-quote", "ticket-link-later"),
    *("ticket-link-happy", "ticket-link-decline"),
    *("first-run", "first-run-closed"),  # and no longer once there is a shop: test_first_run
}
# What the shop shows to everybody. See test_public_shop and test_public_write.
PUBLIC = {"public-policies", "public-wait", "public-write", "public-written", "shop-logo"}
# Programs' doors: no session opens them, a token with the scope does. See tests/api.
PROGRAMS = {name for _method, name in programs_routes()}
# For those who watch over us; the last one has a token of its own. See test_health.
WATCHED = {"healthz", "readyz", "metrics"}
# Providers' doors: each verifies what is sent to it.
PROVIDERS = {"hook"}
# Before the log-in, or about it; none shows anything of the shop.
OPEN_TO_THE_WORLD = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_confirm_login_code",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
# One's own log-in.
OWN_ACCOUNT = {
    "account_logout",
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "usersessions_list",
}
OF_A_PASSKEY = {"mfa_edit_webauthn", "mfa_remove_webauthn"}  # which one is named in front
GIVEN = {"key": "abc", "uidb36": "a", "token": "not-a-token", "event": "incoming"}


def routes(patterns=None):
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif entry.app_name != "admin":
            yield from routes(entry.url_patterns)


def address(route):
    given = {name: GIVEN[name] for name in route.pattern.regex.groupindex}
    if route.name in OF_A_PASSKEY:
        given["pk"] = 1
    return reverse(route.name, kwargs=given)


@pytest.fixture
def people(shop):
    return {role: opening.hire(f"{role}-1", f"{role} one", role, "x") for role in User.Role.values}


@pytest.fixture
def world(shop, people, hear, missed):
    """Build a ticket with a contact, a promise and a quote, for one assignee."""

    def build(assignee, number="+16175550142"):
        at = boston(2026, 3, 2, 9)
        missed(now=at, call_id=f"call-{number}", number=number)
        ticket = Ticket.objects.order_by("number").last()
        by = people["front_desk"]
        journey.quoted(ticket, Service.objects.first(), by=by, now=at)
        customer = intake.new_customer("Ingrid", shop=shop, now=at)
        done = intake.open_ticket(subject="Done", channel="call", customer=customer, now=at)
        journey.ticket_closed(done, charge="charged", by=by, now=at)
        gifts.bill(done, now=at + timedelta(hours=1))
        Ticket.objects.filter(pk__in=[ticket.pk, done.pk]).update(assignee=assignee)
        third = intake.open_ticket(subject="Third", channel="call", now=at)
        return SimpleNamespace(
            number=ticket.pk,
            done=done.pk,
            third=third.pk,
            contact=Interaction.objects.get(ticket=ticket, kind="call").pk,
            promise=Promise.objects.get(ticket=ticket).pk,
            quote=ticket.quotes.get().pk,
            customer=customer.pk,
            reference=done.invoices.get().reference,
            service=Service.objects.first().pk,
            slug="gifts",
            form="call",
            bulk_action=journey.tickets_assigned_at_once([third.pk], by, by=by, now=at).pk,
            **_correspondence(ticket, by, at),
            **_devices(ticket, customer, by, at),
            **_times(),
            **_programs(at),
            offered=Service.objects.first().pk,
            colleague=people["technician"].pk,
            invite=invites.invite(
                name="Kim", email="kim@dahl.example", role="technician", by=by, now=at
            ).pk,
            merged=_merged(shop, by, at).gone_id,
            soon=f"{now() + timedelta(days=2):%Y-%m-%dT%H:%M}",
            solution=solutions.write(Advice("Black screen"), by=by, now=at).pk,
            notice=_notice(ticket, by, at),
            view=_view(by, at),
            schedule=people["owner"].schedules.create(report="gifts", every="week", next_at=at).pk,
            canned=canned.write("Hours", "We open at nine.", language="en", by=by, now=at).pk,
        )

    return build


def _programs(at):
    """A token, a webhook of it with something sent, and what is named in the setup by a word."""
    token, _key = programs.let_in(f"books-{ApiToken.objects.count()}", Scope.values)
    # Inside a network: nothing is looked up, and nothing is sent.
    inside = {"url": "https://127.0.0.1/", "events": ["*"], "made_at": at}
    endpoint = WebhookEndpoint.objects.create(token=token, **inside)
    sent = {"kind": "invoice.issued", "body": "{}", "happened_at": at, "status": "failed"}
    return {
        "handle": handle_of(token),
        "webhook": endpoint.pk,
        "delivery": WebhookDelivery.objects.create(endpoint=endpoint, event=1, **sent).pk,
        "language": "en",
        "text": "ready",
        "rule": "ready",
        "what": "mail",
    }


def _merged(shop, by, at):
    gone, kept = (intake.new_customer("Ingrid", shop=shop, now=at) for _ in range(2))
    return journey.customers_merged(gone, kept, by=by, now=at)


def _devices(ticket, customer, by, at):
    """One of theirs, one of ours that they have, and one that is here."""
    lent, spare = (LoanDevice.objects.create(name=name) for name in ("Lent", "Spare"))
    week = now().date() + timedelta(days=7)
    theirs = Particulars(name=f"Laptop {ticket.pk}")
    return {
        "device": journey.device_written(customer, theirs).pk,
        "spare": spare.pk,
        "loan": journey.device_lent(lent, ticket, week, by=by, now=at).pk,
        "day": week,
    }


def _times():
    calendar = Calendar.objects.earliest("pk")
    closure = calendar.closures.create(first_date="2026-07-04", last_date="2026-07-05")
    return {"calendar": calendar.pk, "closure": closure.pk}


def _view(by, at):
    """A list that whoever is at the front desk keeps for everybody."""
    name = f"New {SavedView.objects.count()}"
    return SavedView.objects.create(
        user=by, page="tickets", name=name, query="state=new", is_shared=True, saved_at=at
    ).pk


def _notice(ticket, by, at):
    """Something `by` should read; who else says that they have, changes nothing."""
    contact = Interaction.objects.filter(ticket=ticket).first()
    return Notice.objects.create(user=by, interaction=contact, why="watched", noticed_at=at).pk


def _correspondence(ticket, by, at):
    """A mail with a file from somebody unknown, one of ours that failed, and what is to be done."""
    arrive(mail(id=f"first-{ticket.pk}", sender="i@example.com"), now=at)
    first = Interaction.objects.latest("pk")
    Interaction.objects.filter(pk=first.pk).update(ticket=ticket, is_verified=False)
    Ticket.objects.filter(pk=ticket.pk).update(contact_point=first.contact_point)
    ticket.refresh_from_db()
    file = Attachment.objects.create(
        interaction=first, name="a.txt", size=1, sha256="x", file=ContentFile(b"x", name="file")
    )
    unsent = answered(ticket, by, now=at)
    fate(unsent, "failed", because="No such server")
    tasks(ticket, by, now=at)
    rows = FollowUp.objects.filter(ticket=ticket, status="task")
    given_up(1, now=at, row=ticket.pk)
    return {
        "mail": first.pk,
        "point": first.contact_point_id,
        "unsent": unsent.pk,
        "attachment": file.pk,
        "arrival": unreadable(at).pk,
        "task": rows.exclude(rule="satisfaction").get().pk,
        "asked": rows.get(rule="satisfaction").pk,
        "lease": Lease.objects.latest("pk").pk,
    }


def knock(client, name, world):
    door = DOORS[name]
    values = dict(vars(world))
    if name in {"ticket-reopen", "ticket-customer"}:
        values["number"] = values["done"]
    if name in {"ticket-acknowledge", "ticket-ease"}:
        by, at = User.objects.first(), now()
        ticket = Ticket.objects.get(pk=world.number)
        journey.trouble_written(ticket, fault="", concern="It was new.", by=by, now=at)
        if name == "ticket-ease":
            journey.concern_acknowledged(ticket, "That is maddening.", by=by, now=at)
    if name in {"ticket-close", "ticket-device"}:
        journey.customer_identified(
            Ticket.objects.get(pk=world.number), intake.Customer.objects.get(pk=world.customer)
        )
    kwargs = {("pk" if key in PKS else key): values[key] for key in door.kwargs}
    data = {key: str(value).format(**values) for key, value in door.data.items()}
    response = getattr(client, door.method)(reverse(name, kwargs=kwargs), data)
    # The file of a download; the end of a request would end the connection the test is on.
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)
    return response


PKS = {"contact", "promise", "quote", "customer", "mail", "unsent", "task", "asked", "point"}
PKS |= {"merged", "bulk_action", "colleague", "invite", "offered", "calendar", "closure"}
PKS |= {"attachment", "arrival", "lease", "device", "loan", "spare", "solution", "notice", "canned"}
PKS |= {"view", "webhook", "schedule"}


def test_every_route_has_an_entry():
    named = {route.name for route in routes()}
    others = BY_LINK | PUBLIC | PROVIDERS | PROGRAMS | WATCHED | OPEN_TO_THE_WORLD | OWN_ACCOUNT

    assert named == set(DOORS) | others


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_log_in(client, shop, name, method):
    kwargs = {("pk" if key in PKS else key): 1 for key in DOORS[name].kwargs}
    url = reverse(name, kwargs=kwargs)

    response = getattr(client, method)(url)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("route", [r for r in routes() if r.name in OWN_ACCOUNT], ids=str)
def test_strangers_have_no_account_to_look_at(client, shop, route):
    response = client.get(address(route))

    assert response.status_code == 302
    assert response["Location"].startswith(("/accounts/login/", "/"))


@pytest.mark.parametrize("route", [r for r in routes() if r.name in OPEN_TO_THE_WORLD], ids=str)
def test_what_is_open_shows_nothing_of_the_shop(client, shop, route):
    response = client.get(address(route), follow=True)

    assert response.status_code == 200
    assert shop.name not in response.content.decode()


@contextmanager
def taken_back():
    """Let the next knock find the world as this one did: to build it takes longest."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("whose", ["own", "other"])
def test_each_role_at_each_door(client, people, world, role, whose):
    colleague = people["technician" if role != "technician" else "owner"]
    built = world(people[role] if whose == "own" and role in STAFF else colleague)
    client.force_login(people[role])

    for name, door in DOORS.items():
        with taken_back():
            response = knock(client, name, built)
        expected = door.status if role in door.opens_to else 403
        assert (name, response.status_code) == (name, expected)


def test_what_does_not_exist_is_not_found(client, people, world):
    built = world(people["owner"])
    missing = dict.fromkeys(vars(built), 99999999) | {"slug": "nothing", "service": built.service}
    client.force_login(people["owner"])

    for name, door in DOORS.items():
        if door.kwargs:
            kwargs = {("pk" if key in PKS else key): missing[key] for key in door.kwargs}
            response = getattr(client, door.method)(reverse(name, kwargs=kwargs))
            assert (name, response.status_code) == (name, 404)


HERE = {
    "contact-move": "contact",
    "quote-accept": "quote",
    "promise-told": "promise",
    "promise-end": "promise",
    "message": "mail",
    "message-raw": "mail",
    "message-retry": "unsent",
    "message-accept": "mail",
    "task-done": "task",
    "task-asked": "asked",
    "quote-send": "quote",
}


def test_another_ticket_s_is_not_found_here(client, people, world):
    here, there = world(people["owner"]), world(people["owner"], "+16175550143")
    client.force_login(people["owner"])

    for name, row in HERE.items():
        door = DOORS[name]
        url = reverse(name, kwargs={"number": here.number, "pk": getattr(there, row)})
        response = getattr(client, door.method)(url, door.data)
        assert (name, response.status_code) == (name, 404)


DEEDS = [name for name, door in DOORS.items() if door.method == "post"]


def test_nothing_is_done_by_looking(client, people, world, django_assert_no_writes):
    built = world(people["owner"])
    client.force_login(people["owner"])

    for name in DEEDS:
        kwargs = {("pk" if key in PKS else key): getattr(built, key) for key in DOORS[name].kwargs}
        with django_assert_no_writes():
            response = client.get(reverse(name, kwargs=kwargs))
        assert (name, response.status_code) in {(name, 302), (name, 405)}


# An invoice's document is drawn when it is first asked for, and is the same ever after.
DRAWN_ON_FIRST_LOOK = {"invoice-document"}


def test_pages_only_read(client, people, world, django_assert_no_writes):
    built = world(people["owner"])
    client.force_login(people["owner"])

    for name, door in DOORS.items():
        if door.method == "get" and name not in DRAWN_ON_FIRST_LOOK:
            with django_assert_no_writes():
                knock(client, name, built)


def test_nothing_is_done_without_a_csrf_token(people, world, client_with_csrf):
    built = world(people["owner"])
    client_with_csrf.force_login(people["owner"])

    for name in DEEDS:
        with taken_back():
            assert (name, knock(client_with_csrf, name, built).status_code) == (name, 403)


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_the_admin_is_for_owners(client, people, role, model):
    if role:
        client.force_login(people[role])

    response = client.get(
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    )

    expected = {"owner": 200, None: 302}.get(role, 403)
    assert response.status_code == expected
