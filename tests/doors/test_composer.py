"""Writing on a ticket's page: tabs, drafts, calls, walk-ins, whom a note names, canned replies."""

import pytest
from django.utils.timezone import now

from helpdesk import journey
from helpdesk.models import Draft
from policies import canned
from tests.doors.pages import errors, fresh, said, text
from tickets import intake
from tickets.models import ContactPoint, Interaction, Notice, Ticket, User
from tickets.models.work import Kind


@pytest.fixture
def reached(ticket, ingrid):
    """Ingrid's ticket, and her address: the value of the way to it."""
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    return f"email-{ContactPoint.objects.get(kind='email').pk}"


@pytest.fixture
def tabs(at_desk, ticket):
    """Return the names of the tabs, the chosen one in capitals."""

    def tabs(query=None):
        writes = at_desk.get(f"/tickets/{ticket.pk}/", query).context["composer"]
        if writes is None:
            return []
        return [tab.name.upper() if tab.is_chosen else tab.name for tab in writes.tabs]

    return tabs


# -- the tabs ------------------------------------------------------------------------------------


def test_who_can_be_written_to_is_written_to_first(tabs, reached):
    assert tabs() == ["REPLY", "note", "call", "walk-in"]
    assert tabs({"write": "note"}) == ["reply", "NOTE", "call", "walk-in"]
    assert tabs({"write": "nonsense"}) == ["REPLY", "note", "call", "walk-in"]


def test_at_the_bench_one_begins_with_a_note(tabs, at_desk, reached, per):
    at_desk.client.force_login(per)

    assert tabs() == ["reply", "NOTE", "call", "walk-in"]
    assert tabs({"write": "reply"}) == ["REPLY", "note", "call", "walk-in"]


def test_who_cannot_is_called(tabs):
    assert tabs() == ["CALL", "note", "walk-in", "reply"]


def test_what_has_ended_takes_a_reply_and_a_note(tabs, ticket, reached, sara, monday_nine):
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)

    assert tabs({"write": "call"}) == ["REPLY", "note"]


def test_spam_takes_a_note_and_what_was_merged_takes_nothing(
    tabs, ticket, make_ticket, sara, monday_nine
):
    journey.marked_spam(ticket, by=sara, now=monday_nine)
    assert tabs() == ["NOTE"]

    journey.ticket_reopened(ticket, by=sara, now=monday_nine)
    journey.tickets_merged(fresh(ticket), make_ticket("All"), by=sara, now=monday_nine)
    assert tabs() == []


def test_a_tab_comes_by_itself(at_desk, ticket):
    headers = {"HX_Request": "true", "HX_Target": "write"}
    response = at_desk.get(f"/tickets/{ticket.pk}/", {"write": "note"}, **headers)

    assert response.content.decode().strip().startswith('<section id="write"')
    assert "autofocus" in response.content.decode()


# -- drafts --------------------------------------------------------------------------------------


@pytest.fixture
def begin(sara, ticket):
    def begin(do, **fields):
        name = f"ticket-{ticket.pk}-{do}"
        return Draft.objects.create(user=sara, form=name, fields=fields, saved_at=now())

    return begin


def test_what_was_begun_is_there_again_on_its_tab(at_desk, ticket, tabs, reached, begin):
    begin("note", text="Found a mo", minutes="12")

    form = at_desk.get(f"/tickets/{ticket.pk}/").context["note"]

    assert tabs() == ["reply", "NOTE", "call", "walk-in"]
    assert (form["text"].value(), form["minutes"].value()) == ("Found a mo", "12")


def test_each_tab_has_its_own(at_desk, ticket, reached, begin):
    begin("answer", text="Dear Ingr", way=reached)
    begin("note", text="Found a mo")

    reply = at_desk.get(f"/tickets/{ticket.pk}/?write=reply").context["answer"]
    call = at_desk.get(f"/tickets/{ticket.pk}/?write=call").context["call"]

    assert reply["text"].value() == "Dear Ingr"
    assert call["said"].value() is None


def test_a_draft_to_an_address_that_is_gone_is_kept(at_desk, ticket, reached, begin):
    begin("answer", text="Dear Ingr", way="email-99999")

    form = at_desk.get(f"/tickets/{ticket.pk}/").context["answer"]

    assert (form["text"].value(), form["way"].value()) == ("Dear Ingr", reached)


def test_what_was_sent_is_no_draft_any_more(act, ticket, reached, begin):
    begin("note", text="Found")
    begin("answer", text="Dear")
    begin("call", said="She")

    act(ticket, "note", text="Found a moth.")
    act(ticket, "answer", way=reached, text="Dear Ingrid")
    act(ticket, "call", how="in", said="She asks.")

    assert list(Draft.objects.all()) == []


def test_what_was_refused_stays_a_draft(act, ticket, begin):
    begin("note", text="Found")

    act(ticket, "note", text="", minutes="3")

    assert Draft.objects.count() == 1


# -- calls and the counter -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "form", "kind", "direction"),
    [
        ("call", {"how": "in"}, Kind.CALL, "in"),
        ("call", {"how": "out"}, Kind.CALL, "out"),
        ("walk-in", {}, Kind.WALK_IN, "in"),
    ],
)
def test_a_contact_is_logged_where_one_is(
    act, ticket, sara, monday_nine, what, form, kind, direction
):
    response = act(ticket, what, said="Is it ready?", minutes="4", **form)

    contact = Interaction.objects.get()
    assert response["Location"] == f"/tickets/{ticket.pk}/"
    assert (contact.kind, contact.direction, contact.text, contact.minutes) == (
        *(kind, direction, "Is it ready?", 4),
    )
    assert (contact.ticket, contact.staff, contact.happened_at) == (ticket, sara, monday_nine)


def test_pressed_twice_it_is_logged_once(act, ticket):
    for _ in range(2):
        response = act(ticket, "call", how="in", said="Is it ready?", form_id="5ac1")

    assert Interaction.objects.count() == 1
    assert said(response)[-1] == "That is logged already."


@pytest.mark.parametrize(("box", "status"), [({"is_answer": "on"}, "void"), ({}, "open")])
@pytest.mark.parametrize(("what", "how"), [("call", {"how": "in"}), ("walk-in", {})])
def test_who_comes_to_us_may_need_no_call_back(
    act, ticket, sara, monday_nine, box, status, what, how
):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    act(ticket, what, said="Is it ready?", **how, **box)

    assert fresh(promise).status == status


def test_reaching_them_keeps_the_call_back(act, ticket, sara, monday_nine):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    act(ticket, "call", how="out", said="It is ready.")

    assert fresh(promise).status == "kept"


def test_nobody_answers_and_needs_no_words(act, ticket, sara, monday_nine):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    response = act(ticket, "call", how="no_answer", said="")

    assert fresh(promise).status == "kept"
    assert said(response)[0].startswith("Logged")
    owed = ticket.promises.open().get()
    assert owed.follows == promise


@pytest.mark.parametrize(
    ("what", "form", "wrong"),
    [
        ("call", {"how": "in", "said": " "}, "said"),
        ("call", {"how": "", "said": "x"}, "how"),
        ("walk-in", {"said": "x", "minutes": "-1"}, "minutes"),
    ],
)
def test_what_is_refused_is_still_there(act, ticket, what, form, wrong):
    response = act(ticket, what, **form)

    assert list(errors(response, what)) == [wrong]
    assert response.context["composer"].write == what


@pytest.mark.parametrize("what", ["call", "walk-in"])
def test_what_has_ended_takes_no_call(act, ticket, sara, monday_nine, what):
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)

    act(ticket, what, how="in", said="Hello")

    assert not Interaction.objects.exists()


# -- colleagues ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "names"),
    [("", ["eva", "per"]), ("p", ["per"]), ("PE", ["per"]), ("eva", ["eva"]), ("zz", [])],
)
def test_colleagues_are_offered_as_one_types(at_desk, per, eva, typed, names):
    User.objects.create_user("pbx", role=User.Role.INTEGRATION)
    User.objects.create_user("petra", is_active=False)

    found = at_desk.get("/colleagues/", {"at": typed}).context["found"]

    assert sorted(user.username for user in found) == names


def test_a_note_says_whom_it_told(act, ticket, per, sara):
    response = act(ticket, "note", text="@per please look, @sara knows, @nobody not.")

    assert said(response) == [f"Noted on #{ticket.pk}. Told: Per Holm."]
    assert Notice.objects.get().user == per


# -- canned replies ------------------------------------------------------------------------------


@pytest.fixture
def hours(shop, eva, monday_nine):
    return canned.write(
        "Hours", "Dear {name}, we open at nine.", language="en", by=eva, now=monday_nine
    )


def put_in(at_desk, ticket, form, **headers):
    address = f"/tickets/{ticket.pk}/answer/canned/"
    return at_desk.client.post(address, form, headers=headers)


def test_a_canned_reply_goes_below_what_was_typed(at_desk, ticket, reached, hours):
    form = {"way": reached, "text": "Hello!\n", "canned": hours.pk}

    whole = put_in(at_desk, ticket, form)
    alone = put_in(at_desk, ticket, form, HX_Request="true", HX_Target="words")

    words = "Hello!\n\nDear Ingrid Berg, we open at nine."
    assert (whole.status_code, alone.status_code) == (200, 200)
    assert whole.context["answer"]["text"].value() == words
    assert alone.context["answer"]["text"].value() == words
    assert alone.content.decode().strip().startswith('<div id="words"')
    assert not Interaction.objects.exists()


def test_they_are_offered_once_asked_for_the_letters_language_first(
    at_desk, ticket, reached, hours, eva, monday_nine
):
    canned.write("Aldrig", "Nej", language="sv", by=eva, now=monday_nine)
    canned.write("Old", "x", language="en", by=eva, now=monday_nine, active=False)
    page = at_desk.get(f"/tickets/{ticket.pk}/")
    assert page.context["answer"].canned is None

    offered = put_in(at_desk, ticket, {"way": reached, "text": "Hello"}).context["answer"]

    assert [reply.title for reply in offered.canned] == ["Hours", "Aldrig"]
    assert offered["text"].value() == "Hello"


def test_one_out_of_use_is_not_put_in(at_desk, ticket, reached, hours):
    hours.active = False
    hours.save()

    form = {"way": reached, "text": "Hello", "canned": hours.pk}

    assert put_in(at_desk, ticket, form).context["answer"]["text"].value() == "Hello"


def test_where_there_are_none_it_says_so(at_desk, ticket, reached):
    assert "There are none yet. Canned replies" in text(put_in(at_desk, ticket, {"text": ""}))


def test_the_ticket_is_as_it_was(at_desk, ticket, reached, hours):
    put_in(at_desk, ticket, {"text": "", "canned": hours.pk})

    assert fresh(ticket).status == Ticket.Status.NEW
