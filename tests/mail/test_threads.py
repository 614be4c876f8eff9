"""A mail arrives, and another: which ticket each joins, and what may be believed of it."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.mail.conftest import HELP
from tests.races.together import at_once, times
from tests.tickets.mail.builders import mail
from tickets import tokens
from tickets.models import Arrival, Interaction, Ticket

pytestmark = pytest.mark.django_db
Status = Interaction.Status

OTHER = "Karl <karl@example.net>"


def outcome(arrival, ticket):
    """What became of a mail: where it went, whether it was believed, what was odd."""
    it = arrival.interaction
    where = "same" if it.ticket == ticket else "new"
    return where, it.is_verified, [remark for remark in it.remarks if "Possibly" in remark]


# -- the first mail ------------------------------------------------------------------------------


def test_a_mail_is_a_ticket_with_a_promise_and_is_acknowledged(first, smtp):
    assert (first.subject, first.status) == ("My laptop", Ticket.Status.NEW)
    said = first.interactions.get(direction="in")
    assert (said.text, said.subject) == ("It is wet.", "My laptop")
    promise = Promise.objects.get()
    assert promise.told_at is not None

    [sent] = smtp.mails
    assert sent.recipients == ("ingrid@example.com",)
    assert sent.sender == HELP
    headers = sent.mail
    assert headers["Auto-Submitted"] == "auto-replied"
    assert headers["X-Auto-Response-Suppress"] == "All"
    assert headers["In-Reply-To"] == "<1@example.com>"
    assert headers["Subject"] == f"We have your message [#{first.number}]"
    assert tokens.ticket_of_id(sent.message_id) == first.number
    assert "It is wet" not in sent.text
    assert f"Its number here is {first.number}." in sent.text


def test_our_answer_names_what_it_answers(first, answered, smtp, minutes, settings):
    settings.MAIL_REPLY_TO = "help+{token}@dahl.example"
    answered(first)
    duties.swept(now=minutes(1))

    acknowledgement, answer = smtp.mails
    headers = answer.mail
    assert headers["Subject"] == f"Re: My laptop [#{first.number}]"
    assert headers["From"] == f"Dahl & Daughters <{HELP}>"
    assert headers["In-Reply-To"] == "<1@example.com>"
    assert headers["References"].split() == ["<1@example.com>", acknowledgement.message_id]
    assert tokens.ticket_of_address(headers["Reply-To"]) == first.number
    assert headers["Auto-Submitted"] is None
    assert answer.text.strip() == "It dries."
    assert Promise.objects.get().status == Promise.Status.KEPT


def test_without_a_pattern_replies_go_where_mail_comes_from(first, smtp):
    assert smtp.mails[0].mail["Reply-To"] == HELP


# -- joining a ticket ----------------------------------------------------------------------------


def by_token(first, ours):
    return {"to": tokens.reply_address(first.number, HELP)}


def by_id(first, ours):
    return {"in_reply_to": ours.provider_id}


def by_references(first, ours):
    return {"references": f"<0@example.com> {ours.provider_id} <2@example.com>"}


def by_their_own_id(first, ours):
    return {"in_reply_to": "<1@example.com>"}


def by_number(first, ours):
    return {"subject": f"Sv: whatever [#{first.number}]"}


def by_nothing(first, ours):
    return {}


def by_forged_token(first, ours):
    address = tokens.reply_address(first.number, HELP)
    at = address.index("@") - 1
    return {"to": address[:at] + chr(ord(address[at]) ^ 1) + address[at + 1 :]}


def by_forged_id(first, ours):
    made = ours.provider_id
    at = made.index("@") - 1
    return {"in_reply_to": made[:at] + chr(ord(made[at]) ^ 1) + made[at + 1 :]}


def by_anothers_number(first, ours):
    return {"subject": "[#999999999999999999999]"}


INGRID = "ingrid@example.com"


@pytest.mark.parametrize(
    ("proof", "sender", "where", "is_verified", "remark"),
    [
        (by_token, INGRID, "same", True, False),
        (by_id, INGRID, "same", True, False),
        (by_references, INGRID, "same", True, False),
        (by_their_own_id, INGRID, "same", True, False),
        (by_number, INGRID, "same", True, False),
        (by_nothing, INGRID, "new", True, False),
        (by_forged_token, INGRID, "new", True, False),
        (by_forged_id, INGRID, "new", True, False),
        (by_anothers_number, INGRID, "new", True, False),
        (by_token, OTHER, "same", False, False),
        (by_id, OTHER, "same", False, False),
        (by_references, OTHER, "same", False, False),
        (by_their_own_id, OTHER, "new", True, True),
        (by_number, OTHER, "new", True, True),
        (by_forged_token, OTHER, "new", True, False),
        (by_forged_id, OTHER, "new", True, False),
        (by_nothing, OTHER, "new", True, False),
    ],
)
def test_joining_by_proof_or_by_taking_part(
    arrive, first, ours, minutes, settings, proof, sender, where, is_verified, remark
):
    settings.MAIL_REPLY_TO = "help+{token}@dahl.example"
    changed = {"message_id": "<9@example.com>", "from": sender} | proof(first, ours)
    arrival = arrive("And?", now=minutes(5), **changed)

    about = [f"Possibly about #{first.number}"] if remark else []
    assert outcome(arrival, first) == (where, is_verified, about)


def test_the_token_of_another_ticket_leads_there(arrive, first, minutes, settings):
    settings.MAIL_REPLY_TO = "help+{token}@dahl.example"
    other = arrive(message_id="<2@x.example>", now=minutes(1), **{"from": OTHER})
    arrival = arrive(
        "Hm",
        message_id="<3@x.example>",
        now=minutes(2),
        to=tokens.reply_address(other.interaction.ticket_id, HELP),
        in_reply_to="<1@example.com>",
    )
    assert arrival.interaction.ticket == other.interaction.ticket
    assert not arrival.interaction.is_verified


def test_what_ended_long_ago_is_a_new_matter(arrive, first, ours, end, minutes):
    end(first)
    late = minutes(10) + timedelta(days=91)
    arrival = arrive("Hi again", message_id="<5@x.example>", now=late, in_reply_to=ours.provider_id)

    assert arrival.interaction.ticket != first


def test_a_reply_to_a_merged_ticket_goes_where_it_went(arrive, first, ours, sara, minutes):
    into = arrive(message_id="<6@x.example>", now=minutes(1)).interaction.ticket
    first.refresh_from_db()
    journey.tickets_merged(first, into, by=sara, now=minutes(2))
    arrival = arrive("Hi", message_id="<7@x.example>", now=minutes(3), in_reply_to=ours.provider_id)

    assert arrival.interaction.ticket == into


def test_a_stranger_with_a_valid_token_gets_nothing_until_staff_say_so(
    arrive, first, ours, answered, smtp, minutes
):
    smtp.mails.clear()
    arrival = arrive(
        "Me too",
        message_id="<8@x.example>",
        in_reply_to=ours.provider_id,
        now=minutes(5),
        **{"from": OTHER},
    )
    duties.swept(now=minutes(5))
    answered(first, now=minutes(6))
    duties.swept(now=minutes(6))
    assert [it.recipients for it in smtp.mails] == [(INGRID,)]

    journey.sender_accepted(arrival.interaction)
    again = arrive(
        "More",
        message_id="<9@x.example>",
        now=minutes(7),
        subject=f"[#{first.number}]",
        **{"from": OTHER},
    )
    assert outcome(again, first) == ("same", True, [])


@pytest.mark.parametrize("proof", [by_id, by_number])
def test_what_our_own_border_says_is_forged_is_not_believed(
    arrive, first, ours, minutes, settings, smtp, proof
):
    settings.TRUSTED_AUTHSERV_ID = "mx.dahl.example"
    smtp.mails.clear()
    arrival = arrive(
        "Send me the key",
        message_id="<8@x.example>",
        now=minutes(70),
        authentication_results="mx.dahl.example; dmarc=fail",
        **proof(first, ours),
    )
    duties.swept(now=minutes(70))

    about = [f"Possibly about #{first.number}"]
    expected = ("same", False, []) if proof is by_id else ("new", True, about)
    assert outcome(arrival, first) == expected
    assert smtp.mails == []


def test_a_forged_verdict_is_nobodys(arrive, first, minutes, settings):
    settings.TRUSTED_AUTHSERV_ID = "mx.dahl.example"
    arrival = arrive(
        message_id="<8@x.example>",
        now=minutes(5),
        authentication_results="mx.evil.example; dmarc=fail",
        subject=f"[#{first.number}]",
    )
    assert outcome(arrival, first) == ("same", True, [])


def test_one_of_us_is_a_customer_by_mail(arrive, first, sara, minutes):
    sara.email = "sara@dahl.example"
    sara.save(update_fields=["email"])
    arrival = arrive(
        "Close it",
        message_id="<8@x.example>",
        now=minutes(5),
        subject=f"[#{first.number}]",
        **{"from": sara.email},
    )

    said = arrival.interaction
    assert (said.direction, said.staff, said.ticket == first) == ("in", None, False)


# -- once ----------------------------------------------------------------------------------------


def test_the_same_mail_twice_is_one(arrive, first, minutes):
    arrival = arrive(now=minutes(1))

    assert (arrival.verdict, arrival.interaction) == (Arrival.Verdict.IGNORED, None)
    assert Interaction.objects.filter(direction="in").count() == 1


def test_another_mail_under_a_taken_id_is_a_ticket_of_its_own(arrive, first, minutes):
    arrival = arrive("Pay here instead", now=minutes(1), subject=f"[#{first.number}]")

    assert arrival.interaction.ticket != first
    assert arrival.interaction.remarks == [
        "It bears the Message-ID of another mail",
        f"Possibly about #{first.number}",
    ]
    again = arrive("Pay here instead", now=minutes(2), subject=f"[#{first.number}]")
    assert again.verdict == Arrival.Verdict.IGNORED


@pytest.mark.django_db(transaction=True)
def test_two_mails_under_one_id_at_the_same_moment_are_both_filed(by_mail, minutes):
    def file(sender):
        raw = mail(f"From {sender}", **{"from": sender})
        return journey.mail_arrived(raw, source="test", now=minutes(0))

    filed = at_once(*[lambda sender=sender: file(sender) for sender in (INGRID, "k@example.net")])

    assert sorted(it.interaction.text for it in filed) == [
        f"From {INGRID}",
        "From k@example.net",
    ]
    assert Ticket.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_mail_handed_over_by_several_at_the_same_moment_is_one(by_mail, minutes):
    filed = times(
        4, lambda: journey.mail_arrived(mail(**{"from": None}), source="test", now=minutes(0))
    )

    assert sorted(it.verdict for it in filed) == ["ignored", "ignored", "ignored", "ticket"]
    assert Ticket.objects.count() == 1


# -- what ended, what waits ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "status", "promises"),
    [("It is still wet.", "open", 1), ("Thanks!", "closed", 0), ("Tack så mycket", "closed", 0)],
)
def test_a_reply_reopens_and_thanks_do_not(
    arrive, first, ours, end, minutes, words, status, promises
):
    end(first)
    arrival = arrive(
        words, message_id="<2@example.com>", now=minutes(20), in_reply_to=ours.provider_id
    )

    first.refresh_from_db()
    assert (arrival.interaction.ticket, first.status) == (first, status)
    assert Promise.objects.open().count() == promises


def test_a_blocked_sender_is_kept_and_answered_by_nobody(arrive, first, sara, smtp, minutes):
    journey.marked_spam(first, by=sara, now=minutes(1))
    smtp.mails.clear()
    arrival = arrive(message_id="<2@example.com>", now=minutes(90))
    duties.swept(now=minutes(90))

    assert (arrival.verdict, arrival.because) == ("ignored", "the sender is blocked")
    assert arrival.interaction.ticket == first
    assert (smtp.mails, Promise.objects.open().count()) == ([], 0)
