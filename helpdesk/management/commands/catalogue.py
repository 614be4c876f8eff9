"""Bring the translations up to date with the code, and compile them: `manage.py catalogue`.

Babel reads Python and templates, so that no gettext has to be installed.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[3]
APPS = ("tickets", "policies", "billing", "helpdesk")
PLURALS = ("ngettext", "ngettext_lazy")
HEADER = "# What the pages say. Kept up to date by: manage.py catalogue"
KEYWORDS: dict[str, Any] = (
    dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))
    | dict.fromkeys(PLURALS, (1, 2))
    | dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))
    | {"npgettext": ((1, "c"), 2, 3)}
)


class Command(BaseCommand):
    help = "Bring the translations up to date with the code, and compile them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; fail where one is missing."
        )

    def handle(self, *, check: bool, **_options: Any) -> None:
        missing = []
        for language, _name in settings.LANGUAGES[1:]:
            folder = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES"
            catalog = _updated(folder / "django.po", language)
            untold = [message.id for message in catalog if message.id and not _is_told(message)]
            missing += [f"{language}: {message}" for message in untold]
            if not check:
                _write(catalog, folder)
            self.stdout.write(f"{language}: {len(catalog)} texts, {len(untold)} without a word")
        if check and missing:
            raise CommandError("Not translated:\n" + "\n".join(missing))


def messages() -> Iterator[tuple[str, Any, str | None]]:
    """Yield what is to be translated: where it stands, the text or its forms, its context."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield from _found(path, path.read_bytes())
    templates = (ROOT / "templates").rglob("*.*")
    for path in sorted(path for path in templates if path.suffix in {".html", ".txt"}):
        # As Python, which has an opinion about indents.
        code = templatize(path.read_text(encoding="utf-8"))
        lines = (line.strip() for line in code.splitlines())
        yield from _found(path, "\n".join(lines).encode())


def _found(path: Path, code: bytes) -> Iterator[tuple[str, Any, str | None]]:
    where = path.relative_to(ROOT).as_posix()
    for _line, text, _comments, context in extract("python", io.BytesIO(code), KEYWORDS):
        yield where, text, context


def _updated(file: Path, language: str) -> Catalog:
    """Return what is translated of today's texts; one that changed is without a word."""
    fresh = Catalog(locale=language, project="Helpdesk", header_comment=HEADER, fuzzy=False)
    for where, text, context in messages():
        fresh.add(text, locations=[(where, 0)], context=context)
    if not file.exists():
        return fresh
    with file.open("rb") as written:
        catalog = read_po(written, locale=language)
    catalog.update(fresh, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def _is_told(message: Any) -> bool:
    forms = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    return all(forms) and not message.fuzzy  # which is left out when it is compiled


def _write(catalog: Catalog, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "django.po").open("wb") as written:
        # Without line numbers: they change with every line of code.
        write_po(written, catalog, sort_by_file=True, include_lineno=False, width=100)
    with (folder / "django.mo").open("wb") as compiled:
        write_mo(compiled, catalog)
