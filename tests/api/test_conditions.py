"""ETag and If-Match: who changes what has changed meanwhile is told so."""

import pytest

from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(ticket):
    return f"tickets/{ticket['number']}/"


def test_what_has_not_changed_is_not_sent_again(api, path):
    tag = api.get(path)["ETag"]

    answer = api.get(path, **{"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_change_has_another_tag(api, path):
    before = api.get(path)["ETag"]

    changed = api.patch(path, {"subject": "Laptop"}, **{"If-Match": before})

    assert changed.status_code == 200
    assert changed["ETag"] == api.get(path)["ETag"] != before


def test_who_comes_late_is_told(api, path):
    before = api.get(path)["ETag"]
    api.patch(path, {"subject": "First"}, **{"If-Match": before})

    late = api.patch(path, {"subject": "Second"}, **{"If-Match": before})

    assert late.status_code == 412
    assert late.json()["detail"].startswith("It has changed since")
    assert Ticket.objects.get().subject == "First"


@pytest.mark.parametrize("action", ["moves", "assignments", "interactions", "promises"])
def test_actions_heed_it_too(api, path, action):
    bodies = {
        "moves": {"to": "waiting"},
        "assignments": {"assignee": None},
        "interactions": {"kind": "note", "text": "x"},
        "promises": {"kind": "update", "what": "x", "due_at": "2199-01-01T00:00:00Z"},
    }

    answer = api.post(f"{path}{action}/", bodies[action], **{"If-Match": '"stale"'})

    assert answer.status_code in {400, 412}  # what cannot be done at all is said first
    assert (action == "promises") == (answer.status_code == 400)


def test_a_star_means_whatever_it_is(api, path):
    assert api.patch(path, {"subject": "x"}, **{"If-Match": "*"}).status_code == 200


def test_one_of_several_tags_is_enough(api, path):
    tag = api.get(path)["ETag"]

    answer = api.patch(path, {"subject": "x"}, **{"If-Match": f'"other", W/{tag}'})

    assert answer.status_code == 200


def test_what_is_expanded_has_no_tag(api, path):
    assert "ETag" not in api.get(f"{path}?expand=customer")
