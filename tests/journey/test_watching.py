"""Some of us hear what happens on a ticket: who watches it, and whom a note names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk import journey
from tests.conftest import CALLER, boston
from tickets import watching
from tickets.channels.contract import Inbound, Voicemail
from tickets.models import Notice, User, Watch

TEN = boston(2026, 3, 2, 10)
ELEVEN = boston(2026, 3, 2, 11)


@pytest.fixture
def note(ticket, sara):
    def note(text, *, by=sara, now=TEN):
        return journey.note_added(ticket, text, by=by, now=now)

    return note


def told():
    rows = Notice.objects.order_by("pk").values_list("user__username", "why")
    return sorted(rows)


def watchers():
    return sorted(Watch.objects.values_list("user__username", flat=True))


# -- whom a note names ---------------------------------------------------------------------------


def test_who_is_named_is_told_once_and_watches_from_then_on(note, per):
    said = note("@per can you look? @per!")

    notice = Notice.objects.get()
    assert (notice.user, notice.interaction, notice.why) == (per, said, "named")
    assert (notice.noticed_at, notice.seen_at) == (TEN, None)
    assert watchers() == ["per"]

    note("It is the mainboard.", now=ELEVEN)
    assert told() == [("per", "named"), ("per", "watched")]


def test_one_does_not_tell_oneself(note, sara):
    note("@sara: call them back")

    assert told() == []
    assert watchers() == ["sara"]  # but hears what comes of it


def test_named_and_watching_is_one_notice(note, ticket, per):
    journey.ticket_watched(ticket, by=per)

    note("@per look")

    assert told() == [("per", "named")]


@pytest.mark.parametrize(
    "text",
    [
        "@nobody look",
        "Mail per@example.com",
        "Mail me@per.example.com, or x@per",
        "@@per",
        "@ per",
        "per",
        "@perhaps",
    ],
)
def test_whom_nobody_named_hears_nothing(note, per, text):
    note(text)

    assert (told(), watchers()) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "@per",
        "@Per",
        "(@per)",
        "@per, look",
        "@per.",
        "@per: look",
        "Ask @per\nor not",
        "“@per”",
        "/@per",
    ],
)
def test_a_name_may_stand_anywhere(note, per, text):
    note(text)

    assert told() == [("per", "named")]


@pytest.mark.parametrize("name", ["per.holm", "per-holm", "per_holm", "per+desk", "åsa"])
def test_a_log_in_may_have_other_letters_in_it(note, shop, name):
    User.objects.create_user(name)

    note(f"Ask @{name}. Today!")

    assert told() == [(name, "named")]


def test_programs_and_who_left_are_not_told(note, per):
    User.objects.filter(pk=per.pk).update(is_active=False)
    User.objects.create_user("pbx", role=User.Role.INTEGRATION)

    note("@per @pbx")

    assert (told(), watchers()) == ([], [])


def test_a_note_with_a_hundred_names_tells_only_the_first_ones(note, shop):
    names = [f"user{number}" for number in range(watching.MOST + 5)]
    for name in names:
        User.objects.create_user(name)

    note(" ".join(f"@{name}" for name in names))

    assert watchers() == sorted(names[: watching.MOST])


def test_a_customer_names_nobody(ticket, per, shop):
    inbound = Inbound("kannel", "id-1", CALLER, "@per, where is it?")
    journey.text_arrived(inbound, b"raw", content_type="", source="kannel", now=TEN)

    assert (told(), watchers()) == ([], [])


# -- who watches ---------------------------------------------------------------------------------


def test_who_watches_is_told_what_the_customer_does(ticket, sara, per, missed, logged, shop):
    journey.ticket_watched(ticket, by=per)

    missed(now=TEN)
    logged("Is it ready?", now=TEN, ticket=ticket)
    inbound = Inbound("kannel", "id-1", CALLER, "Where is it?")
    journey.text_arrived(inbound, b"raw", content_type="", source="kannel", now=TEN)
    voicemail = Voicemail(via="voicemail", from_number=CALLER)
    journey.voicemail_left(voicemail, b"raw", content_type="", source="pbx", now=ELEVEN)

    kinds = list(Notice.objects.order_by("pk").values_list("interaction__kind", flat=True))
    assert kinds == ["call", "call", "sms", "voicemail"]
    assert set(told()) == {("per", "watched")}


def test_a_thank_you_is_no_news(ticket, per, shop):
    journey.ticket_watched(ticket, by=per)

    inbound = Inbound("kannel", "id-1", CALLER, "Thanks!")
    journey.text_arrived(inbound, b"raw", content_type="", source="kannel", now=TEN)

    assert told() == []


def test_a_contact_told_twice_is_one_notice(ticket, per, missed, shop):
    journey.ticket_watched(ticket, by=per)

    missed(now=TEN)
    missed(now=TEN)
    for _ in range(2):
        inbound = Inbound("kannel", "id-1", CALLER, "Where is it?")
        journey.text_arrived(inbound, b"raw", content_type="", source="kannel", now=TEN)

    assert told() == [("per", "watched")] * 2


def test_a_missed_call_that_is_logged_afterwards_is_one_notice(ticket, per, missed, logged):
    journey.ticket_watched(ticket, by=per)
    call = missed(now=TEN).call

    logged("It was Ingrid.", now=ELEVEN, ticket=ticket, call=call.interaction)

    assert told() == [("per", "watched")]


def test_who_stops_watching_hears_no_more(note, ticket, per):
    journey.ticket_watched(ticket, by=per)
    journey.ticket_watched(ticket, by=per)
    journey.ticket_unwatched(ticket, by=per)
    journey.ticket_unwatched(ticket, by=per)

    note("It is the mainboard.")

    assert (told(), watchers()) == ([], [])


def test_what_happens_on_another_ticket_is_not_told(ticket, logged, customer, per):
    journey.ticket_watched(ticket, by=per)

    logged("Something else.", now=TEN, customer=customer("Olle Ek", "+16175550143"))

    assert told() == []


# -- what they have read -------------------------------------------------------------------------


def test_one_is_read_or_all_of_them(note, per, eva):
    note("@per @eva one")
    note("@per two", now=ELEVEN)
    first = Notice.objects.filter(user=per).earliest("pk")

    assert journey.notices_seen(per, now=ELEVEN, notice=first.pk) == 1
    assert journey.notices_seen(per, now=ELEVEN, notice=first.pk) == 0
    first.refresh_from_db()
    assert first.seen_at == ELEVEN
    assert journey.notices_seen(per, now=ELEVEN) == 1
    assert (
        list(Notice.objects.filter(seen_at__isnull=True).values_list("user", flat=True))
        == [eva.pk] * 2
    )


def test_nobody_reads_another_s(note, per, eva):
    note("@per one")

    assert journey.notices_seen(eva, now=ELEVEN, notice=Notice.objects.get().pk) == 0
    assert Notice.objects.get().seen_at is None


@given(st.text(max_size=200))
def test_any_text_can_be_read_for_names(text):
    names = watching.names(text)

    assert len(names) <= watching.MOST
    assert all(f"@{name}" in text for name in names)
