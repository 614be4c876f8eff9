"""The page of settings is what settings.py says."""

from pathlib import Path

import pytest

from helpdesk.management.commands import settings_page
from helpdesk.secret import Environment

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date():
    page = "\n".join(settings_page.page()) + "\n"

    assert (ROOT / "docs" / "settings.md").read_text() == page, "manage.py settings_page"


def test_every_setting_that_is_read_is_on_it():
    source = (ROOT / "helpdesk" / "settings.py").read_text()

    names = [setting.name for setting in settings_page.read(source)]
    assert len(names) == len(set(names)) == source.count("default=")


def test_a_setting_is_told_with_all_that_is_said_of_it():
    source = """
# -- the clock ---------------------------------

# How often
# it rings.
RING = env.int("RING", default=30)
MUTE = env.bool("MUTE", default=False)  # for the night
FORM = {
    # Of the bell.
    "form": env.str("FORM", default="", choices=("loud", "low")),
}
"""
    read = [
        (it.section, it.name, it.kind, it.default, it.about) for it in settings_page.read(source)
    ]

    assert read == [
        ("the clock", "RING", "number", "30", "How often it rings."),
        ("the clock", "MUTE", "true or false", "false", "for the night"),
        ("the clock", "FORM", "`loud` or `low`", "", "Of the bell."),
    ]


@pytest.mark.parametrize("content", ["from a file", "from a file\n", "  from a file\r\n"])
def test_a_setting_may_be_in_a_file_of_its_own(tmp_path, content):
    (tmp_path / "key").write_text(content)
    environment = Environment({"KEY": "itself ", "KEY_FILE": str(tmp_path / "key"), "B": "itself "})

    assert (environment["KEY"], environment["B"]) == ("from a file", "itself ")
