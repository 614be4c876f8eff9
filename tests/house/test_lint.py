"""House rules no linter knows: read from the sources, the templates and the models."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps

from helpdesk.management.commands import lifecycles

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helpdesk", "billing", "policies", "tickets")

LONGEST_FILE = 400
LONGEST_FUNCTION = 40

# What is longer, and why; a list that grows says that something else is wrong.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS = {
    "helpdesk/journey/contacts.py:contact_logged": "half of it is what a form may say",
    "helpdesk/opening.py:open_shop": "one row after the other, nothing to decide",
    "billing/documents.py:_paper": "one field of the page after the other",
    "billing/invoicing.py:issue": "one transaction, whose steps are read together",
}

# Whole pages of their own, and pieces that allauth includes by these names.
ROOTS = {"base.html", "plain.html"}
PIECES = ("allauth/elements/", "account/password_reset_help_text.html")

# Django's help on passwords is a list in HTML; every other help text is written by us.
# And what tickets.mail.markup has made harmless has one page to be shown on.
TRUSTED = {("parts/_field_notes.html", "safe"), ("tickets/message.html", "safe")}

SOURCE_BANS = {
    "raw": r"\.raw\(",
    "extra": r"\.extra\(",
    "RawSQL": r"\bRawSQL\b",
    "all fields": r"""fields\s*=\s*["']__all__["']""",
    "mark_safe": r"\b(mark_safe|SafeString|SafeText|html_safe)\b",
    "an overridden save": r"def save\(self",
}
TEMPLATE_BANS = {
    "safe": r"\|\s*safe(seq)?\b",
    "autoescape off": r"autoescape\s+off",
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "an inline style": r"<style\b",
    "an inline script": r"<script\b(?![^>]*\ssrc\s*=)",
    "an inline handler": r"""<[^>]*(?<!ystring)\s(on[a-z]+|hx-on[:\w-]*|data-hx-on[:\w-]*)\s*=""",
    "an address that is a script": r"""=\s*["']?\s*javascript:""",
}

# Hosts that packages come from, and folders that are on one machine only.
NAMED_NOWHERE = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|--(extra-)?index-url[ =]|--find-links[ =]"
    r"|(?<![\w.~-])/(work|home|Users|root)/\w"
)


def sources():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def templates():
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path.relative_to(ROOT / "templates").as_posix(), path.read_text()


def breaches(texts, pattern):
    return [
        f"{name}:{text[: found.start()].count(chr(10)) + 1}"
        for name, text in texts
        for found in re.finditer(pattern, text)
    ]


# -- sources -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ban", SOURCE_BANS)
def test_no_source_has(ban):
    assert breaches(sources(), SOURCE_BANS[ban]) == []


@pytest.mark.parametrize(
    ("ban", "source"),
    [
        ("raw", 'Ticket.objects.raw("SELECT 1")'),
        ("extra", 'tickets.extra(where=["1=1"])'),
        ("RawSQL", "from django.db.models.expressions import RawSQL"),
        ("all fields", 'fields = "__all__"'),
        ("mark_safe", "return mark_safe(text)"),
        ("an overridden save", "    def save(self, *args, **kwargs):"),
    ],
)
def test_a_source_ban_bites(ban, source):
    assert breaches([("x.py", source)], SOURCE_BANS[ban]) == ["x.py:1"]


def test_every_module_says_what_is_inside():
    silent = [name for name, text in sources() if text and not ast.get_docstring(ast.parse(text))]

    assert silent == []


def test_no_module_is_a_drawer():
    drawers = {"common", "core", "helpers", "managers", "misc", "services", "utils"}

    assert [
        name for name, _text in sources() if drawers & {*Path(name).with_suffix("").parts}
    ] == []


def test_a_file_fits_in_the_head():
    long = {name for name, text in sources() if text.count("\n") > LONGEST_FILE}

    assert long == set(LONG_FILES)


def test_a_function_fits_on_a_screen():
    long = {
        f"{name}:{node.name}"
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }

    assert long == set(LONG_FUNCTIONS)


def test_exceptions_stay_few():
    assert len(LONG_FILES) <= 2
    assert len(LONG_FUNCTIONS) <= 5


# -- templates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ban", TEMPLATE_BANS)
def test_no_template_has(ban):
    texts = [(name, text) for name, text in templates() if (name, ban) not in TRUSTED]

    assert breaches(texts, TEMPLATE_BANS[ban]) == []


@pytest.mark.parametrize(
    ("ban", "markup"),
    [
        ("safe", "{{ customer.name|safe }}"),
        ("safe", "{{ names | safeseq|join:', ' }}"),
        ("autoescape off", "{% autoescape off %}"),
        ("a style attribute", '<p class="x"\n style="color: red">'),
        ("an inline style", "<style>p {}</style>"),
        ("an inline script", "<script>x()</script>"),
        ("an inline script", '<script type="module">x()</script>'),
        ("an inline handler", '<a href="#" onclick="x()">'),
        ("an inline handler", '<a hx-on:click="x()">'),
        ("an address that is a script", '<a href="javascript:x()">'),
    ],
)
def test_a_template_ban_bites(ban, markup):
    assert breaches([("x.html", markup)], TEMPLATE_BANS[ban]) == ["x.html:1"]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="{% static "x.js" %}" defer></script>',
        '<div class="once" data-on="1" hx-get="/x/" hx-trigger="load">on = off</div>',
        '<svg><path d="M0 0" stroke-width="2"></svg>',
        """<a href="{% querystring only='snoozed' %}">""",
        "{{ text|linebreaksbr }}",
    ],
)
def test_no_template_ban_bites_what_is_ours(markup):
    found = [breaches([("x.html", markup)], pattern) for pattern in TEMPLATE_BANS.values()]

    assert found == [[]] * len(TEMPLATE_BANS)


def test_a_page_extends_first():
    late = [
        name
        for name, text in templates()
        if not text.startswith("{% extends ")
        and not (name in ROOTS or name.startswith(PIECES) or Path(name).name.startswith("_"))
    ]

    assert late == []


def test_a_template_extends_first_or_not_at_all():
    assert breaches(templates(), r"(?<!\A)\{%\s*extends\b") == []


# -- models and papers ---------------------------------------------------------------------------


def models_with_a_status():
    return [
        model
        for package in PACKAGES
        for model in apps.get_app_config(package).get_models()
        if any(field.name == "status" for field in model._meta.get_fields())
    ]


def test_there_are_models_with_a_status():
    assert models_with_a_status()


@pytest.mark.parametrize("model", models_with_a_status(), ids=lambda model: model.__name__)
def test_a_status_has_its_arrows_beside_it(model):
    statuses = set(model.Status)

    assert set(model.MOVES) == statuses
    assert all(targets <= statuses for targets in model.MOVES.values())
    assert model._meta.get_field("status").choices == model.Status.choices


def test_the_drawn_lifecycles_are_those_of_the_code():
    drawn = "\n".join(lifecycles.drawn()) + "\n"

    assert (ROOT / "docs" / "lifecycles.md").read_text() == drawn, "manage.py lifecycles"


def test_no_file_names_a_registry_or_a_machine():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: nothing says which files are ours")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    ours = [ROOT / name for name in listed.split("\0") if name]
    texts = [
        (path.relative_to(ROOT).as_posix(), path.read_text(errors="replace"))
        for path in ours
        if path.is_file() and path != Path(__file__).resolve()
    ]

    assert texts
    assert breaches(texts, NAMED_NOWHERE) == []
