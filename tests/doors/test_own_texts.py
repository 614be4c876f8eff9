"""An owner puts the shop's own words in place of ours, and looks at what was done."""

import pytest
from django.urls import reverse

from helpdesk import duties
from policies.models import FollowUp, ReplyTemplate

ADD = reverse("admin:policies_replytemplate_add")


@pytest.fixture
def owner(client, eva):
    client.force_login(eva)
    return client


def page(response):
    return response.content.decode()


def test_all_our_words_are_shown_where_one_is_chosen(owner):
    shown = page(owner.get(ADD))

    assert '<option value="acknowledgement.mail">acknowledgement.mail</option>' in shown
    assert "<pre>We call back {hours}. You will hear from us {deadline}.</pre>" in shown
    assert "You may use: {deadline}, {hours}" in shown


def test_own_words_are_saved(owner):
    given = {"name": "callback", "language": "sv", "text": "Vi ringer {deadline}."}

    response = owner.post(ADD, given)

    assert response.status_code == 302
    template = ReplyTemplate.objects.get()
    assert (template.name, template.language, template.text) == tuple(given.values())


def test_words_that_cannot_be_filled_in_are_refused_with_a_sentence(owner):
    given = {"name": "callback", "language": "en", "text": "We call {soon}."}

    shown = page(owner.post(ADD, given))

    assert "Nothing is known of {soon} here. You may use: {deadline}, {hours}." in shown
    assert not ReplyTemplate.objects.exists()


def test_beside_own_words_stand_those_they_replace(owner):
    own = ReplyTemplate.objects.create(name="callback", language="sv", text="Vi ringer.")

    shown = page(owner.get(reverse("admin:policies_replytemplate_change", args=[own.pk])))

    assert "<pre>Vi ringer tillbaka {hours}. Du hör från oss {deadline}.</pre>" in shown
    assert "turnaround" not in shown.partition("<pre>")[2]


def test_follow_ups_are_only_looked_at(owner, missed, monday_nine):
    missed(now=monday_nine)
    duties.swept(now=monday_nine)
    row = FollowUp.objects.get(rule="acknowledgement")

    listed = page(owner.get(reverse("admin:policies_followup_changelist")))
    change = owner.post(reverse("admin:policies_followup_change", args=[row.pk]), {"outcome": "x"})

    assert "Not sent: there is no way to write to them" in listed
    assert change.status_code == 403
    assert owner.get(reverse("admin:policies_followup_add")).status_code == 403
    assert owner.get(reverse("admin:policies_satisfaction_add")).status_code == 403
