"""What is new in an answer."""

from time import perf_counter

import pytest

from tickets.mail import quoting

HISTORY = "> When will it be ready?\n>\n> Ann\n"


@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, 2 Mar 2026 at 09:00, The Shop <help@shop.example> wrote:\n",
        "On Mon, 2 Mar 2026 at 09:00, The Shop with a long name <\nhelp@shop.example> wrote:\n",
        "Den mån 2 mars 2026 kl 09:00 skrev The Shop <help@shop.example>:\n",
        "Am Mo., 2. März 2026 um 09:00 Uhr schrieb The Shop <help@shop.example>:\n",
        "Le lun. 2 mars 2026 à 09:00, The Shop <help@shop.example> a écrit :\n",
        "-----Original Message-----\nFrom: The Shop\nSent: Monday\nSubject: Re: Laptop\n",
        "_" * 32 + "\nFrom: The Shop <help@shop.example>\nSent: Monday\nTo: Ann\n",
        "Från: The Shop <help@shop.example>\nSkickat: måndag\nTill: Ann\nÄmne: Laptop\n",
        "Von: The Shop <help@shop.example>\nGesendet: Montag\nAn: Ann\nBetreff: Laptop\n",
        "",
    ],
)
def test_the_history_is_left_out(introduction):
    assert quoting.fresh(f"Thanks, but:\n\n- it is wet\n\n{introduction}\n{HISTORY}") == (
        "Thanks, but:\n\n- it is wet"
    )


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        pytest.param("Hi\n\n-- \nAnn\nTel. 1", "Hi", id="signature"),
        pytest.param("Hi\n\nSent from my iPhone", "Hi", id="telephone"),
        pytest.param("Hej\n\nSkickat från min iPhone\n", "Hej", id="Swedish telephone"),
        pytest.param("On Mon Ann wrote:\n> When?\n\nToday.", "Today.", id="answer below"),
        pytest.param(
            "> When?\nToday.\n> Sure?\nYes.", "Today.\n> Sure?\nYes.", id="answers between"
        ),
        pytest.param("Hi,\n> When?\nToday.", "Hi,\n> When?\nToday.", id="between, with a greeting"),
        pytest.param("> a\n> b", "> a\n> b", id="nothing but a quotation"),
        pytest.param("-- \nAnn", "--\nAnn", id="nothing but a signature"),
        pytest.param(
            "From: a\nSubject: b\nTo: c", "From: a\nSubject: b\nTo: c", id="nothing but headers"
        ),
        pytest.param(
            "Best regards\nAnn\n\nPS: it is wet", "Best regards\nAnn\n\nPS: it is wet", id="regards"
        ),
        pytest.param("a\n\n\n\n\n\nb", "a\n\nb", id="many empty lines"),
        pytest.param("  indented\n    more", "  indented\n    more", id="indented"),
        pytest.param(
            "See:\n\n---------- Forwarded message ---------\nFrom: a\nDate: b\nSubject: c\n\nText",
            "See:\n\n---------- Forwarded message ---------\nFrom: a\nDate: b\nSubject: c\n\nText",
            id="forwarded",
        ),
        pytest.param("", "", id="empty"),
        pytest.param("\n \n", "", id="blank"),
    ],
)
def test_fresh(text, fresh):
    assert quoting.fresh(text) == fresh


@pytest.mark.parametrize(
    "text",
    [
        "On " * 4_000,
        ("On " * 130 + "\n") * 40,
        "On a\n" * 3_000,
        ("Den " * 90 + "\n") * 40,
        ("Le " * 130 + "\n") * 40,
        ("El " * 130 + "\n") * 40,
        ("Am " * 130 + "\n") * 40,
        ("1 skrev " * 48 + "\n") * 40,
        "\n" * 100_000 + "x",
        " " * 100_000 + "x",
        "From: a\n" * 10_000,
        "From:" * 20_000,
        ("From:" + " " * 390 + "\n") * 40,
        "> " * 50_000,
        "- " * 50_000,
        "--\n" * 50_000,
        "_" * 100_000,
        "x\n" * 200_000,
    ],
)
def test_no_text_takes_long(text):
    began = perf_counter()
    quoting.fresh(text)

    assert perf_counter() - began < 5
