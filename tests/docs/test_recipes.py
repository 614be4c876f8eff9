"""What the recipes in docs/phone.md make a phone system send, read from them and sent."""

import html
import re
from urllib.parse import quote

import pytest
import requests

from policies.models import Promise
from tests.docs.test_requests import ROOT, managed
from tickets.models import Call, Interaction, Ticket

PAGE = (ROOT / "docs" / "phone.md").read_text()
INNERMOST = re.compile(r"\$\{([^{}]*)\}")


def blocks(language, having):
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [block for block in found if having in block]


@pytest.fixture
def shop_token(live_shop):
    return managed(".venv/bin/python manage.py create_token pbx --scope phone")


@pytest.fixture
def fetch(live_shop, shop_token):
    """Fetch an address of the page, or post to it; return what was answered."""

    def fetch(address, data=None):
        address = address.replace("https://help.example", live_shop).replace("TOKEN", shop_token)
        method = "GET" if data is None else "POST"
        # As libcurl does, whatever is posted.
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if data else {}
        response = requests.request(method, address, data=data, headers=headers, timeout=30)
        assert response.ok, (address, data, response.text)
        return response.text

    return fetch


@pytest.fixture
def evaluate(fetch):
    """Put in variables and functions from the inside out, as dialplans do."""

    def evaluate(text, variables):
        def value(found):
            function, _open, arguments = found[1].rstrip(")").partition("(")
            if function == "CURL":
                return fetch(*arguments.split(",", 1))
            if function in {"URIENCODE", "url_encode"}:
                return quote(arguments, safe="")
            return variables[found[1]]

        while INNERMOST.search(text):
            text = INNERMOST.sub(value, text)
        return text

    return evaluate


@pytest.fixture
def asterisk(evaluate):
    """Run one context of the dialplan: of its lines those that set something."""
    contexts = re.split(r"^\[([\w-]+)\]\n", blocks("asterisk", "[sub-helpdesk]")[0], flags=re.M)
    lines = dict(zip(contexts[1::2], contexts[2::2], strict=True))

    def run(context, **variables):
        known = {"CHANNEL(linkedid)": "1700000000.10", "CALLERID(num)": "+16175550142"}
        known |= {"ARG1": "+16175550100"} | variables
        assigned = {}
        for line in lines[context].splitlines():
            if set_to := re.search(r",Set\((NAME|R)=(.*)\)$", line):
                assigned[set_to[1]] = evaluate(set_to[2], known)
        return assigned

    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("dialstatus", "outcome", "promises"),
    [
        ("ANSWER", "completed", 0),
        ("NOANSWER", "no_answer", 1),
        ("CANCEL", "missed", 1),
        ("", "unknown", 1),
    ],
)
def test_asterisk_tells_of_a_call(asterisk, dialstatus, outcome, promises):
    assert asterisk("sub-helpdesk") == {"NAME": "Ingrid Dahlberg", "R": "{}"}
    asterisk("sub-helpdesk-hangup", DIALSTATUS=dialstatus)

    call = Call.objects.get()
    assert (call.outcome, call.interaction.provider_id) == (outcome, "1700000000.10")
    assert (call.from_number, call.to_number) == ("+16175550142", "+16175550100")
    assert call.interaction.ticket == Ticket.objects.get()
    assert Promise.objects.count() == promises


@pytest.mark.django_db(transaction=True)
def test_asterisk_tells_who_answers_from_a_queue(asterisk):
    asterisk("sub-helpdesk")
    asterisk("sub-helpdesk-answer", **{"CALLERID(num)": "101"})
    asterisk("sub-helpdesk-hangup", DIALSTATUS="")

    assert Call.objects.get().interaction.staff.username == "sara"
    assert not Promise.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asterisk_tells_of_a_voicemail(asterisk):
    asterisk("sub-helpdesk", **{"CALLERID(num)": "anonymous"})
    asterisk("sub-helpdesk-voicemail", **{"CALLERID(num)": "anonymous"})

    call = Call.objects.get().interaction
    assert Interaction.objects.get(kind="voicemail").ticket == call.ticket
    assert Promise.objects.get().ticket == call.ticket


@pytest.mark.django_db(transaction=True)
def test_asterisk_tells_of_a_call_of_ours(asterisk):
    ours = {"CALLERID(num)": "101", "ARG1": "+16175550142"}
    asterisk("sub-helpdesk-out", **ours)
    asterisk("sub-helpdesk-out-hangup", DIALSTATUS="ANSWER", **ours)

    call = Call.objects.get()
    assert (call.interaction.direction, call.was_answered) == ("out", True)
    assert call.interaction.ticket.number == 1001
    assert call.interaction.staff.username == "sara"


@pytest.mark.django_db(transaction=True)
def test_freepbx_asks_for_the_name(fetch):
    [path] = re.findall(r"path `([^`]*)`", PAGE)
    [query] = re.findall(r"query `([^`]*)`", PAGE)

    address = f"https://help.example{path}?{query}".replace("[NUMBER]", "6175550142")

    assert fetch(address) == "Ingrid Dahlberg"


@pytest.mark.django_db(transaction=True)
def test_freeswitch_tells_of_a_call(evaluate, fetch):
    channel = {"uuid": "0b5ad1c4", "caller_id_number": "+16175550142"}
    channel |= {"destination_number": "16175550100", "hangup_cause": "NORMAL_CLEARING"}
    dialplan = html.unescape(blocks("xml", 'application="curl"')[0])
    for address, data in re.findall(r'(https://\S+) post ([^"]*)"', dialplan):
        assert fetch(evaluate(address, channel), evaluate(data, channel)) == "{}"
    script = blocks("lua", "event=hangup")[0]
    [said] = re.findall(r'execute\("curl", (.*)\)$', script, re.DOTALL | re.MULTILINE)
    sent = "".join(
        text or quote(channel[name], safe="")
        for name, text in re.findall(r'of\("(\w+)"\)|"([^"]*)"', said)
    )
    address, _post, data = sent.split(" ")
    fetch(address, data)

    call = Call.objects.get()
    assert (call.outcome, call.was_answered) == ("completed", True)
    assert call.interaction.ticket.number == 1001


@pytest.mark.django_db(transaction=True)
def test_freeswitch_asks_for_the_name(evaluate, fetch):
    [value] = re.findall(r'<param name="url" value="([^"]*)"', PAGE)

    address = evaluate(html.unescape(value), {"caller_id_number": "16175550142"})

    assert fetch(address) == "Ingrid Dahlberg"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("events", "promises"),
    [
        (["incoming_call", "call_established", "call_terminated"], 0),
        (["incoming_call", "call_terminated", "missed_call"], 1),
        (["outgoing_call", "call_established", "call_terminated"], 0),
    ],
)
def test_a_telephone_tells_of_a_call(fetch, events, promises):
    addresses = dict(re.findall(r"^action_url\.(\w+) = (\S+)$", PAGE, re.MULTILINE))
    values = {"remote": "sip:+16175550142@sip.example", "local": "sip:101@192.168.1.20"}
    values |= {"call_id": "8f3a@192.168.1.20"}
    for event in events:
        address = re.sub(r"\$(\w+)", lambda found: values[found[1]], addresses[event])
        assert fetch(address) == "{}"

    assert Call.objects.get().interaction.ticket.number == 1001
    assert Promise.objects.count() == promises
