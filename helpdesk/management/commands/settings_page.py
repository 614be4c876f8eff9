"""Write down every setting, as settings.py reads it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

SECTION = re.compile(r"# -- (.+?) -+")
KINDS = {"str": "text", "bool": "true or false", "int": "number", "list": "list, with commas"}


class Command(BaseCommand):
    help = "Print docs/settings.md: every setting with its default, from settings.py."

    def handle(self, **options: Any) -> None:
        self.stdout.write("\n".join(page()))


@dataclass(frozen=True)
class Setting:
    section: str
    name: str
    kind: str
    default: str
    about: str


def page() -> Iterator[str]:
    """Yield the lines of docs/settings.md."""
    yield "# Settings"
    yield ""
    yield "Written by `manage.py settings_page` from `helpdesk/settings.py`. They come from the"
    yield "environment or from a file `.env` beside `manage.py`. Each can be in a file of its own:"
    yield "`SECRET_KEY_FILE=/run/secrets/secret_key` goes before `SECRET_KEY`."
    section = ""
    for setting in read((settings.ROOT / "helpdesk" / "settings.py").read_text()):
        if setting.section != section:
            section = setting.section
            yield f"\n## {section[0].upper()}{section[1:]}\n"
            yield "| name | kind | default | |"
            yield "|---|---|---|---|"
        default = f"`{setting.default}`" if setting.default else ""
        yield f"| `{setting.name}` | {setting.kind} | {default} | {setting.about} |"


def read(source: str) -> Iterator[Setting]:
    lines = source.splitlines()
    for statement in ast.walk(ast.parse(source)):
        if not isinstance(statement, ast.Assign):
            continue
        for call in ast.walk(statement):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("env."):
                given = {word.arg: word.value for word in call.keywords}
                if "default" in given:
                    yield Setting(
                        section=_section(lines[: call.lineno]),
                        name=ast.literal_eval(call.args[0]),
                        kind=_kind(call, given.get("choices")),
                        default=_text(given["default"]),
                        about=_comment(lines, statement.lineno - 1, call.lineno - 1),
                    )


def _section(above: list[str]) -> str:
    return next(found[1] for line in reversed(above) if (found := SECTION.match(line)))


def _kind(call: ast.Call, choices: ast.expr | None) -> str:
    if choices is not None:
        return " or ".join(f"`{choice}`" for choice in ast.literal_eval(choices))
    return KINDS[ast.unparse(call.func).removeprefix("env.")]


def _text(default: ast.expr) -> str:
    value = ast.literal_eval(default)
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def _comment(lines: list[str], statement: int, call: int) -> str:
    """Return what is said of a setting: behind it, above it, or above what it is a part of."""
    _code, _, behind = lines[call].partition("  # ")
    return behind or _above(lines[:call]) or _above(lines[:statement])


def _above(lines: list[str]) -> str:
    said = takewhile(lambda line: line.lstrip().startswith("# "), reversed(lines))
    return " ".join(line.lstrip()[2:] for line in reversed(list(said)) if not SECTION.match(line))
