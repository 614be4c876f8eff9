"""What is done on a ticket's page: each form, refused forms, and pages that were out of date."""

from datetime import timedelta

import pytest

from billing.models import Invoice
from helpdesk import duties, journey
from policies.models import Promise, Quote
from tests.conftest import boston
from tests.doors.pages import CHANGED, errors, fresh, said, text
from tickets import notes
from tickets.models import ContactPoint, Interaction, Service, Ticket, User
from tickets.models.work import Kind

TEN = boston(2026, 3, 2, 10)
ACTIONS = [
    *("note", "edit", "assign", "move", "close", "reopen", "spam", "merge", "identify"),
    *("callback", "promise", "quote"),
]


@pytest.fixture
def stranger(missed, monday_nine):
    """A ticket of somebody we do not know."""
    return missed(now=monday_nine, number="+16175550177").ticket


@pytest.fixture
def laptop_repair(shop):
    return Service.objects.get(name="Laptop repair")


# -- notes ---------------------------------------------------------------------------------------


def test_a_note_is_on_the_ticket_with_its_minutes(act, ticket, sara, monday_nine):
    response = act(ticket, "note", text="Found a moth.\r\nTook it out.", minutes="35")

    note = Interaction.objects.get()
    assert response["Location"] == f"/tickets/{ticket.pk}/"
    assert (note.text, note.minutes) == ("Found a moth.\nTook it out.", 35)
    assert (note.kind, note.staff, note.ticket) == (Kind.NOTE, sara, ticket)
    assert note.happened_at == monday_nine
    assert said(response) == [f"Noted on #{ticket.pk}."]


def test_a_note_whose_button_was_pressed_twice_is_one(act, ticket):
    for _ in range(2):
        response = act(ticket, "note", text="Found a moth.", form_id="5ac1")

    assert Interaction.objects.count() == 1
    assert said(response)[-1] == "That note is saved already."


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"text": "  ", "minutes": "5"}, "text"),
        ({"text": "\0\x01", "minutes": ""}, "text"),
        ({"text": "x" * (notes.LONGEST + 1)}, "text"),
        ({"text": "Kept as typed", "minutes": "-1"}, "minutes"),
        ({"text": "Kept as typed", "minutes": "44641"}, "minutes"),
        ({"text": "Kept as typed", "minutes": "an hour"}, "minutes"),
    ],
)
def test_a_note_that_is_refused_is_still_there(act, ticket, form, wrong):
    response = act(ticket, "note", **form)

    assert list(errors(response, "note")) == [wrong]
    assert response.context["note"].data["text"] == form["text"]
    assert not Interaction.objects.exists()


def test_a_closed_ticket_takes_notes(act, ticket, sara, monday_nine):
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)

    act(ticket, "note", text="They were happy.")

    assert Interaction.objects.get().ticket == ticket


def test_a_note_on_what_was_merged_meanwhile_is_not_lost(
    act, ticket, make_ticket, sara, monday_nine
):
    into = make_ticket("All")
    journey.tickets_merged(ticket, into, by=sara, now=monday_nine)

    response = act(ticket, "note", text="Found a moth.")

    assert Interaction.objects.get().ticket == into
    assert response["Location"] == f"/tickets/{into.pk}/"


# -- what it is about, and who does it -----------------------------------------------------------


def test_subject_and_service_are_changed_and_found(act, at_desk, ticket, laptop_repair):
    act(ticket, "edit", subject=" Mainboard \n dead ", service=laptop_repair.pk)

    ticket = fresh(ticket)
    assert (ticket.subject, ticket.service) == ("Mainboard dead", laptop_repair)
    assert "mainboard dead" in ticket.search_text


@pytest.mark.parametrize("subject", ["", "\u200b", "x" * 121])
def test_a_subject_is_one_line_of_its_own(act, ticket, subject):
    assert list(errors(act(ticket, "edit", subject=subject))) == ["subject"]


@pytest.fixture
def two_change_it(act, at_desk, ticket):
    """Open the form, let somebody else save, then save ours; return the answer."""

    def two_change_it(theirs, ours):
        seen = at_desk.get(f"/tickets/{ticket.pk}/?do=edit").context["panel"].seen
        act(ticket, "edit", **{"subject": "Laptop", "service": ""} | theirs)
        return act(ticket, "edit", seen=seen, **{"subject": "Laptop", "service": ""} | ours)

    return two_change_it


def test_of_two_who_change_it_the_second_sees_both(two_change_it, ticket):
    response = two_change_it({"subject": "Sara's"}, {"subject": "Per's"})

    assert fresh(ticket).subject == "Sara's"
    assert "Somebody changed this while you wrote." in text(response)
    assert "Two versions of “Subject” Keep mine as it stands in the field Keep theirs Sara's" in (
        text(response)
    )
    assert 'value="Per&#x27;s"' in response.content.decode()


@pytest.mark.parametrize(("keep", "kept"), [("mine", "Per's"), ("theirs", "Sara's")])
def test_the_second_says_whose_to_keep(act, two_change_it, ticket, keep, kept):
    seen = two_change_it({"subject": "Sara's"}, {"subject": "Per's"}).context["panel"].seen

    act(ticket, "edit", subject="Per's", service="", seen=seen, keep_subject=keep)

    assert fresh(ticket).subject == kept


def test_changed_once_more_it_asks_again(act, two_change_it, ticket):
    seen = two_change_it({"subject": "Sara's"}, {"subject": "Per's"}).context["panel"].seen
    act(ticket, "edit", subject="Eva's", service="")

    response = act(ticket, "edit", subject="Per's", seen=seen, keep_subject="theirs")

    assert [clash.theirs for clash in response.context["panel"].clashes] == ["Eva's"]
    assert fresh(ticket).subject == "Eva's"


def test_what_only_they_changed_stays_theirs(two_change_it, ticket, laptop_repair):
    response = two_change_it({"service": laptop_repair.pk}, {"subject": "Per's"})

    assert response.status_code == 302
    ticket = fresh(ticket)
    assert (ticket.subject, ticket.service) == ("Per's", laptop_repair)


def test_two_of_one_mind_do_not_clash(two_change_it, ticket):
    response = two_change_it({"subject": "Dead"}, {"subject": "Dead"})

    assert (response.status_code, fresh(ticket).subject) == (302, "Dead")


def test_it_is_taken_given_and_laid_down(act, ticket, sara, per):
    for who in (sara, per, None):
        response = act(ticket, "assign", assignee=who.pk if who else "")
        assert fresh(ticket).assignee == who
        assert response.status_code == 302


def test_a_program_or_somebody_who_left_is_given_nothing(act, ticket, per):
    User.objects.filter(pk=per.pk).update(is_active=False)
    program = User.objects.create_user("pbx", role=User.Role.INTEGRATION)

    for who in (per, program):
        assert list(errors(act(ticket, "assign", assignee=who.pk))) == ["assignee"]
    assert fresh(ticket).assignee is None


# -- how it stands -------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["open", "waiting", "ready"])
def test_it_is_moved_on(act, ticket, to):
    act(ticket, "move", to=to)

    assert fresh(ticket).status == to


@pytest.mark.parametrize(("told", "status"), [({}, "open"), ({"customer_told": "on"}, "kept")])
def test_ready_keeps_the_turnaround_once_the_customer_knows(
    act, ticket, laptop_repair, sara, monday_nine, told, status
):
    quote = journey.quoted(ticket, laptop_repair, by=sara, now=monday_nine)
    promise = journey.quote_accepted(quote, how="phone", by=sara, now=monday_nine)

    response = act(ticket, "move", to="ready", **told)

    assert fresh(promise).status == status
    assert said(response) == [
        "Ready for pick-up." if told else "Ready. The customer has to be called."
    ]


def test_telling_them_afterwards_keeps_it_too(act, ticket, laptop_repair, sara, monday_nine):
    quote = journey.quoted(ticket, laptop_repair, by=sara, now=monday_nine)
    promise = journey.quote_accepted(quote, how="phone", by=sara, now=monday_nine)
    act(ticket, "move", to="ready")

    act(ticket, "move", to="ready", customer_told="on")

    assert fresh(promise).status == "kept"


@pytest.mark.parametrize("to", ["closed", "new", "spam", "", "nonsense"])
def test_it_is_not_moved_anywhere_else(act, ticket, to):
    assert list(errors(act(ticket, "move", to=to))) == ["to"]
    assert fresh(ticket).status == "new"


# -- the end, and not the end --------------------------------------------------------------------


def test_what_was_free_is_a_gift_with_its_reason(act, ticket, sara, monday_nine):
    response = act(ticket, "close", charge="free", gift_reason="Fourth computer bought here")

    ticket = fresh(ticket)
    assert (ticket.status, ticket.charge, ticket.ended_by) == ("closed", "free", sara)
    assert ticket.gift_reason == "Fourth computer bought here"
    assert said(response) == ["Closed. It is invoiced and given today 10:00."]
    duties.swept(now=monday_nine + timedelta(hours=1))
    assert Invoice.objects.get().settlements.get().reason == "Fourth computer bought here"


def test_a_gift_without_a_reason_has_the_usual_one(act, ticket):
    act(ticket, "close", charge="free", gift_reason="")

    assert fresh(ticket).gift_reason == "Quick help, on the house"


def test_what_was_charged_is_no_gift(act, ticket):
    act(ticket, "close", charge="charged", gift_reason="Left from before")

    ticket = fresh(ticket)
    assert (ticket.charge, ticket.gift_reason) == ("charged", "")


def test_it_is_not_closed_undecided(act, ticket):
    assert list(errors(act(ticket, "close", gift_reason="Kept as typed"))) == ["charge"]
    assert fresh(ticket).status == "new"


@pytest.mark.parametrize("fate", ["kept", "solved", "void"])
def test_closing_says_what_became_of_the_promises(act, ticket, sara, monday_nine, fate):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    assert list(errors(act(ticket, "close", charge="free"))) == ["promises_are"]
    act(ticket, "close", charge="free", promises_are=fate)

    assert fresh(promise).status == fate
    assert fresh(ticket).status == "closed"


def test_a_late_promise_is_broken_whatever_closing_says(act, at_desk, ticket, sara, monday_nine):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)
    at_desk.at = boston(2026, 3, 2, 14)

    act(ticket, "close", charge="free", promises_are="kept")

    assert fresh(promise).status == "broken"


def test_nothing_is_closed_before_we_know_whose_it_is(act, at_desk, stranger):
    response = act(stranger, "close", charge="free", promises_are="void")

    assert list(errors(response)) == ["__all__"]
    assert "Say whose it is" in text(response)
    assert fresh(stranger).status == "new"
    assert "Say whose it is first" in text(at_desk.get(f"/tickets/{stranger.pk}/?do=close"))


def test_closing_twice_closes_once(act, ticket):
    act(ticket, "close", charge="free")

    response = act(ticket, "close", charge="charged")

    assert response["Location"] == f"/tickets/{ticket.pk}/"
    assert said(response)[-1] == CHANGED
    ticket = fresh(ticket)
    assert (ticket.charge, ticket.endings) == ("free", 1)


def test_it_is_reopened(act, ticket):
    act(ticket, "close", charge="free")

    response = act(ticket, "reopen")

    ticket = fresh(ticket)
    assert (ticket.status, ticket.charge, ticket.bill_at) == ("open", "undecided", None)
    assert said(response)[-1] == "Open again."


def test_what_is_open_is_not_reopened(act, ticket):
    assert said(act(ticket, "reopen")) == [CHANGED]


def test_what_was_merged_stays_merged(act, ticket, make_ticket, sara, monday_nine):
    journey.tickets_merged(ticket, make_ticket("All"), by=sara, now=monday_nine)

    assert said(act(ticket, "reopen")) == [CHANGED]
    assert fresh(ticket).status == "merged"


def test_spam_blocks_the_sender_and_reopening_lets_them_in(act, stranger):
    act(stranger, "spam")

    assert fresh(stranger).status == "spam"
    assert Promise.objects.get().status == "void"
    assert ContactPoint.objects.get().blocked_at is not None
    act(stranger, "reopen")
    assert ContactPoint.objects.get().blocked_at is None


def test_spam_says_beforehand_what_it_does(at_desk, stranger, ticket):
    def page(row):
        return text(at_desk.get(f"/tickets/{row.pk}/?do=spam"))

    assert "Further calls from (617) 555-0177 are filed here and promised nothing." in page(
        stranger
    )
    assert "Further calls" not in page(ticket)


# -- every one of them ---------------------------------------------------------------------------


@pytest.mark.parametrize("what", ACTIONS)
def test_looking_changes_nothing_and_leads_to_the_page(at_desk, ticket, what):
    response = at_desk.get(f"/tickets/{ticket.pk}/{what}/")

    assert response["Location"] == f"/tickets/{ticket.pk}/"
    assert fresh(ticket).status == "new"


@pytest.mark.parametrize("what", ACTIONS)
def test_on_a_ticket_that_is_not_there_nothing_is_done(at_desk, what):
    assert at_desk.post(f"/tickets/7/{what}/").status_code == 404


@pytest.mark.parametrize("what", ACTIONS)
def test_a_stranger_is_asked_to_sign_in(client, ticket, what):
    assert client.post(f"/tickets/{ticket.pk}/{what}/").status_code == 302
    assert fresh(ticket).status == "new"


def test_a_form_from_elsewhere_is_refused(client_with_csrf, sara, ticket):
    client_with_csrf.force_login(sara)

    assert client_with_csrf.post(f"/tickets/{ticket.pk}/spam/").status_code == 403
    assert fresh(ticket).status == "new"


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("edit", {"subject": "Other"}),
        ("assign", {"assignee": ""}),
        ("move", {"to": "open"}),
        ("close", {"charge": "charged"}),
        ("spam", {}),
        ("merge", {"into": "1001"}),
        ("identify", {"name": "Bob"}),
        ("callback", {}),
        ("promise", {"kind": "update", "what": "News", "due_at": "2026-03-05T17:00"}),
        ("quote", {"service": "1"}),
    ],
)
def test_what_has_ended_meanwhile_is_left_alone(act, ticket, sara, monday_nine, what, form):
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()

    response = act(ticket, what, **form)

    assert said(response) == [CHANGED]
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert not Promise.objects.exists()
    assert not Quote.objects.exists()


def test_rows_of_another_ticket_are_not_found(
    act, ticket, make_ticket, laptop_repair, sara, monday_nine
):
    other = make_ticket("Other")
    promise = journey.callback_promised(other, by=sara, now=monday_nine)
    quote = journey.quoted(other, laptop_repair, by=sara, now=monday_nine)
    journey.note_added(other, "Note", by=sara, now=monday_nine)
    contact = Interaction.objects.get()

    for what, form in [
        (f"promises/{promise.pk}/told", {"words": "x"}),
        (f"promises/{promise.pk}/end", {"status": "kept"}),
        (f"quotes/{quote.pk}/accept", {"how": "phone"}),
        (f"contacts/{contact.pk}/move", {"to": ticket.pk}),
        ("promises/99999999999999999999/end", {"status": "kept"}),
    ]:
        assert act(ticket, what, **form).status_code == 404
    assert fresh(promise).status == "open"
    assert fresh(contact).ticket == other
