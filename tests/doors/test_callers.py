"""Who is calling, asked by a phone system: as JSON for a screen, as text for a display."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk import duties, journey
from helpdesk.models import ApiToken
from policies.models import Promise
from tests.conftest import CALLER
from tickets.models import ContactPoint, Customer, Ticket

pytestmark = pytest.mark.django_db

ADDRESSES = ["callers/", "callers/name/"]
HOSTILE = "<script>alert(1)</script> ${x} {{ 7*7 }}"


@pytest.fixture
def missed_ingrid(ingrid, missed, monday_nine):
    """Ingrid called on Monday at nine and nobody answered."""
    missed(now=monday_nine)
    return ingrid


def test_a_caller_is_known_with_what_they_wait_for(ask, missed_ingrid):
    response = ask("callers/", number="6175550142")

    ticket, promise = Ticket.objects.get(), Promise.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "number": CALLER,
        "given": "6175550142",
        "kind": "number",
        "is_blocked": False,
        "customers": [
            {
                "id": missed_ingrid.pk,
                "name": "Ingrid Berg",
                "language": "en",
                "url": "http://testserver" + reverse("customer", args=[missed_ingrid.pk]),
                "tickets": [
                    {
                        "number": ticket.number,
                        "subject": "Call from (617) 555-0142",
                        "status": "new",
                        "url": "http://testserver" + reverse("ticket", args=[ticket.number]),
                    }
                ],
                "promises": [
                    {
                        "kind": "callback",
                        "ticket": ticket.number,
                        "due_at": "2026-03-02T18:00:00Z",
                        "told": promise.told_text,
                    }
                ],
                "given": {"minor": 0, "currency": "USD"},
            }
        ],
    }


def test_what_they_were_given_is_said(ask, missed_ingrid, sara, monday_nine):
    ticket = Ticket.objects.get()
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)
    duties.swept(now=monday_nine + timedelta(hours=2))

    [customer] = ask("callers/", number=CALLER).json()["customers"]

    assert customer["given"] == {"minor": 4500, "currency": "USD"}
    assert customer["tickets"] == []
    assert customer["promises"] == []


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("+16175550142", id="E.164"),
        pytest.param(" 16175550142", id="a plus that became a space"),
        pytest.param("16175550142", id="without the plus"),
        pytest.param("6175550142", id="national"),
        pytest.param("(617) 555-0142", id="as people write it"),
        pytest.param("617.555.0142", id="with dots"),
        pytest.param("0016175550142", id="dialled from Europe"),
        pytest.param("sip:16175550142@pbx.example;user=phone", id="a SIP URI"),
        pytest.param('"Ingrid" <sip:+16175550142@pbx.example>', id="a SIP URI with a name"),
        pytest.param("tel:+1-617-555-0142", id="a tel URI"),
        pytest.param("٦١٧٥٥٥٠١٤٢", id="in Arabic digits"),
    ],
)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_number_is_one_however_it_is_written(ask, ingrid, address, number):
    assert "Ingrid Berg" in ask(address, number=number).content.decode()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("6175550199", "number"),
        ("anonymous", "withheld"),
        ("", "withheld"),
        ("200", "internal"),
        ("911", "internal"),
        ("+999123", "invalid"),
        ("9" * 300, "invalid"),
        ("not a number", "invalid"),
        ("\x00", "withheld"),
        ("\x00\u202e\ufffd", "invalid"),
        ("'; DROP TABLE tickets_customer; --", "invalid"),
    ],
)
def test_nobody_is_nobody(ask, ingrid, number, kind):
    said = ask("callers/", number=number)
    name = ask("callers/name/", number=number)

    assert (said.json()["kind"], said.json()["customers"]) == (kind, [])
    assert (name.status_code, name.content) == (200, b"")


def test_asking_writes_nothing(ask, ingrid):
    ask("callers/", number="6175550199")
    ask("callers/name/", number="6175550199")

    assert ContactPoint.objects.count() == 1
    assert not Ticket.objects.exists()


def test_a_number_two_share_is_both(ask, ingrid, customer):
    customer("Åke Berg")
    customer("Zoe Berg")

    customers = ask("callers/", number=CALLER).json()["customers"]

    assert {customer["name"] for customer in customers} == {"Åke Berg", "Ingrid Berg", "Zoe Berg"}
    assert ask("callers/name/", number=CALLER).content.decode().count(" / ") == 1


def test_who_was_merged_is_asked_for_no_more(ask, ingrid, customer):
    twin = customer("Ingrid Bergh")
    Customer.objects.filter(pk=twin.pk).update(merged_into=ingrid)

    assert ask("callers/name/", number=CALLER).content.decode() == "Ingrid Berg"


def test_a_blocked_caller_is_said_to_be(ask, missed, eva, monday_nine):
    missed(now=monday_nine)
    journey.marked_spam(Ticket.objects.get(), by=eva, now=monday_nine)

    assert ask("callers/", number=CALLER).json()["is_blocked"] is True
    assert ask("callers/name/", number=CALLER).content == b""


def test_the_number_has_to_be_given(ask):
    response = ask("callers/")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Some of what was sent cannot be used.",
        "errors": [{"field": "number", "detail": "Say which number: ?number=+4685550142"}],
    }


def test_a_display_is_told_nothing_where_no_number_is_given(ask):
    response = ask("callers/name/")

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (HOSTILE, HOSTILE),
        ("a\x0bb\r\nSet-Cookie: x=1", "a b Set-Cookie: x=1"),
        ("名前 🎁", "名前 🎁"),
        ("x" * 120, "x" * 120),
    ],
)
def test_a_name_is_plain_text_on_one_line(ask, ingrid, name, shown):
    Customer.objects.filter(pk=ingrid.pk).update(name=name)

    response = ask("callers/name/", number=CALLER)

    assert (response.status_code, response.content.decode()) == (200, shown)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_before_there_is_a_shop_nobody_is_known(client, token):
    response = client.get("/api/v1/callers/name/", {"number": CALLER, "key": token})
    said = client.get("/api/v1/callers/", {"number": CALLER, "key": token})

    assert (response.status_code, response.content) == (200, b"")
    assert (said.status_code, said.json()["title"]) == (503, "Service Unavailable")


# -- who may ask ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_key_may_stand_in_the_address(client, token, ingrid, address):
    response = client.get(f"/api/v1/{address}", {"number": CALLER, "key": token})

    assert "Ingrid Berg" in response.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("query", "headers"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"key": ""}, {}, id="an empty key"),
        pytest.param({"key": "0" * 64}, {}, id="a wrong key"),
        pytest.param({"key": "\x00"}, {}, id="NUL for a key"),
        pytest.param({"key": "nyckelå"}, {}, id="a key in Swedish"),
        pytest.param({}, {"Authorization": "Bearer wrong"}, id="a wrong token"),
        pytest.param({}, {"Authorization": "Bearer"}, id="no token"),
        pytest.param({}, {"Authorization": "Bearer a b"}, id="two words"),
        pytest.param({}, {"Authorization": "Bearer \xff\xfe"}, id="not UTF-8"),
        pytest.param({}, {"Authorization": "Basic cGJ4OnBieA=="}, id="a password"),
    ],
)
def test_strangers_are_told_nothing(client, ingrid, address, query, headers):
    response = client.get(f"/api/v1/{address}", {"number": CALLER} | query, headers=headers)

    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["title"] == "Unauthorized"
    assert b"Ingrid" not in response.content


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_token_without_the_scope_is_told_nothing(client, make_token, ingrid, address):
    key = make_token("reports", scopes=["reports:read"])

    response = client.get(f"/api/v1/{address}", {"number": CALLER, "key": key})

    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_revoked_token_is_told_nothing(ask, ingrid, address):
    ApiToken.objects.all().delete()

    assert ask(address, number=CALLER).status_code == 401


@pytest.mark.parametrize("address", ADDRESSES)
def test_staff_do_not_get_in_by_being_logged_in(client, sara, address):
    client.force_login(sara)

    assert client.get(f"/api/v1/{address}", {"number": CALLER}).status_code == 401


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "accept", ["text/plain", "text/html", "application/xml", "image/png", "*/*;q=0", "x", ""]
)
def test_what_they_accept_does_not_matter(ask, ingrid, address, accept):
    response = ask(address, {"Accept": accept}, number=CALLER)

    assert response.status_code == 200
    assert "Ingrid Berg" in response.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_is_not_kept_on_the_way(ask, ingrid, address):
    assert "no-store" in ask(address, number=CALLER).headers["Cache-Control"]


# -- how much it costs ---------------------------------------------------------------------------


def test_many_cost_as_many_queries_as_one(ask, missed_ingrid, customer, eva, monday_nine):
    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert ask(address, number=CALLER).status_code == 200
        return len(queries)

    alone = [cost(address) for address in ADDRESSES]
    for name in ("Åke Berg", "Zoe Berg"):
        journey.promised(
            Ticket.objects.create(
                subject=name,
                customer=customer(name),
                channel="call",
                opened_at=monday_nine,
                touched_at=monday_nine,
            ),
            "a price",
            monday_nine + timedelta(days=1),
            kind=Promise.Kind.OTHER,
            by=eva,
            now=monday_nine,
        )

    assert [cost(address) for address in ADDRESSES] == alone
    assert max(alone) <= 9
