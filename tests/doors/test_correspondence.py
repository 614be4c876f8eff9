"""Messages on a ticket's page: what became of each, why, and what staff can do about it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk import journey
from helpdesk.models import Lease
from helpdesk.web import correspondence as shows
from policies.models import FollowUp, Promise, Satisfaction
from tests.conftest import boston
from tests.doors import correspondence
from tests.doors.mails import FORMATTED, answered, arrive, fate, mail, written
from tests.doors.pages import CHANGED, errors, fresh, said, text
from tickets import intake
from tickets.models import Attachment, ContactPoint, Interaction, Ticket

NOON = boston(2026, 3, 2, 12)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def reached(ticket, ingrid):
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    return ticket


@pytest.fixture
def page(at_desk, reached):
    at_desk.at = NOON

    def page(**query):
        return at_desk.get(f"/tickets/{reached.pk}/", query)

    return page


@pytest.fixture
def ours(reached, sara):
    return answered(reached, sara, now=TEN)


@pytest.mark.parametrize(
    ("status", "fields", "words"),
    [
        ("queued", {"due_at": TEN}, "waiting to be sent ingrid@example.com"),
        (
            "queued",
            {"due_at": boston(2026, 3, 3, 8), "because": "It is night; it goes in the morning"},
            "It is night; it goes in the morning. It waits until tomorrow 08:00.",
        ),
        ("sent", {"sent_at": TEN}, "sent today 10:00 ingrid@example.com"),
        ("delivered", {"sent_at": TEN}, "delivered ingrid@example.com"),
        ("bounced", {"sent_at": TEN, "because": "550 No such user"}, "came back"),
        ("bounced", {"sent_at": TEN, "because": "550 No such user"}, "550 No such user."),
        ("failed", {"because": "554 Rejected"}, "could not be sent"),
        ("failed", {"because": "554 Rejected"}, "554 Rejected. Send it again"),
        ("withheld", {"because": "They asked for none"}, "They asked for none. Send it now"),
        (
            "doubtful",
            {"because": "The worker died"},
            "The worker died. Nobody knows whether it left. Sent again, it may reach them twice. "
            "Send it again",
        ),
    ],
)
def test_what_became_of_a_message_is_said_in_words(page, ours, status, fields, words):
    fate(ours, status, **fields)

    assert words in text(page())


def test_what_failed_and_is_tried_again_says_when_and_why(page, ours):
    Lease.objects.create(
        duty="outbox", row=ours.pk, until=boston(2026, 3, 2, 12, 4), because="451 Busy"
    )

    assert "451 Busy. Next try today 12:04." in text(page())


def test_what_is_being_sent_right_now_has_not_failed(page, ours):
    Lease.objects.create(duty="outbox", row=ours.pk, until=NOON)

    assert "Next try" not in text(page())


def test_what_nobody_wrote_says_so(page, ours):
    Interaction.objects.filter(pk=ours.pk).update(staff=None, is_automatic=True)

    shown = text(page())
    assert (
        "We wrote Ingrid Berg an email waiting to be sent ingrid@example.com · by itself" in shown
    )


def test_what_is_mailed_to_one_of_us_says_to_whom_and_how_it_went(page, reached, per):
    note = Interaction.objects.create(
        ticket=reached,
        kind="note",
        direction="internal",
        via="email",
        text="Your promise is due.",
        is_automatic=True,
        recipient="per@example.com",
        status="failed",
        because="554 Rejected",
        happened_at=TEN,
        logged_at=TEN,
    )

    shown = text(page())

    assert "We noted could not be sent mailed to per@example.com · by itself" in shown
    assert f'/messages/{note.pk}/retry/"' in page().content.decode()


def test_a_mail_shows_its_subject_its_files_and_what_was_odd(page, reached):
    files = [("a b.pdf", b"%PDF" * 400, "application/pdf")]
    contact = written(
        reached, "It is wet.", now=TEN, subject="Wet", files=files, sender="ingrid@example.com"
    )
    Interaction.objects.filter(pk=contact.pk).update(
        ticket=reached, remarks=["It bears the Message-ID of another mail"]
    )

    response = page()

    assert "Wet It bears the Message-ID of another mail It is wet. a b.pdf 1.6 KB" in text(response)
    file = Attachment.objects.get()
    assert f'href="/attachments/{file.pk}/"' in response.content.decode()


def test_what_they_quoted_is_folded_away(page, reached, ours):
    fate(ours, "sent", sent_at=TEN)
    written(reached, correspondence.QUOTING, now=TEN)

    shown = page().content.decode()

    assert '<div class="said"><p>Thank you!</p></div>' in shown
    folded = shown.partition("Show what they quoted")[2].partition("</details>")[0]
    assert "&gt; We have it open." in folded


def test_a_very_long_mail_is_cut_and_whole_on_its_own_page(at_desk, page, reached):
    long = "word " * 5000
    contact = written(reached, long, now=TEN)
    Interaction.objects.filter(pk=contact.pk).update(ticket=reached)
    address = f"/tickets/{reached.pk}/messages/{contact.pk}/"

    shown = page()

    assert text(shown).count("word") < 2500
    assert "All of it, as it was sent" in text(shown)
    assert f'href="{address}"' in shown.content.decode()
    assert text(at_desk.get(address)).split().count("word") == 5000


# -- strangers -------------------------------------------------------------------------------------


@pytest.fixture
def stranger(reached, ours):
    fate(ours, "sent", sent_at=TEN)
    sender = "Ada Byron <ada@elsewhere.example>"
    return written(reached, "Send it to me.", now=TEN, sender=sender)


def test_who_is_not_known_to_belong_is_named_by_their_own_name(page, stranger):
    shown = text(page())

    assert "Ada Byron wrote an email ada@elsewhere.example" in shown
    assert "not known to belong to this ticket They belong to this" in shown


def test_staff_say_that_they_belong(act, page, reached, ingrid, stranger):
    response = act(reached, f"messages/{stranger.pk}/accept")

    assert said(response) == ["They belong to this ticket now."]
    assert fresh(stranger).is_verified
    assert stranger.contact_point in ingrid.contact_points.all()
    assert "not known to belong" not in text(page())


def test_who_belongs_already_is_not_let_in_again(act, reached, stranger):
    act(reached, f"messages/{stranger.pk}/accept")

    assert said(act(reached, f"messages/{stranger.pk}/accept"))[-1] == CHANGED


def test_a_new_customer_is_called_as_they_signed(at_desk, shop):
    arrive(mail(sender="Ada Byron <ada@elsewhere.example>"), now=TEN)
    ticket = Ticket.objects.latest("pk")

    response = at_desk.get(f"/tickets/{ticket.pk}/")

    assert response.context["identify"]["name"].value() == "Ada Byron"
    assert "Ada Byron ada@elsewhere.example" in text(response)


# -- sending it after all --------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["failed", "withheld", "doubtful"])
def test_what_is_stuck_is_sent_after_all(act, at_desk, reached, ours, status):
    fate(ours, status, because="x")
    Lease.objects.create(duty="outbox", row=ours.pk, until=NOON, attempts=3, because="x")

    response = act(reached, f"messages/{ours.pk}/retry")

    assert said(response) == ["It is tried again now."]
    assert response["Location"] == f"/tickets/{reached.pk}/"
    assert (fresh(ours).status, Lease.objects.count()) == ("queued", 0)


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "bounced"])
def test_what_is_not_stuck_is_not_sent_twice(act, page, reached, ours, status):
    left = {"sent_at": TEN, "because": "x"} if status != "queued" else {"due_at": TEN}
    fate(ours, status, **left)

    assert "Send it" not in text(page())
    assert said(act(reached, f"messages/{ours.pk}/retry")) == [CHANGED]
    assert fresh(ours).status == status


# -- why it was sent, or not -----------------------------------------------------------------------


def test_each_follow_up_says_what_was_done_and_links_to_what_it_wrote(page, reached, sara, ours):
    correspondence.tasks(reached, sara, now=TEN)
    done = FollowUp.objects.get(status="done")
    FollowUp.objects.filter(pk=done.pk).update(sent=ours)

    response = page()

    shown = text(response).partition("Why was this sent, or not sent?")[2]
    assert "Are they happy? for staff to do Call and ask whether they are happy." in shown
    assert "Acknowledgement planned today 11:00" in shown
    limit = "Not sent: One acknowledgement an hour for each address"
    assert f"{limit} today 10:00 Sara Lind the message" in shown
    assert f"#contact-{ours.pk}" in response.content.decode()


def test_what_is_planned_for_what_has_ended_is_no_longer_needed(page, reached, sara):
    when = NOON + timedelta(days=1)
    promise = journey.promised(reached, "A price", when, kind="other", by=sara, now=TEN)
    planned = FollowUp.objects.filter(promise=promise, status="planned")
    shown = [reason for reason in page().context["reasons"] if reason.row in planned]
    assert [reason.is_planned for reason in shown] == [True] * planned.count()

    journey.promise_ended(promise, "kept", because="", by=sara, now=NOON)

    shown = [reason for reason in page(all="1").context["reasons"] if reason.row in planned]
    assert planned.exists()
    assert [reason.is_over for reason in shown] == [True] * planned.count()
    assert "Broken promise no longer needed A price" in text(page(all="1"))


@pytest.mark.parametrize(
    ("rule", "status", "is_over"),
    [
        ("broken", "broken", False),
        ("broken", "open", False),
        ("broken", "replaced", True),
        ("about_to_break", "broken", True),
        ("about_to_break", "open", False),
    ],
)
def test_what_a_promise_came_to_says_what_is_still_done_about_it(rule, status, is_over):
    row = FollowUp(rule=rule, status="planned", promise=Promise(status=status))

    assert shows.is_over(row) == is_over


@pytest.mark.parametrize(
    ("rule", "status", "is_over"),
    [
        ("waiting", "waiting", False),
        ("waiting", "closed", True),
        ("satisfaction", "closed", False),
        ("satisfaction", "open", True),
        ("acknowledgement", "closed", True),
        ("acknowledgement", "open", False),
        ("invoice", "closed", False),
    ],
)
def test_and_so_does_where_its_ticket_is(rule, status, is_over):
    row = FollowUp(rule=rule, status="planned", ticket=Ticket(status=status))

    assert shows.is_over(row) == is_over


def test_a_task_is_done_in_a_sentence(act, page, reached, sara):
    correspondence.tasks(reached, sara, now=TEN)
    task = FollowUp.objects.tasks().exclude(rule="satisfaction").get()
    assert "Tell them why it takes longer." in text(page(do="task", task=task.pk))

    refused = act(reached, f"tasks/{task.pk}/done", outcome=" ")
    act(reached, f"tasks/{task.pk}/done", outcome="Called: the part is late.")

    assert list(errors(refused)) == ["outcome"]
    task = fresh(task)
    assert (task.status, task.outcome, task.done_by) == ("done", "Called: the part is late.", sara)
    assert said(act(reached, f"tasks/{task.pk}/done", outcome="Again"))[-1] == CHANGED


@pytest.mark.parametrize(("answer", "status"), [("yes", "closed"), ("no", "open")])
def test_whether_they_are_happy_is_written_down(act, page, reached, sara, answer, status):
    journey.ticket_closed(reached, charge="free", by=sara, now=TEN)
    correspondence.tasks(reached, sara, now=TEN)
    task = FollowUp.objects.tasks().get(rule="satisfaction")
    assert "Are they happy with how it went?" in text(page(do="happy", task=task.pk))

    act(reached, f"tasks/{task.pk}/asked", is_happy=answer, words="It took long.")

    given = Satisfaction.objects.get()
    assert (given.is_happy, given.words, given.asked_by) == (
        *(answer == "yes", "It took long.", sara),
    )
    assert fresh(reached).status == status


def test_what_they_said_has_to_be_said(act, reached, sara):
    correspondence.tasks(reached, sara, now=TEN)
    task = FollowUp.objects.tasks().get(rule="satisfaction")

    refused = act(reached, f"tasks/{task.pk}/asked", words="Hm")

    assert errors(refused)["is_happy"][0]["message"] == "What did they say?"


def test_what_asks_nothing_takes_no_answer(act, reached, sara):
    correspondence.tasks(reached, sara, now=TEN)
    task = FollowUp.objects.tasks().exclude(rule="satisfaction").get()

    assert said(act(reached, f"tasks/{task.pk}/asked", is_happy="yes")) == [CHANGED]


# -- where they want nothing -----------------------------------------------------------------------


@pytest.mark.parametrize("where", ["tickets", "customers"])
def test_who_wants_no_messages_is_sent_none(at_desk, page, reached, ingrid, where):
    point = ContactPoint.objects.get(kind="email")
    address = f"/{where}/{reached.pk if where == 'tickets' else ingrid.pk}/"
    assert "Wants no messages here" in text(at_desk.get(address))

    response = at_desk.post(f"/contact-points/{point.pk}/opt-out/", seen=address)

    assert response["Location"] == address
    assert said(response) == ["No more messages to ingrid@example.com."]
    assert fresh(point).opted_out_at
    assert "wants no mail at this address" in text(at_desk.get(address))


def test_an_address_that_mail_comes_back_from_is_marked(at_desk, page, reached, ingrid):
    ContactPoint.objects.filter(kind="email").update(bounced_at=TEN)

    for shown in (page(), at_desk.get(f"/customers/{ingrid.pk}/")):
        assert "ingrid@example.com mail comes back" in text(shown)


# -- as it was sent --------------------------------------------------------------------------------


def test_a_formatted_mail_is_shown_harmless_on_its_own_page(at_desk, reached):
    contact = written(reached, "In short.", now=TEN, html=FORMATTED)

    shown = at_desk.get(f"/tickets/{contact.ticket_id}/messages/{contact.pk}/").content.decode()

    box = shown.partition('<article class="as-sent"')[2].partition("</article>")[0]
    assert "hx-disable" in box.partition(">")[0]
    assert "<b>Urgent!</b>" in box
    for gone in ("<img", "tracker.invalid", "<style", "position"):
        assert gone not in box
    assert "In short." in shown


def test_a_mail_without_a_formatted_version_says_so(at_desk, reached):
    contact = written(reached, now=TEN)

    shown = text(at_desk.get(f"/tickets/{contact.ticket_id}/messages/{contact.pk}/"))

    assert "There is no formatted version of it that could be shown." in shown
    assert "All of it, as text It is wet." in shown


# -- its cost --------------------------------------------------------------------------------------


def test_many_messages_and_files_ask_no_more_than_one(page, reached, sara):
    files = [("a.txt", b"x", "text/plain")]
    first = written(reached, now=TEN, files=files)
    Interaction.objects.filter(pk=first.pk).update(ticket=reached)
    first = Interaction.objects.get(pk=first.pk)
    queries = {}
    for count in (1, 3, 300):
        _copies(first, count, sara)
        with CaptureQueriesContext(connection) as captured:
            assert page(all=1).status_code == 200
        queries[count] = len(captured)

    assert len(set(queries.values())) == 1, queries
    assert Attachment.objects.count() == Interaction.objects.filter(direction="out").count() == 300


def _copies(first, count, by):
    """Make it `count` mails with a file each, as many of ours that wait, and follow-ups."""
    for n in range(Interaction.objects.filter(direction="out").count(), count):
        if n:
            theirs = Interaction.objects.get(pk=first.pk)
            theirs.pk, theirs.provider_id = None, f"<{n}@copy>"
            theirs.save(force_insert=True)
            file = Attachment.objects.get(interaction=first)
            file.pk, file.interaction = None, theirs
            file.save(force_insert=True)
        ours = Interaction.objects.create(
            ticket=first.ticket,
            contact_point=first.contact_point,
            kind="email",
            direction="out",
            via="email",
            staff=by,
            recipient="a@example.com",
            text="x",
            status="queued",
            due_at=TEN,
            happened_at=TEN,
            logged_at=TEN,
        )
        Lease.objects.create(duty="outbox", row=ours.pk, until=NOON, because="451")
        FollowUp.objects.create(
            rule="acknowledgement",
            key=f"copy-{n}",
            ticket=first.ticket,
            planned_at=TEN,
            due_at=TEN,
            done_at=TEN,
            done_by=by,
            status="done",
            outcome="Written",
            sent=ours,
        )
