"""How the docs are read: blocks, commands, and answers with … in them."""

import pytest
import requests

from tests.docs import answers, curl, pages


def page(*lines):
    return "\n".join([*lines, ""])


def test_a_request_is_followed_by_its_answer():
    [block] = pages.requests(page("```sh", "curl x", "```", "so:", "```json", "{}", "```"))

    assert (block.text, block.line) == ("curl x\n", 1)
    assert (block.answer.language, block.answer.text) == ("json", "{}\n")


def test_what_another_program_is_configured_with_is_no_request():
    assert pages.requests(page("```xml", '<action application="curl" data="x"/>', "```")) == []


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["```", "curl x", "```"], id="no language"),
        pytest.param(["```console", "$ curl x", "```"], id="another language"),
        pytest.param(["    curl x"], id="no block"),
    ],
)
def test_a_request_written_otherwise_is_noticed(lines):
    with pytest.raises(pages.Unreadable):
        pages.requests(page(*lines))


def test_a_command_goes_on_behind_a_backslash_and_within_quotes():
    block = pages.Block("sh", "# first\nURL=x\nA=$(curl \\\n  u)\ncurl -d '{\n  1}' u\n", 1)

    assert list(pages.commands(block)) == [
        pages.Command("x", "URL", literally=True),
        pages.Command("curl    u", "A"),
        pages.Command("curl -d '{\n  1}' u"),
    ]


def test_variables_are_put_in_where_a_shell_does():
    assert curl.put_in("""curl "$A/${B}" '$A'""", {"A": "1", "B": "2"}) == """curl "1/2" '$A'"""
    with pytest.raises(pages.Unreadable):
        curl.put_in("curl $C", {})


def test_an_option_we_do_not_know_is_noticed():
    with pytest.raises(pages.Unreadable):
        curl.send("curl --compressed http://127.0.0.1/", {})


@pytest.mark.parametrize(
    ("said", "given", "is_so"),
    [
        ('{"a": 1}', {"a": 1}, True),
        ('{"a": 1}', {"a": True}, False),
        ('{"a": 1}', {"a": 1, "b": 2}, False),
        ('{"a": 1, …}', {"a": 1, "b": 2}, True),
        ('{"a": 1, …}', {"b": 2}, False),
        ("{…}", {"b": 2}, True),
        ('{"a": …}', {"a": None}, True),
        ('{"a": "2…Z"}', {"a": "2026Z"}, True),
        ('{"a": "2…Z"}', {"a": 2026}, False),
        ('["a", …]', ["a", "b", "c"], True),
        ('["a"]', ["a", "b"], False),
        ('["a", "b"]', ["a"], False),
        ('["a …, {…}"]', ["a b, {c}"], True),
        ("[]", {}, False),
    ],
)
def test_an_answer_fits_what_is_shown(said, given, is_so):
    assert answers.fits(given, answers.shape(said)) is is_so


@pytest.mark.parametrize(
    ("said", "given", "is_so"),
    [("a\n b", "a b\n", True), ("a … c", "a (b) c", True), ("a.c", "abc", False)],
)
def test_a_text_is_like_what_is_shown(said, given, is_so):
    assert answers.alike(given, said) is is_so


def answer(status, body, **headers):
    answered = requests.Response()
    answered.status_code, answered._content = status, body.encode()
    answered.headers.update(headers)
    return answered


REFUSED = ("http", 'HTTP/1.1 422 X\nRetry-After: …\n\n{"error": …}')


@pytest.mark.parametrize(
    ("given", "shown", "is_right"),
    [
        (answer(200, "{}"), None, True),
        (answer(404, "{}"), None, False),
        (answer(200, '{"a": 1}'), ("json", '{"a": …}'), True),
        (answer(200, '{"a": 1}'), ("json", '{"a": 2}'), False),
        (answer(404, '{"a": 1}'), ("json", '{"a": 1}'), False),
        (answer(200, "Ann"), ("text", "Ann"), True),
        (answer(200, ""), ("text", "Ann"), False),
        (answer(422, '{"error": "x"}', **{"Retry-After": "1"}), REFUSED, True),
        (answer(422, '{"error": "x"}'), ("http", "HTTP/1.1 422 X\nRetry-After: 1"), False),
        (answer(400, '{"error": "x"}', **{"Retry-After": "1"}), REFUSED, False),
        (answer(422, "[]", **{"Retry-After": "1"}), REFUSED, False),
    ],
)
def test_an_answer_that_is_not_as_shown_is_noticed(given, shown, is_right):
    block = pages.Block(*shown, line=1) if shown else None

    assert (answers.wrong(given, block) is None) is is_right
