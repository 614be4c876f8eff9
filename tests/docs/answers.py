"""Whether an answer is what the page says it is."""

import json
import re

from tests.docs.pages import Unreadable

ANYTHING = "…"
# Strings, which are left alone, and the … that stands for further members, or for a value.
ELISION = re.compile(r'("(?:[^"\\]|\\.)*")|(?<=[{,])(\s*)…(?=\s*\})|…')


def wrong(response, block):
    """Return what is wrong with an answer, in a sentence; None: it is as the page says."""
    if block is None:
        return None if response.ok else f"{response.status_code}: {response.text[:500]}"
    if block.language == "http":
        return _wrong_http(response, block.text)
    if not response.ok:
        return f"{response.status_code}: {response.text[:500]}"
    return _wrong_body(response, block.language, block.text)


def _wrong_http(response, text):
    head, _blank, body = text.partition("\n\n")
    [status, *headers] = head.splitlines()
    if status.split()[1] != str(response.status_code):
        return f"{response.status_code} {response.text[:500]}, and not {status}"
    for header in headers:
        name, _colon, value = header.partition(":")
        given = response.headers.get(name, "")
        if not alike(given, value.strip()):
            return f"{name}: {given}, and not {value.strip()}"
    is_json = body.lstrip().startswith(("{", "["))
    return _wrong_body(response, "json" if is_json else "text", body) if body.strip() else None


def _wrong_body(response, language, text):
    if language == "json":
        given, said = response.json(), shape(text)
        return None if fits(given, said) else f"{json.dumps(given, indent=2, ensure_ascii=False)}"
    given = response.text
    return None if alike(given, text) else f"{given!r}, and not {text!r}"


def shape(text):
    """Read JSON in which … stands for any value, further members, or further items."""

    def written(found):
        string, before = found[1], found[2]
        if string:
            return string
        return '"…"' if before is None else f'{before}"…": "…"'

    try:
        return json.loads(ELISION.sub(written, text))
    except json.JSONDecodeError as error:
        raise Unreadable(f"The answer is no JSON: {error}\n{text}") from None


def fits(given, said):
    if isinstance(said, str) and ANYTHING in said:
        return said == ANYTHING or (isinstance(given, str) and alike(given, said))
    if isinstance(said, dict) and isinstance(given, dict):
        named = {name: value for name, value in said.items() if name != ANYTHING}
        is_whole = ANYTHING in said or set(given) == set(named)
        return is_whole and all(
            name in given and fits(given[name], value) for name, value in named.items()
        )
    if isinstance(said, list) and isinstance(given, list):
        if said[-1:] == [ANYTHING]:
            said, given = said[:-1], given[: len(said) - 1]
        return len(said) == len(given) and all(map(fits, given, said))
    return given == said and isinstance(given, bool) == isinstance(said, bool)


def alike(given, said):
    """Whether a text is as said, … standing for anything and any space for any other."""
    pattern = ".*".join(re.escape(part) for part in " ".join(said.split()).split(ANYTHING))
    return re.fullmatch(pattern, " ".join(given.split()), re.DOTALL) is not None
