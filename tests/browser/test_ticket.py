"""The ticket's page in a real browser: two people on it, drafts, tabs by keyboard, no script."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk import journey
from policies import canned
from tickets import intake
from tickets.models.work import Kind

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticket(shop, sara, ingrid):
    at = now() - timedelta(hours=2)
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    ticket = intake.open_ticket(subject="Laptop", channel=Kind.CALL, customer=ingrid, now=at)
    journey.note_added(ticket, "Found a moth.", by=sara, now=at)
    canned.write("Hours", "Dear {name}, we open at nine.", language="en", by=sara, now=at)
    return ticket


@pytest.fixture
def sessions(sara, per, ticket):
    """The session of each, made before there is a browser."""
    keys = {}
    for user in (sara, per):
        client = Client()
        client.force_login(user)
        keys[user.username] = client.cookies["session"].value
    return keys


@pytest.fixture
def opened(live_server, ticket, sessions, chromium):
    """Open the ticket's page as one of us, each in a browser of their own."""

    def opened(who="sara", query="", **options):
        context = chromium.new_context(base_url=live_server.url, **options)
        context.add_cookies([{"name": "session", "value": sessions[who], "url": live_server.url}])
        page = context.new_page()
        page.goto(f"/tickets/{ticket.pk}/{query}")
        return page

    return opened


def test_two_on_one_ticket_see_each_other_and_what_changes(opened):
    hers, his = opened("sara"), opened("per")
    expect(his.get_by_text("Sara Lind is looking at this.")).to_be_visible()

    hers.get_by_label("Reply", exact=True).fill("Dear Ingrid")
    hers.bring_to_front()
    his.reload()
    expect(his.get_by_text("Sara Lind is writing here.")).to_be_visible()

    his.get_by_role("link", name="Note", exact=True).click()
    his.get_by_label("What was done, or found out").fill("It is the mainboard.")
    his.get_by_role("button", name="Save the note").click()
    expect(his.get_by_text("Noted on")).to_be_visible()
    # At once, and not only with the next beat: as when she comes back to the tab.
    hers.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(hers.get_by_text("Something new happened on this ticket.")).to_be_visible()
    expect(hers.get_by_label("Reply", exact=True)).to_have_value("Dear Ingrid")

    hers.get_by_role("link", name="Show it").click()
    expect(hers.get_by_text("It is the mainboard.")).to_be_visible()


def test_a_stale_save_shows_both_and_loses_neither(opened):
    hers, his = opened("sara", "?do=edit"), opened("per", "?do=edit")
    his.get_by_label("Subject").fill("Mainboard")
    his.locator("#do").get_by_role("button", name="Save").click()
    expect(his.get_by_role("heading", name="Mainboard")).to_be_visible()

    hers.get_by_label("Subject").fill("Power stage")
    hers.locator("#do").get_by_role("button", name="Save").click()

    expect(hers.get_by_text("Somebody changed this while you wrote.")).to_be_visible()
    expect(hers.get_by_role("heading", name="Mainboard")).to_be_visible()
    expect(hers.get_by_label("Subject", exact=True)).to_have_value("Power stage")
    hers.get_by_role("radio", name=re.compile("Keep theirs")).check()
    hers.locator("#do").get_by_role("button", name="Save").click()
    expect(hers.get_by_text("Saved.")).to_be_visible()
    expect(hers.get_by_role("heading", name="Mainboard")).to_be_visible()


def test_a_reply_that_was_begun_survives_a_closed_tab(opened):
    page = opened()
    with page.expect_response(re.compile("/drafts/")):
        page.get_by_label("Reply", exact=True).fill("Dear Ingrid, it is")
    page.close()

    page = opened()
    expect(page.get_by_label("Reply", exact=True)).to_have_value("Dear Ingrid, it is")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    expect(page.get_by_label("Reply", exact=True)).to_have_value("")


def test_words_survive_a_change_of_tabs_by_keyboard(opened):
    page = opened()
    page.get_by_label("Reply", exact=True).fill("Dear Ingrid")
    page.get_by_role("heading", name="Laptop").click()

    page.keyboard.press("n")
    note = page.get_by_label("What was done, or found out")
    expect(note).to_be_focused()
    page.keyboard.type("Ask @p")
    page.get_by_role("button", name="@per").click()
    expect(note).to_have_value("Ask @per ")
    page.get_by_role("link", name="Reply", exact=True).click()
    expect(page.get_by_label("Reply", exact=True)).to_have_value("Dear Ingrid")
    page.get_by_role("link", name="Note", exact=True).click()
    expect(note).to_have_value("Ask @per ")


def test_a_canned_reply_is_put_below_what_was_typed(opened):
    page = opened()
    page.get_by_label("Reply", exact=True).fill("Hello!")
    page.get_by_role("button", name="Canned reply").click()
    page.get_by_role("button", name="Put it in").click()

    words = "Hello!\n\nDear Ingrid Berg, we open at nine."
    expect(page.get_by_label("Reply", exact=True)).to_have_value(words)
    expect(page.get_by_label("Reply", exact=True)).to_be_focused()
    page.get_by_text("As they will read it").click()
    expect(page.locator("#preview")).to_contain_text("we open at nine.")


def test_signed_out_meanwhile_one_comes_back_to_the_ticket(opened, ticket):
    page = opened()
    page.context.clear_cookies()
    page.get_by_role("link", name="Note", exact=True).click()

    page.get_by_label("User name or email address").fill("sara")
    expect(page).to_have_url(re.compile(f"next=/tickets/{ticket.pk}/"))


def test_without_a_script_one_replies_notes_and_moves(opened, ticket):
    page = opened(java_script_enabled=False)
    page.get_by_label("Reply", exact=True).fill("Hello!")
    page.get_by_role("button", name="Canned reply").click()
    page.get_by_role("button", name="Put it in").click()
    expect(page.get_by_label("Reply", exact=True)).to_have_value(
        "Hello!\n\nDear Ingrid Berg, we open at nine."
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It is on its way.")).to_be_visible()

    page.get_by_role("link", name="Note", exact=True).click()
    page.get_by_label("What was done, or found out").fill("Told her.")
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_text("Noted on")).to_be_visible()

    page.goto(f"/tickets/{ticket.pk}/?do=ready")
    page.get_by_role("button", name="Yes, I told them").click()
    expect(page.locator(".state", has_text="Ready for pick-up")).to_be_visible()
