"""A 3CX with our template: it asks who calls, and tells of each call when it is over."""

import json
import re
from datetime import timedelta
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from helpdesk import journey
from policies.models import Promise
from tests.conftest import CALLER, boston
from tests.doors.conftest import JSON
from tickets import intake
from tickets.models import Arrival, Call, Customer, Interaction, Ticket

pytestmark = pytest.mark.django_db

TEN = "2026-03-02T15:00:00Z"  # by the shop's clock
JOURNAL = {
    "call_type": "Inbound",
    "number": CALLER,
    "name": "Ingrid Berg",
    "agent": "101",
    "agent_email": "sara@dahl.example",
    "duration": "00:03:20",
    "entity_id": "[EntityId]",
    "started_at": TEN,
}


class ThreeCX:
    """What runs our template, as 3CX does: variables are put in, or stay when it has no value."""

    def __init__(self, client, xml, token):
        self.client, self.root = client, ElementTree.fromstring(xml)
        self.parameters = {
            each.get("Name"): each.get("Default") for each in self.root.iter("Parameter")
        } | {"ApiKey": token}

    def filled(self, text, variables):
        text = re.sub(r"\[\[(\w+)\]\.ToString\([^)]*\)\]", r"[\1]", text)
        known = self.parameters | variables
        return re.sub(r"\[(\w+)\]", lambda found: known.get(found[1], found[0]), text)

    def run(self, scenario, **variables):
        [request] = self.root.findall(f"Scenarios/Scenario[@Id='{scenario}']/Request")
        escaped = {name: quote(value, safe="") for name, value in variables.items()}
        address = self.filled(request.get("Url"), escaped)
        base = self.parameters["BaseUrl"]
        assert address.startswith(base)
        headers = {
            value.get("Key"): self.filled(value.text, variables)
            for value in request.iterfind("Headers/Value")
        }
        if request.get("RequestType") == "Get":
            return self.client.get(address.removeprefix(base), headers=headers)
        posted = {
            value.get("Key"): self.filled(value.text, variables)
            for value in request.iterfind("PostValues/Value")
        }
        return self.client.post(address.removeprefix(base), posted, JSON, headers=headers)

    def outputs(self, answer):
        """Return what it shows of the first contact found, by its own names."""
        paths = {each.get("Name"): each.get("Path") for each in self.root.iter("Variable")}
        found = {
            name: answer["contacts"][0][path.removeprefix("contacts.")]
            for name, path in paths.items()
        }
        return {
            each.get("Type"): self.filled(each.get("Value"), found)
            for each in self.root.iter("Output")
        }


@pytest.fixture
def template(ask, settings):
    settings.PUBLIC_URL = "https://help.example"
    return ask("cti/3cx/template.xml")


@pytest.fixture
def threecx(client, template, token):
    return ThreeCX(client, template.content, token)


@pytest.fixture
def journal(client, clock, shop, token):
    """Journal a call, at half past ten unless the clock says otherwise."""
    clock.at = boston(2026, 3, 2, 10, 30)

    def journal(**fields):
        address, headers = "/api/v1/cti/3cx/journal", {"Authorization": f"Bearer {token}"}
        return client.post(address, json.dumps(JOURNAL | fields), JSON, headers=headers)

    return journal


@pytest.fixture
def lookup(ask):
    def lookup(number):
        return ask("cti/3cx/lookup", number=number).json()["contacts"]

    return lookup


# -- the template --------------------------------------------------------------------------------


def test_the_template_is_a_file_with_our_address_and_no_token(template, token):
    assert template.headers["Content-Type"] == "application/xml"
    assert template.headers["Content-Disposition"] == 'attachment; filename="helpdesk-3cx.xml"'
    assert ElementTree.fromstring(template.content).get("Country") == "US"
    assert b'Default="https://help.example"' in template.content
    assert token.encode() not in template.content


def test_what_the_template_asks_is_answered(threecx, ingrid):
    answer = threecx.run("", Number=CALLER)

    assert threecx.outputs(answer.json()) == {
        "FirstName": "Ingrid",
        "LastName": "Berg",
        "CompanyName": "",
        "Email": "",
        "PhoneBusiness": CALLER,
        "ContactUrl": f"http://testserver/customers/{ingrid.pk}/",
        "EntityId": str(ingrid.pk),
        "EntityType": "Contacts",
    }


def test_what_the_template_tells_is_filed(threecx, sara, clock):
    clock.at = boston(2026, 3, 2, 10, 30)
    answer = threecx.run(
        "ReportCall",
        CallType="Inbound",
        Number=CALLER,
        Agent="101",
        Duration="00:03:20",
        CallStartTimeUTC=TEN,
    )

    assert (answer.status_code, answer.json()) == (200, {"ticket": Ticket.objects.get().number})
    call = Call.objects.get()
    assert call.was_answered
    assert call.interaction.staff == sara


# -- who is calling ------------------------------------------------------------------------------


def test_a_business_is_shown_by_its_name(lookup, customer):
    cafe = customer("Café Linné", kind=Customer.Kind.BUSINESS)
    intake.reach(cafe, intake.reachable("info@linne.example", "US"))

    [found] = lookup(CALLER)

    shown = ("first_name", "last_name", "company", "email")
    assert [found[name] for name in shown] == ["", "Café Linné", "Café Linné", "info@linne.example"]


def test_of_two_who_share_a_number_neither_is_named(lookup, customer):
    customer("Ingrid Berg")
    customer("Olle Berg")

    assert lookup(CALLER) == []


@pytest.mark.parametrize("number", ["+16175550199", "", "[Number]", "anonymous", "x" * 500])
def test_nobody_we_know_is_an_empty_list(lookup, ingrid, number):
    assert lookup(number) == []


def test_without_a_number_nobody_is_found(ask, ingrid):
    assert ask("cti/3cx/lookup").json() == {"contacts": []}


# -- the journal ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call_type", "direction", "outcome", "was_answered"),
    [
        ("Inbound", "in", "completed", True),
        ("Outbound", "out", "completed", True),
        ("Missed", "in", "missed", False),
        ("Notanswered", "out", "no_answer", False),
        ("Unanswered", "out", "no_answer", False),
    ],
)
def test_each_type_of_call_is_filed_as_it_was(
    journal, sara, ingrid, call_type, direction, outcome, was_answered
):
    assert journal(call_type=call_type).status_code == 200

    call = Call.objects.get()
    contact = call.interaction
    assert (contact.direction, contact.via) == (direction, "3cx")
    assert (call.outcome, call.cause) == (outcome, call_type)
    assert call.was_answered is was_answered
    assert (call.started_at, call.ended_at) == (
        boston(2026, 3, 2, 10),
        boston(2026, 3, 2, 10, 3, 20),
    )
    assert contact.happened_at == call.started_at
    assert contact.logged_at == boston(2026, 3, 2, 10, 30)
    assert contact.contact_point == ingrid.contact_points.get()
    assert contact.staff == (None if call_type == "Missed" else sara)
    assert Promise.objects.exists() is (call_type == "Missed")


def test_a_missed_call_is_owed_a_callback_from_when_we_heard_of_it(journal):
    journal(call_type="Missed")

    assert Promise.objects.get().due_at == boston(2026, 3, 2, 14, 30)


def test_a_callback_that_began_in_time_keeps_the_promise(journal, missed, clock, monday_nine):
    missed(now=monday_nine, call_id="earlier")  # due at one
    clock.at = boston(2026, 3, 2, 13, 5)

    journal(call_type="Outbound", started_at="2026-03-02T17:58:00Z", duration="00:06:00")

    assert Promise.objects.get().status == Promise.Status.KEPT


def test_a_call_that_is_told_again_is_one_call(journal, clock):
    for _ in range(3):
        assert journal(call_type="Missed").json() == {"ticket": Ticket.objects.get().number}
        clock.at += timedelta(minutes=10)

    assert (Call.objects.count(), Promise.objects.count()) == (1, 1)
    assert Arrival.objects.filter(verdict=Arrival.Verdict.CALL_EVENT).count() == 3


@pytest.mark.parametrize(
    "other", [{"number": "+16175550117"}, {"agent": "102"}, {"started_at": "2026-03-02T15:00:01Z"}]
)
def test_another_number_agent_or_start_is_another_call(journal, other):
    journal()
    journal(**other)

    assert Call.objects.count() == 2


@pytest.mark.parametrize("number", ["[Number]", "", None, "anonymous"])
def test_a_variable_that_was_not_filled_is_empty(journal, number):
    assert journal(number=number, agent="[Agent]", name="[Name]").status_code == 200

    call = Call.objects.get()
    assert call.interaction.contact_point is None
    assert (call.users, call.answering_number) == ([], "")


@pytest.mark.parametrize("duration", ["-5", "00:00:-1", "99:99:99", "10**9", "NaN", "٠٠:٠١:٠٠"])
def test_a_length_that_cannot_be_is_kept_with_the_cause(journal, duration):
    assert journal(duration=duration).status_code == 200

    call = Call.objects.get()
    assert call.cause == f"Inbound, {duration}"
    assert call.started_at == call.ended_at == boston(2026, 3, 2, 10)


def test_a_call_cannot_end_after_we_were_told_of_it(journal, clock):
    journal(duration="99:59:59")

    assert Call.objects.get().ended_at == clock.at


@pytest.mark.parametrize(
    "started_at", ["[CallStartTimeUTC]", "", "soon", "0001-01-01T00:00:00", "2026-03-02T16:00:00Z"]
)
def test_a_start_that_cannot_be_is_when_we_heard_of_it(journal, clock, started_at):
    assert journal(started_at=started_at, duration="").status_code == 200
    assert Call.objects.get().started_at == clock.at


def test_somebody_blocked_is_filed_as_that(journal, eva, clock):
    journal()
    journey.marked_spam(Ticket.objects.get(), by=eva, now=clock.at)

    journal(call_type="Missed", started_at="2026-03-02T15:20:00Z")

    assert Arrival.objects.latest("pk").because == "the caller is blocked"
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 422),
        (b"[]", 400),
        (b"null", 400),
        (b'"x"', 400),
        (json.dumps(JOURNAL | {"call_type": "Chat"}).encode(), 422),
        (json.dumps(JOURNAL | {"call_type": "[CallType]"}).encode(), 422),
        (json.dumps(JOURNAL | {"number": ["1"]}).encode(), 422),
    ],
)
def test_what_cannot_be_read_is_kept_for_a_human(client, clock, shop, token, body, status):
    headers = {"Authorization": f"Bearer {token}"}
    response = client.post("/api/v1/cti/3cx/journal", body, JSON, headers=headers)

    assert response.status_code == status
    arrival = Arrival.objects.get()
    assert (bytes(arrival.raw), arrival.verdict) == (body, Arrival.Verdict.QUARANTINED)
    assert arrival.because == response.json()["error"]
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("address", ["lookup?number=1", "journal", "template.xml"])
@pytest.mark.parametrize("scopes", [None, [], ["tickets:write"]])
def test_a_token_with_the_scope_is_needed(client, shop, make_token, address, scopes):
    key = "x" * 64 if scopes is None else make_token("other", scopes=scopes)
    method = client.post if address == "journal" else client.get

    response = method(f"/api/v1/cti/3cx/{address}", headers={"Authorization": f"Bearer {key}"})

    assert response.status_code == (401 if scopes is None else 403)
    assert not Arrival.objects.exists()
