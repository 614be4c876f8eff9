"""Every operation there is: how it is asked for, which scope it takes, and what it answers."""

from dataclasses import dataclass, field
from typing import Any

from helpdesk.api.v1 import urls
from helpdesk.models import Scope

READ, WRITE = Scope.TICKETS_READ, Scope.TICKETS_WRITE


@dataclass(frozen=True)
class Operation:
    """`path` and `body` are filled in from a world, by the names in braces."""

    scope: Scope
    path: str
    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)


def read(scope, path):
    return Operation(scope, path)


def write(scope, path, answer=200, /, **body):
    return Operation(scope, path, answer, body)


# By method and route.
OPERATIONS = {
    ("GET", "api-ticket-list"): read(READ, "tickets/"),
    ("POST", "api-ticket-list"): write(WRITE, "tickets/", 201, text="Black", reach="+16175550177"),
    ("GET", "api-ticket-detail"): read(READ, "tickets/{number}/"),
    ("PATCH", "api-ticket-detail"): write(WRITE, "tickets/{number}/", subject="Laptop"),
    ("POST", "api-ticket-move"): write(WRITE, "tickets/{number}/moves/", to="waiting"),
    ("POST", "api-ticket-assign"): write(WRITE, "tickets/{number}/assignments/", assignee="per"),
    ("POST", "api-ticket-identify"): write(
        WRITE, "tickets/{stranger}/identifications/", customer="{customer}"
    ),
    ("POST", "api-ticket-merge"): write(WRITE, "tickets/{third}/merges/", into="{number}"),
    ("GET", "api-ticket-interactions"): read(READ, "tickets/{number}/interactions/"),
    ("POST", "api-ticket-interactions"): write(
        WRITE, "tickets/{number}/interactions/", 201, kind="note", text="Looked at it."
    ),
    ("GET", "api-ticket-promises"): read(READ, "tickets/{number}/promises/"),
    ("POST", "api-ticket-promises"): write(
        WRITE, "tickets/{third}/promises/", 201, kind="update", what="A price", due_at="{soon}"
    ),
    ("GET", "api-ticket-quotes"): read(READ, "tickets/{number}/quotes/"),
    ("POST", "api-ticket-quotes"): write(
        WRITE, "tickets/{number}/quotes/", 201, service="{service}", days=5
    ),
    ("GET", "api-interaction-list"): read(READ, "interactions/"),
    ("GET", "api-interaction-detail"): read(READ, "interactions/{interaction}/"),
    ("POST", "api-interaction-retry"): write(WRITE, "interactions/{unsent}/retries/"),
    ("GET", "api-call-list"): read(READ, "calls/"),
    ("GET", "api-call-detail"): read(READ, "calls/{call}/"),
    ("GET", "api-promise-list"): read(READ, "promises/"),
    ("GET", "api-promise-detail"): read(READ, "promises/{promise}/"),
    ("POST", "api-promise-tell"): write(WRITE, "promises/{promise}/tellings/", words="By one."),
    ("POST", "api-promise-end"): write(
        WRITE, "promises/{promise}/endings/", status="solved", because="They found the switch"
    ),
    ("GET", "api-quote-list"): read(READ, "quotes/"),
    ("GET", "api-quote-detail"): read(READ, "quotes/{quote}/"),
    ("POST", "api-quote-accept"): write(WRITE, "quotes/{quote}/acceptances/", 201, how="phone"),
    ("GET", "api-follow-up-list"): read(READ, "follow-ups/"),
    ("GET", "api-follow-up-detail"): read(READ, "follow-ups/{task}/"),
    ("POST", "api-follow-up-complete"): write(
        WRITE, "follow-ups/{task}/completions/", outcome="Called them."
    ),
    ("GET", "api-solution-list"): read(READ, "solutions/"),
    ("POST", "api-solution-list"): write(WRITE, "solutions/", 201, title="Offline"),
    ("GET", "api-solution-detail"): read(READ, "solutions/{solution}/"),
    ("PATCH", "api-solution-detail"): write(WRITE, "solutions/{solution}/", text="Unplug it."),
    ("GET", "api-service-list"): read(READ, "services/"),
    ("GET", "api-service-detail"): read(READ, "services/{service}/"),
    ("GET", "api-callback-window-list"): read(READ, "callback-windows/"),
    ("GET", "api-callback-window-detail"): read(READ, "callback-windows/{window}/"),
    ("POST", "api-service-list"): write(Scope.POLICIES_WRITE, "services/", 201, name="Tuning"),
    ("PATCH", "api-service-detail"): write(
        Scope.POLICIES_WRITE, "services/{service}/", description="All makes"
    ),
    ("GET", "api-service-turnarounds"): read(
        Scope.POLICIES_WRITE, "services/{service}/turnarounds/"
    ),
    ("POST", "api-service-turnarounds"): write(
        Scope.POLICIES_WRITE, "services/{service}/turnarounds/", 201, days=4, target_days=2
    ),
    ("POST", "api-callback-window-list"): write(
        Scope.POLICIES_WRITE, "callback-windows/", 201, minutes=120
    ),
    ("GET", "api-customer-list"): read(Scope.CUSTOMERS_READ, "customers/"),
    ("GET", "api-customer-detail"): read(Scope.CUSTOMERS_READ, "customers/{customer}/"),
    ("GET", "api-customer-contact-points"): read(
        Scope.CUSTOMERS_READ, "customers/{customer}/contact-points/"
    ),
    ("GET", "api-contact-point-list"): read(Scope.CUSTOMERS_READ, "contact-points/"),
    ("GET", "api-contact-point-detail"): read(Scope.CUSTOMERS_READ, "contact-points/{point}/"),
    ("POST", "api-customer-list"): write(
        Scope.CUSTOMERS_WRITE, "customers/", 201, name="Bo Ek", reach="bo@example.com"
    ),
    ("PATCH", "api-customer-detail"): write(
        Scope.CUSTOMERS_WRITE, "customers/{customer}/", note="Prefers mornings."
    ),
    ("POST", "api-customer-contact-points"): write(
        Scope.CUSTOMERS_WRITE, "customers/{customer}/contact-points/", 201, reach="+16175550166"
    ),
    ("POST", "api-contact-point-opt-out"): write(
        Scope.CUSTOMERS_WRITE, "contact-points/{point}/opt-outs/"
    ),
    ("GET", "api-invoice-list"): read(Scope.MONEY_READ, "invoices/"),
    ("GET", "api-invoice-detail"): read(Scope.MONEY_READ, "invoices/{reference}/"),
    ("GET", "api-invoice-document"): read(Scope.MONEY_READ, "invoices/{reference}/document/"),
    ("POST", "api-invoice-settle"): write(
        Scope.MONEY_WRITE, "invoices/{reference}/settlements/", 201, kind="cash", amount=100
    ),
    ("GET", "api-reports"): read(Scope.REPORTS_READ, "reports/"),
    ("GET", "api-report"): read(Scope.REPORTS_READ, "reports/gifts/"),
    ("GET", "api-webhook-list"): read(Scope.WEBHOOKS, "webhooks/"),
    ("POST", "api-webhook-list"): write(
        Scope.WEBHOOKS, "webhooks/", 201, url="https://x.example.com/", events=["ticket.created"]
    ),
    ("GET", "api-webhook-detail"): read(Scope.WEBHOOKS, "webhooks/{webhook}/"),
    ("PATCH", "api-webhook-detail"): write(Scope.WEBHOOKS, "webhooks/{webhook}/", enabled=False),
    ("DELETE", "api-webhook-detail"): write(Scope.WEBHOOKS, "webhooks/{webhook}/", 204),
    ("GET", "api-webhook-secret"): read(Scope.WEBHOOKS, "webhooks/{webhook}/secret/"),
    ("POST", "api-webhook-rotate"): write(Scope.WEBHOOKS, "webhooks/{webhook}/rotations/"),
    ("GET", "api-webhook-deliveries"): read(Scope.WEBHOOKS, "webhooks/{webhook}/deliveries/"),
    ("POST", "api-webhook-replay"): write(
        Scope.WEBHOOKS, "webhooks/{webhook}/deliveries/{delivery}/replays/"
    ),
    ("GET", "callers"): read(Scope.PHONE, "callers/?number=1"),
    ("GET", "caller-name"): read(Scope.PHONE, "callers/name/?number=1"),
    ("GET", "greeting"): read(Scope.PHONE, "greeting/"),
    ("GET", "greeting-text"): read(Scope.PHONE, "greeting.txt"),
    ("GET", "greeting-twiml"): read(Scope.PHONE, "greeting.xml"),
    ("POST", "greeting-twiml"): write(Scope.PHONE, "greeting.xml"),
    ("GET", "3cx-lookup"): read(Scope.PHONE, "cti/3cx/lookup?number=1"),
    ("GET", "3cx-template"): read(Scope.PHONE, "cti/3cx/template.xml"),
}
# Asked for in ways of their own: the token is in the path, or the answer tells whether it is new.
# See tests/doors/test_cti.py, test_threecx.py, test_desk_phone.py and test_voicemail.py.
ELSEWHERE = {
    ("POST", "cti"),
    ("GET", "phone-event"),
    ("POST", "3cx-journal"),
    ("POST", "voicemails"),
}
# They say nothing of the shop.
OPEN_TO_THE_WORLD = {("GET", "api-schema"), ("GET", "api-docs")}

SAFE = {"head", "options"}


def routes():
    """Yield what the router really has: method and route."""
    for route in urls.urlpatterns:
        view = route.callback
        actions = getattr(view, "actions", None)
        for method in actions or view.cls.http_method_names:
            if method not in SAFE and (actions or hasattr(view.cls, method)):
                yield method.upper(), route.name


def filled(value, world):
    """Put what the world has where its name stands; a number stays one."""
    if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}" and value.count("{") == 1:
        return world[value[1:-1]]
    if isinstance(value, str):
        return value.format(**world)
    if isinstance(value, dict):
        return {name: filled(each, world) for name, each in value.items()}
    return value
