"""Callback windows by version: seen before they are made, and never changed."""

import html
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from helpdesk.models import AuditEntry
from policies.models import Calendar, CallbackWindow, Promise
from tests.conftest import boston
from tickets.models import Customer, Interaction

LIST, NEW = "/setup/callback-windows/", "/setup/callback-windows/new/"
ELEVEN, NOON = boston(2026, 3, 2, 11), boston(2026, 3, 2, 12)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def at(monkeypatch, clock):
    """What every door takes for now: Monday at eleven, until a test sets it."""
    at = SimpleNamespace(now=ELEVEN)
    doors = ("setup.windows", "public.shop")
    for door in doors:
        monkeypatch.setattr(f"helpdesk.web.{door}.now", lambda: at.now)
    monkeypatch.setattr("helpdesk.api.v1.greeting.now", lambda: at.now)
    return at


@pytest.fixture
def owner(client, eva, at):
    client.force_login(eva)
    return client


@pytest.fixture
def terms(shop):
    return {
        **{"customer_kind": "", "within": "2", "unit": "60"},
        **{"calendar": Calendar.objects.get().pk, "begins_at": ""},
        **{"why": "We hired somebody.", "wording": ""},
    }


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_it_is_seen_before_it_is_made(owner, terms, missed):
    missed(now=ELEVEN - 60 * MINUTE)

    response = owner.post(NEW, {**terms, "do": "preview"})

    assert (response.status_code, CallbackWindow.objects.count()) == (200, 1)
    samples = [(sample.at, sample.before, sample.after) for sample in response.context["samples"]]
    assert samples == [
        (ELEVEN, boston(2026, 3, 2, 15), boston(2026, 3, 2, 13)),
        (boston(2026, 3, 3, 2), boston(2026, 3, 3, 13), boston(2026, 3, 3, 11)),
        (boston(2026, 3, 6, 16, 30), boston(2026, 3, 9, 12, 30), boston(2026, 3, 9, 10, 30)),
    ]
    said = read(response)
    assert "1 callback is owed now: it keeps its terms and its time." in said
    assert "Within 2 working hours." in said
    assert "2 arbetstimmar" in said
    assert "within 2 working hours." in said  # what callers hear
    assert "You will hear from us by 1:00 PM today." in said.replace("\u202f", " ")


def test_then_it_is_put_in_force(owner, terms, eva):
    response = owner.post(NEW, {**terms, "do": "save"})

    made = CallbackWindow.in_force(ELEVEN)
    assert response["Location"] == LIST
    assert (made.minutes, made.valid_from, made.made_by) == (120, ELEVEN, eva)
    entry = AuditEntry.objects.get(action="callback-window-new")
    assert entry.changes["minutes"] == [None, 120]


def test_what_is_seen_can_be_changed_first(owner, terms):
    response = owner.post(NEW, {**terms, "wording": "Soon.", "do": "change"})

    form = response.context["form"]
    assert (response.status_code, form["wording"].value()) == (200, "Soon.")
    assert '<input type="hidden" name="wording"' not in read(response)
    assert CallbackWindow.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"within": ""}, "within", "This field is required."),
        ({"within": "0"}, "within", "greater than or equal to 1"),
        ({"within": "800"}, "within", "At most a month"),
        ({"calendar": "99"}, "calendar", "Select a valid choice."),
        ({"begins_at": "soon"}, "begins_at", "Enter a valid date/time."),
        ({"begins_at": "2026-03-02T10:59"}, "begins_at", "has gone by"),
        ({"begins_at": "2126-03-02T10:59"}, "begins_at", "too far away"),
        ({"customer_kind": "martian"}, "customer_kind", "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("step", ["preview", "save"])
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(owner, terms, given, field, said, step):
    response = owner.post(NEW, {**terms, **given, "do": step})

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert "We hired somebody." in read(response)
    assert CallbackWindow.objects.count() == 1


def test_a_calendar_that_never_opens_is_said(owner, terms):
    never = Calendar.objects.create(name="Never", zone="UTC")

    response = owner.post(NEW, {**terms, "calendar": never.pk, "do": "save"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["calendar"])
    assert CallbackWindow.objects.count() == 1


def test_all_changes_at_its_minute_and_nothing_before(owner, at, terms, missed, ask):
    missed(now=ELEVEN)
    noon = {"begins_at": "2026-03-02T12:00"}
    owner.post(NEW, {**terms, **noon, "wording": "Within two hours.", "do": "save"})
    old, new = CallbackWindow.objects.order_by("pk")

    at.now = NOON - MINUTE
    assert "Within 4 working hours" in read(Client().get("/policies/"))
    assert "within 4 working hours" in ask("greeting.txt").content.decode()

    at.now = NOON
    assert "Within two hours." in read(Client().get("/policies/"))
    assert "within 2 working hours" in ask("greeting.txt").content.decode()
    missed(now=NOON, call_id="later", number="+16175550199")
    promises = Promise.objects.order_by("pk").values_list("window", "due_at")
    assert list(promises) == [(old.pk, boston(2026, 3, 2, 15)), (new.pk, boston(2026, 3, 2, 14))]


def test_what_is_to_come_is_replaced_by_another_from_its_moment(owner, at, terms):
    noon = {"begins_at": "2026-03-02T12:00", "do": "save"}
    owner.post(NEW, {**terms, **noon})
    first = CallbackWindow.objects.latest("pk")
    form = owner.get(NEW, {"like": first.pk}).context["form"]
    assert (form["begins_at"].initial, form["within"].value(), form["unit"].value()) == (
        NOON,
        2,
        60,
    )

    owner.post(NEW, {**terms, **noon, "within": "45", "unit": "1"})

    said = read(owner.get(LIST))
    assert (said.count("to come"), said.count("replaced before it held")) == (1, 1)
    assert CallbackWindow.in_force(NOON).minutes == 45


def test_what_is_to_come_is_taken_back_by_what_is_before_it(owner, terms):
    owner.post(NEW, {**terms, "begins_at": "2026-03-02T12:00", "do": "save"})
    link = re.search(rf'"({NEW}[^"]+instead=[^"]+)"', read(owner.get(LIST)))[1]
    page = owner.get(link)
    form = page.context["form"]
    assert (form["begins_at"].initial, form["within"].value(), form["wording"].value()) == (
        NOON,
        4,
        "",
    )
    assert "it says which version never held" in read(page)
    undo = {"within": "4", "begins_at": "2026-03-02T12:00", "why": form["why"].value()}

    done = read(owner.post(link, {**terms, **undo, "do": "save"}, follow=True))

    assert "Taken back: from 2 March 2026 12:00 on the terms before it hold." in done
    assert "took back a callback window to come" in read(owner.get("/setup/audit/"))
    assert CallbackWindow.in_force(NOON).minutes == 240
    said = read(owner.get(LIST))
    assert (said.count("replaced before it held"), "Take it back" in said) == (1, False)
    assert CallbackWindow.objects.count() == 3


def test_what_is_to_come_and_gets_other_terms_is_not_taken_back(owner, terms):
    owner.post(NEW, {**terms, "begins_at": "2026-03-02T12:00", "do": "save"})
    link = re.search(rf'"({NEW}[^"]+instead=[^"]+)"', read(owner.get(LIST)))[1]
    other = {**terms, "within": "3", "begins_at": "2026-03-02T12:00", "do": "save"}

    done = read(owner.post(link, other, follow=True))

    assert ("It holds from" in done, "Taken back" in done) == (True, False)


def test_what_holds_and_what_has_nothing_before_it_is_not_taken_back(owner, terms):
    business = {"customer_kind": "business", "begins_at": "2026-03-02T12:00"}

    owner.post(NEW, {**terms, **business, "do": "save"})

    said = read(owner.get(LIST))
    assert (said.count("to come"), "Take it back" in said) == (1, False)


def test_what_has_begun_meanwhile_is_changed_like_any_other(owner, at, terms):
    owner.post(NEW, {**terms, "begins_at": "2026-03-02T12:00", "do": "save"})
    before, begun = CallbackWindow.objects.order_by("pk")
    at.now = NOON

    page = owner.get(NEW, {"like": before.pk, "instead": begun.pk})

    assert "never held" not in read(page)
    assert page.context["form"]["begins_at"].value() is None


def test_businesses_may_have_their_own(owner, terms):
    response = owner.post(NEW, {**terms, "customer_kind": "business", "do": "preview"})
    assert [words.greeting for words in response.context["words"]] == ["", ""]

    owner.post(NEW, {**terms, "customer_kind": "business", "do": "save"})

    assert CallbackWindow.in_force(ELEVEN, Customer.Kind.BUSINESS).minutes == 120
    assert CallbackWindow.in_force(ELEVEN).minutes == 240
    said = read(owner.get(LIST))
    assert (said.count("in force"), "Business" in said) == (2, True)


@pytest.mark.parametrize("like", ["99999", "x", "9" * 30, "²"])
def test_nothing_is_made_like_what_is_not_there(owner, like):
    assert owner.get(NEW, {"like": like}).status_code == 404
    there = CallbackWindow.objects.get().pk
    assert owner.get(NEW, {"like": there, "instead": like}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_it_asks_as_many_questions_however_many_there_were(
    owner, eva, rows, django_assert_num_queries
):
    calendar = Calendar.objects.get()
    for n in range(rows):
        CallbackWindow.objects.create(
            calendar=calendar,
            minutes=60 + n,
            valid_from=ELEVEN + n * MINUTE,
            made_at=ELEVEN,
            made_by=eva,
        )

    with django_assert_num_queries(4):
        owner.get(LIST)


def test_its_acknowledgement_says_what_was_seen(owner, terms, hear):
    response = owner.post(NEW, {**terms, "do": "preview"})

    assert [words.language for words in response.context["words"]] == ["en", "sv"]
    assert "number 1234" in response.context["words"][0].acknowledgement
    assert Interaction.objects.count() == 0
