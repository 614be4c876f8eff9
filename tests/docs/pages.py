"""What a page of the docs asks its readers to run, and what it says they will be answered."""

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
ANSWERS = {"json", "http", "text", "xml"}
ASKS = re.compile(r"^ *(?:\$ )?(?:\w+=\$\()?curl ", re.MULTILINE)
ASSIGNMENT = re.compile(r"(\w+)=(?:\$\((.*)\)|(\S*))", re.DOTALL)


class Unreadable(ValueError):
    """The page is not written as it should be; the text says what to do about it."""


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    line: int
    answer: "Block | None" = None


@dataclass(frozen=True)
class Command:
    """One command, and the variable its output goes to, if any."""

    text: str
    into: str = ""
    literally: bool = False  # NAME=value


def requests(page):
    """Return the blocks to run, each with the answer that follows it."""
    blocks = [
        Block(language, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE), _line(page, found))
        for found in FENCE.finditer(page)
        for indent, language, text in [found.groups()]
    ]
    for block in blocks:
        if block.language != "sh" and ASKS.search(block.text):
            raise Unreadable(f"Line {block.line}: put a request into a block that begins ```sh.")
    if ASKS.search(FENCE.sub("", page)):
        raise Unreadable("There is a request outside of every block: begin one with ```sh.")
    return [
        Block("sh", block.text, block.line, _answer(following))
        for block, following in pairwise([*blocks, None])
        if block.language == "sh" and (ASKS.search(block.text) or "create_token" in block.text)
    ]


def commands(block):
    """Yield the commands in a block; one goes on while a quote is open or a line ends in \\."""
    begun = ""
    for line in block.text.splitlines():
        if not begun and (not line.strip() or line.lstrip().startswith("#")):
            continue
        begun += line + "\n"
        if line.endswith("\\") or not _is_closed(begun):
            continue
        yield _command(begun.replace("\\\n", " ").strip())
        begun = ""
    if begun:
        raise Unreadable(f"Line {block.line}: a quote is never closed.")


def _command(text):
    assigned = ASSIGNMENT.fullmatch(text)
    if assigned is None:
        return Command(text)
    name, command, value = assigned.groups()
    return Command(value, name, literally=True) if command is None else Command(command, name)


def _is_closed(text):
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def _answer(block):
    return block if block is not None and block.language in ANSWERS else None


def _line(page, found):
    return page.count("\n", 0, found.start()) + 1
