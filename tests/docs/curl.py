"""The little of curl and the shell that the docs use, so that no machine needs them."""

import argparse
import json
import re
import shlex
from urllib.parse import quote

import requests

from tests.docs.pages import Unreadable

FORM = "application/x-www-form-urlencoded"
# '…' is left alone, "…" and bare words have their variables put in.
VARIABLE = re.compile(r"'[^']*'|\$\{(\w+)\}|\$(\w+)")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Unreadable(f"curl {message}. Write it with the options in tests/docs/curl.py.")


OPTIONS = _Parser(prog="curl", add_help=False, allow_abbrev=False)
OPTIONS.add_argument("url")
OPTIONS.add_argument("-X", "--request", dest="method")
OPTIONS.add_argument("-H", "--header", dest="headers", action="append", default=[])
OPTIONS.add_argument("-d", "--data", "--data-raw", dest="data", action="append", default=[])
OPTIONS.add_argument("--data-urlencode", dest="encoded", action="append", default=[])
OPTIONS.add_argument("--json")
OPTIONS.add_argument("-G", "--get", dest="as_query", action="store_true")
for flag in ("-s", "-S", "-f", "-i"):  # what is printed, not what is sent
    OPTIONS.add_argument(flag, action="store_true")


def send(command, variables):
    """Send what a curl command sends; return the answer."""
    [_curl, *words] = shlex.split(put_in(command, variables))
    asked = OPTIONS.parse_args(words)
    headers = dict(re.split(r": *", header, maxsplit=1) for header in asked.headers)
    data = "&".join([*asked.data, *map(_encoded, asked.encoded)])
    url, body = asked.url, data or asked.json
    if asked.as_query:
        url, body = f"{url}{'&' if '?' in url else '?'}{data}", None
    if body is not None:
        kinds = {True: "application/json", False: FORM}
        headers = {"Content-Type": kinds[asked.json is not None]} | headers
    return requests.request(
        asked.method or ("GET" if body is None else "POST"),
        url,
        headers=headers,
        data=body.encode() if body is not None else None,
        allow_redirects=False,
        timeout=30,
    )


def put_in(command, variables):
    """Put the values of $NAME and ${NAME} where a shell would, which is not between '…'."""

    def value(found):
        name = found[1] or found[2]
        if name is None:
            return found[0]
        if name not in variables:
            raise Unreadable(f"Nothing before {command!r} says what ${name} is.")
        return variables[name]

    return VARIABLE.sub(value, command)


def picked(response, path):
    """Return what `jq -r path` prints of an answer, for a path of names and numbers."""
    value = response.json()
    if STEP.sub("", path):
        raise Unreadable(f"jq -r {path}: write it with .name and [number] only.")
    for name, number in STEP.findall(path):
        value = value[name] if name else value[int(number)]
    return value if isinstance(value, str) else json.dumps(value)


def _encoded(pair):
    name, equals, value = pair.partition("=")
    return f"{name}={quote(value, safe='')}" if equals else quote(pair, safe="")
