"""What a page weighs: the stylesheet, our own scripts, and none of them long."""

from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "helpdesk" / "static" / "helpdesk"


def sizes(ending):
    return {path.name: path.stat().st_size for path in STATIC.rglob(f"*.{ending}")}


def test_the_stylesheet_is_under_40_kilobytes():
    assert sum(sizes("css").values()) < 40_000


def test_our_scripts_are_under_25_kilobytes_together():
    assert sum(sizes("js").values()) < 25_000


def test_no_script_is_longer_than_a_hundred_lines():
    lengths = {path.name: len(path.read_text().splitlines()) for path in STATIC.rglob("*.js")}

    assert {name: lines for name, lines in lengths.items() if lines > 100} == {}
