"""Every request in the docs is sent, and answered as the page says.

How a page writes them (no curl is needed to run them, nor to be installed):

* A request is a `curl` command in a block that begins ```sh, which may be indented. A `curl`
  anywhere else fails here. What another program is configured with goes into a block of another
  language: ```asterisk, ```xml, ```ini.
* The requests of a page are sent in order, to one shop: the sample's, just opened, with Sara, Per,
  Amal and Eva, and what tests/docs/conftest.py has happen in it.
* `URL=https://help.example` is how a page names the address; the server under test is put in its
  place. `TOKEN=$(.venv/bin/python manage.py create_token NAME --scope …)` is really run.
  `NAME=value` is taken as it stands, and `TICKET=$(curl … | jq -r .path.to[0].it)` reads an
  earlier answer. "$URL" and "$TOKEN" are put in where a shell does: not between '…'.
* Options of curl: -X -H -d --data-urlencode --json -G, and -s -S -f -i, which change nothing here.
* The answer to the last command of a block is the next block, if that begins ```json, ```text or
  ```xml (which say it went well), or ```http: a status line, the headers worth showing, an empty
  line, the body. Every other command has to go well (2xx), too.
* In an answer … stands for what varies: in a string any characters, for a value any value, behind
  the last member or item any more of them. In JSON it needs no quotes: {"id": …, "name": "Ann", …}.
"""

import io
import shlex
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.docs import answers, curl, pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
ASKING = [page for page in PAGES if "curl " in page.read_text()]


@pytest.mark.parametrize("page", ASKING, ids=lambda page: page.name)
def test_what_a_page_asks_is_answered_as_it_says(page, live_shop):
    variables = {}
    for block in pages.requests(page.read_text()):
        for command, answer in expected(block):
            try:
                problem = run(command, answer, variables, live_shop)
            except pages.Unreadable as error:
                problem = str(error)
            if problem is not None:
                pytest.fail(f"{page.name}, line {block.line}: {command.text}\n{problem}")


def expected(block):
    """Yield each command with the answer that is shown, which is that to the last one."""
    every = list(pages.commands(block))
    for command in every:
        yield command, block.answer if command is every[-1] else None


def run(command, answer, variables, live_shop):
    """Run one command; return what is wrong with what came of it, if anything."""
    if command.literally:
        variables[command.into] = live_shop if command.into == "URL" else command.text
        return None
    if command.text.startswith(".venv/bin/python manage.py "):
        variables[command.into] = managed(command.text)
        return None
    if not command.text.startswith("curl "):
        raise pages.Unreadable("Put what is neither curl nor manage.py into a block of its own.")
    text, _pipe, filtered = command.text.partition(" | ")
    response = curl.send(text, variables)
    if filtered and response.ok:
        variables[command.into] = curl.picked(response, filtered.removeprefix("jq -r "))
    return answers.wrong(response, answer)


def managed(text):
    """Run a command of ours; return what it printed."""
    out = io.StringIO()
    [_python, _manage, *words] = shlex.split(text)
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()
