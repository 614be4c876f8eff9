"""What a page weighs: the stylesheet, our own scripts, and none of them long."""

from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "helpdesk" / "static" / "helpdesk"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def sizes(ending):
    return {path.name: path.stat().st_size for path in STATIC.rglob(f"*.{ending}")}


def test_no_page_loads_40_kilobytes_of_style():
    """Every page has the one, and at most one of the others."""
    own = sizes("css")
    shared = own.pop("helpdesk.css")

    assert {name: size for name, size in own.items() if shared + size >= 40_000} == {}


def test_no_page_loads_two_families_of_style():
    both = [path.name for path in TEMPLATES.rglob("*.html") if path.read_text().count("/css/") > 1]

    assert both == []


def test_our_scripts_are_under_25_kilobytes_together():
    assert sum(sizes("js").values()) < 25_000


def test_no_script_is_longer_than_a_hundred_lines():
    lengths = {path.name: len(path.read_text().splitlines()) for path in STATIC.rglob("*.js")}

    assert {name: lines for name, lines in lengths.items() if lines > 100} == {}
