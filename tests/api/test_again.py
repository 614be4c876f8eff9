"""The same write again under its Idempotency-Key: answered again, and done once."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from helpdesk.api import idempotency
from helpdesk.models import IdempotencyKey
from tickets import messages
from tickets.models import Interaction, Ticket

FORM = {"text": "Stays black.", "reach": "+16175550142"}
KEY = {"Idempotency-Key": "2f1c"}

pytestmark = pytest.mark.django_db


def test_sent_again_it_is_answered_the_same(api):
    first = api.post("tickets/", FORM, **KEY)
    again = api.post("tickets/", FORM, **KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["ETag"] == first["ETag"]
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Ticket.objects.count() == 1


def test_without_a_key_each_is_another(api):
    api.post("tickets/", FORM)
    api.post("tickets/", FORM)

    assert Interaction.objects.count() == 2


def test_99_the_key_of_another_request(api):
    api.post("tickets/", FORM, **KEY)

    for answer in (
        api.post("tickets/", FORM | {"text": "Another."}, **KEY),
        api.post("solutions/", {"title": "x"}, **KEY),
    ):
        assert answer.status_code == 422
        assert "Idempotency-Key" in answer.json()["detail"]
    assert Ticket.objects.count() == 1


def test_the_order_of_fields_says_nothing(api):
    api.post("tickets/", FORM, **KEY)

    answer = api.post("tickets/", dict(reversed(FORM.items())), **KEY)

    assert answer["Idempotent-Replayed"] == "true"


def test_two_programs_may_use_one_key(api, program):
    api.post("tickets/", FORM, **KEY)

    answer = program(name="another").post("tickets/", FORM, **KEY)

    assert "Idempotent-Replayed" not in answer


def test_what_was_refused_may_be_mended_and_sent_under_its_key(api):
    refused = api.post("tickets/", {"text": ""}, **KEY)
    mended = api.post("tickets/", FORM, **KEY)

    assert (refused.status_code, mended.status_code) == (400, 201)


def test_what_is_in_hand_is_not_begun_again(api):
    api.post("tickets/", FORM, **KEY)
    IdempotencyKey.objects.update(code=None, answer=None)

    answer = api.post("tickets/", FORM, **KEY)

    assert answer.status_code == 409
    assert Ticket.objects.count() == 1


def test_who_died_over_it_does_not_hold_it_for_ever(api):
    api.post("tickets/", FORM, **KEY)
    began_at = now() - idempotency.GIVEN_UP_AFTER - timedelta(seconds=1)
    IdempotencyKey.objects.update(code=None, answer=None, began_at=began_at)

    assert api.post("tickets/", FORM, **KEY).status_code == 201


def test_who_overslept_takes_back_what_was_done(api, monkeypatch):
    """The row was taken from it in the meantime: another may have been asked."""
    file_form = messages.file_form

    def slow(form, **given):
        IdempotencyKey.objects.all().delete()
        return file_form(form, **given)

    monkeypatch.setattr(messages, "file_form", slow)

    answer = api.post("tickets/", FORM, **KEY)

    assert answer.status_code == 409
    assert Ticket.objects.count() == 0


def test_an_error_of_ours_leaves_nothing_behind(api, monkeypatch):
    def broken(form, **given):
        Ticket.objects.create(subject="x", channel="web", opened_at=now(), touched_at=now())
        raise RuntimeError

    monkeypatch.setattr(messages, "file_form", broken)

    with pytest.raises(RuntimeError):
        api.post("tickets/", FORM, **KEY)

    assert (Ticket.objects.count(), IdempotencyKey.objects.count()) == (0, 0)


def test_after_a_day_a_key_is_free_again(api):
    api.post("tickets/", FORM, **KEY)
    IdempotencyKey.objects.update(began_at=now() - idempotency.KEPT - timedelta(seconds=1))

    answer = api.post("tickets/", FORM, **KEY)

    assert (answer.status_code, "Idempotent-Replayed" in answer) == (201, False)


@pytest.mark.parametrize("key", ["x" * 256, "é", "a\tb"])
def test_a_key_that_cannot_be_kept(api, key):
    answer = api.post("tickets/", FORM, **{"Idempotency-Key": key})

    assert answer.status_code == 400
    assert Ticket.objects.count() == 0
