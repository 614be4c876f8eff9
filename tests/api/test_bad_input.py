"""What programs send and should not: refused in a sentence, with the field, and nothing written.

The numbers are those of our list of bad inputs.
"""

import json

import pytest
from django.test import Client

from helpdesk import opening, webhooks
from helpdesk.api import errors
from helpdesk.models import ApiToken
from policies.models import CallbackWindow, Promise, Turnaround
from tests.conftest import boston
from tickets.models import Customer, Interaction, Service, Ticket

pytestmark = pytest.mark.django_db

FINE = {"text": "Stays black.", "reach": "+16175550142"}
DEEP = "[" * 5000


def send(api, raw, path="/api/v1/tickets/", method="POST", kind="application/json", **headers):
    return api.client.generic(
        method,
        path,
        data=raw,
        content_type=kind,
        headers={"Authorization": f"Bearer {api.key}", **headers},
    )


def problem(answer):
    """Return what a refusal says, having seen that it is one."""
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    assert said["detail"]
    return said


def test_what_is_fine_is_taken(api):
    assert send(api, json.dumps(FINE)).status_code == 201


BODIES = {
    "87 empty object": ("{}", 400),
    "87 list": ("[]", 400),
    "87 null": ("null", 400),
    "87 text": ('"x"', 400),
    "88 deep list": (DEEP, 400),
    "88 deep object": ('{"a":' * 5000, 400),
    "88 deep and closed": (DEEP + "]" * 5000, 400),
    "89 NaN": ('{"text": NaN}', 400),
    "89 Infinity": ('{"minutes": Infinity, "text": "x"}', 400),
    "89 1e999": ('{"minutes": 1e999, "text": "x"}', 400),
    "89 -Infinity": ('{"minutes": -Infinity, "text": "x"}', 400),
    "90 5000 digits": ('{"minutes": %s, "text": "x"}' % ("9" * 5000), 400),
    "91 10^20": ('{"customer": 100000000000000000000, "text": "x"}', 400),
    "91 10^18": ('{"customer": 1000000000000000000, "text": "x"}', 400),
    "92 NUL": ('{"text": "a\\u0000b", "reach": "+16175550142"}', 400),
    "92 NUL in a name": ('{"te\\u0000xt": "a"}', 400),
    "92 raw NUL": (b'{"text": "a\x00b"}', 400),
    "93 lone surrogate": ('{"text": "\\ud83d", "reach": "+16175550142"}', 400),
    "96 unknown field": (json.dumps(FINE | {"is_admin": True}), 400),
    "96 field of the row": (json.dumps(FINE | {"number": 5, "status": "closed"}), 400),
    "no JSON": ("text=x", 400),
    "not UTF-8": (b'{"text": "\xff\xfe"}', 400),
    "broken off": ('{"text": "x', 400),
    "number for text": ('{"text": 5, "reach": "+16175550142"}', 400),
    "truth for a number": (json.dumps(FINE | {"channel": "call", "minutes": True}), 400),
    "text for a number": (json.dumps(FINE | {"channel": "call", "minutes": "5"}), 400),
    "text for a truth": (json.dumps(FINE | {"channel": "call", "wants_callback": "yes"}), 400),
    "text for a key": (json.dumps(FINE | {"customer": "1"}), 400),
    "list for a key": (json.dumps(FINE | {"customer": [1]}), 400),
    "negative minutes": (json.dumps(FINE | {"channel": "call", "minutes": -5}), 400),
    "no number": (json.dumps(FINE | {"reach": "sip:200@pbx"}), 400),
    "long number": (json.dumps(FINE | {"reach": "+" + "1" * 300}), 400),
    "102 1.5 MB": (json.dumps(FINE | {"text": "x" * 1_500_000}), 413),
    "102 3 MB": (json.dumps(FINE | {"text": "x" * 3_000_000}), 400),
    "too long a text": (json.dumps(FINE | {"text": "x" * 20_001}), 400),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_used(api, name):
    raw, status = BODIES[name]

    answer = send(api, raw)

    assert answer.status_code == status
    problem(answer)
    assert (Ticket.objects.count(), Interaction.objects.count()) == (0, 0)


def test_a_refusal_names_the_field(api):
    said = problem(send(api, json.dumps(FINE | {"colour": "red", "text": 5})))

    assert [error["field"] for error in said["errors"]] == ["colour"]
    assert "channel" in said["errors"][0]["detail"]  # it says what there is
    said = problem(send(api, json.dumps(FINE | {"text": 5})))
    assert [error["field"] for error in said["errors"]] == ["text"]


def test_a_refusal_says_which_entry_of_a_list(api):
    asked = {"url": "https://x.example.com/", "events": ["ticket.created", "nope", 5]}

    said = problem(api.post("webhooks/", asked))

    (error,) = said["errors"]
    known = f"Known are: {', '.join([webhooks.ALL, *webhooks.KINDS])}."
    assert error == {
        "field": "events",
        "detail": f"Entry 2: There is no event “nope”. {known}"
        f" Entry 3: There is no event “5”. {known}",
    }


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ("No.", "No."),
        (["No.", "Never."], "No. Never."),
        ({1: ["No."]}, "Entry 2: No."),
        ({"minor": ["No."]}, "minor: No."),
        ([{}, {"from": ["No."]}], "Entry 2: from: No."),
    ],
)
def test_a_refusal_has_words_however_deep(said, detail):
    assert errors.body(400, {"field": said})["errors"] == [{"field": "field", "detail": detail}]


def test_94_of_two_equal_keys_the_last_counts(api):
    answer = send(api, '{"text": "first", "text": "second", "reach": "+16175550142"}')

    assert (answer.status_code, answer.json()["subject"]) == (201, "second")


@pytest.mark.parametrize(
    "instant",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-03-02T15:00:00",
        "2026-02-30T15:00:00Z",
        "tomorrow",
        "",
        1_772_460_000,
        None,
        ["2026-03-02T15:00:00Z"],
    ],
)
def test_95_an_instant_nobody_means(api, ticket, instant):
    body = {"kind": "update", "what": "A price", "due_at": instant}

    answer = api.post(f"tickets/{ticket['number']}/promises/", body)

    assert answer.status_code == 400
    assert [error["field"] for error in problem(answer)["errors"]] == ["due_at"]
    assert Promise.objects.filter(kind="update").count() == 0


def test_97_a_page_is_a_hundred_at_most(api):
    for _ in range(101):
        Customer.objects.create(name="Bo", since=boston(2026, 1, 5))

    answer = api.get("customers/?page_size=1000000000")

    assert len(answer.json()["results"]) == 100


CURSORS = ["x", "%00", "bz0x", "cD1uZXZlcg==", "cj0xJnA9", "9" * 5000, "bz0tMQ==", "cD0lMDA="]


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize("path", ["tickets/", "customers/", "invoices/", "services/"])
def test_97_a_cursor_that_is_none(api, shop, path, cursor):
    answer = api.get(f"{path}?cursor={cursor}")

    if answer.status_code != 200:  # some of them are cursors, by chance
        assert answer.status_code == 400
        assert [error["field"] for error in problem(answer)["errors"]] == ["cursor"]


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "%00", "9" * 5000 + "x", "²"])
def test_97_a_page_of_no_size(api, shop, size):
    answer = api.get(f"tickets/?page_size={size}")

    assert answer.status_code == 400
    problem(answer)


@pytest.mark.parametrize(
    "query",
    [
        "ordering=password",
        "filter=__class__",
        "customer__note=x",
        "search_text__includes=x",
        "status=gone",
        "is_open=perhaps",
        "customer=abc",
        "customer=-1",
        "customer=99999999999999999999",
        "opened_since=yesterday",
        "opened_since=0001-01-01T00:00:00Z",
        "expand=password",
        "expand=customer.tickets",
    ],
)
def test_98_a_parameter_there_is_none_of(api, shop, query):
    answer = api.get(f"tickets/?{query}")

    assert answer.status_code == 400
    assert problem(answer)["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("reports/?only=gifts", "only"),
        ("reports/gifts/?only=given", "only"),
        ("reports/gifts/?cut=nobody", "cut"),
        ("reports/gifts/?period=month", "period"),
        ("reports/gifts/?since=yesterday", "since"),
    ],
)
def test_98_reports_are_no_less_strict(api, shop, path, field):
    answer = api.get(path)

    assert answer.status_code == 400
    assert problem(answer)["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("method", "kind", "path", "status"),
    [
        ("PUT", "application/json", "/api/v1/tickets/", 405),
        ("DELETE", "application/json", "/api/v1/tickets/", 405),
        ("POST", "application/json", "/api/v1/promises/", 405),
        ("TRACE", "application/json", "/api/v1/tickets/", 405),
        ("POST", "text/plain", "/api/v1/tickets/", 415),
        ("POST", "application/x-www-form-urlencoded", "/api/v1/tickets/", 415),
        ("POST", "multipart/form-data; boundary=x", "/api/v1/tickets/", 415),
        ("POST", "application/xml", "/api/v1/tickets/", 415),
        ("POST", "application/json; charset=utf-16", "/api/v1/tickets/", 415),
        ("POST", "application/json; charset=utf-7", "/api/v1/tickets/", 415),
        ("POST", "", "/api/v1/tickets/", 415),
    ],
)
def test_100_a_wrong_method_or_type(api, shop, method, kind, path, status):
    answer = send(api, json.dumps(FINE), path, method, kind)

    assert answer.status_code == status
    problem(answer)
    assert Ticket.objects.count() == 0


def test_86_a_body_that_is_packed(api, shop):
    answer = send(api, b"\x1f\x8b" + b"\x00" * 100, **{"Content-Encoding": "gzip"})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "query",
    ['"', "*", "%25", "_", "%27;%20drop", "x" * 5000, "%00", "%ED%A0%BD", "((", "%F0%9F%8E%81"],
)
@pytest.mark.parametrize("path", ["tickets/", "customers/", "solutions/"])
def test_101_a_search_is_only_looked_for(api, shop, path, query):
    answer = api.get(f"{path}?q={query}")

    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_102_a_form_of_many_fields(api, shop):
    form = "&".join(f"a{n}=1" for n in range(1500))

    answer = send(api, form, kind="application/x-www-form-urlencoded")

    assert answer.status_code == 415


@pytest.mark.parametrize("days", [0, -1, 3651, 1.5, "3", None])
def test_115_a_turnaround_of_no_length(api, shop, days):
    service = Service.objects.first()

    answer = api.post(f"services/{service.pk}/turnarounds/", {"days": days, "target_days": 1})

    assert answer.status_code == 400
    assert [error["field"] for error in problem(answer)["errors"]] == ["days"]


@pytest.mark.parametrize("field", ["amount", "due"])
@pytest.mark.parametrize("sent", [{"minor": 100, "currency": "USD"}, "100", 1.5, None, True])
def test_118_an_amount_is_a_number_and_the_refusal_says_so(api, world, field, sent):
    body = {"kind": "cash", "amount": 100, field: sent}

    answer = api.post(f"invoices/{world['reference']}/settlements/", body)

    assert answer.status_code == 400
    (error,) = problem(answer)["errors"]
    assert error["field"] == field
    if sent is not None:
        assert error["detail"] == (
            "Send a whole number of minor units (cents, öre), like 4500, without the currency."
        )


def test_119_of_two_policies_from_one_instant_the_one_written_last_holds(api, shop, eva):
    at = boston(2026, 3, 2, 9)
    calendar = CallbackWindow.objects.first().calendar
    common = {"calendar": calendar, "valid_from": at, "made_at": at, "made_by": eva}
    service = Service.objects.first()
    for minutes, days in ((60, 5), (90, 7)):
        CallbackWindow.objects.create(minutes=minutes, **common)
        Turnaround.objects.create(service=service, days=days, target_days=1, **common)

    for _ in range(3):
        assert CallbackWindow.in_force(at).minutes == 90
        assert Turnaround.in_force(at, service).days == 7
    found = api.get("callback-windows/").json()["results"]
    assert [each["minutes"] for each in found][:2] == [90, 60]


def test_119_one_for_the_kind_of_customer_beats_a_later_one_for_all(shop, eva):
    at = boston(2026, 3, 2, 9)
    calendar = CallbackWindow.objects.first().calendar
    common = {"calendar": calendar, "made_at": at, "made_by": eva}
    CallbackWindow.objects.create(minutes=30, customer_kind="business", valid_from=at, **common)
    CallbackWindow.objects.create(minutes=90, valid_from=boston(2026, 3, 2, 10), **common)

    noon = boston(2026, 3, 2, 12)
    assert CallbackWindow.in_force(noon, "business").minutes == 30
    assert CallbackWindow.in_force(noon, "person").minutes == 90


def test_a_token_that_is_none(api, shop):
    for key in ("", "x", "Bearer", "\xff", "x" * 10_000, f"{api.key} {api.key}"):
        answer = api.client.get("/api/v1/tickets/", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 401
        problem(answer)


def test_a_shop_that_is_not_set_up_says_so(db):
    """And not with an error of ours."""
    user = opening.hire("p", "p", "integration", "x")
    _token, key = ApiToken.objects.create(user, None, name="p", scopes=["reports:read"])
    answer = Client().get("/api/v1/reports/gifts/", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 503
    problem(answer)
