"""What an archive is: its manifest, and whether it is what was written."""

import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db.migrations.loader import MigrationLoader

FORMAT = 1
MANIFEST = "manifest.json"  # the last in the archive: without it, the archive was never finished
TABLES, FILES = "tables/", "attachments/"
# What it takes to read one, and what is in its manifest.
UNREADABLE = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, LookupError, TypeError)


class Damaged(Exception):
    """The archive is not what was written."""


class TooNew(Exception):
    """The archive was made by a newer program than this one."""


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: int
    last: int | None  # the last number its sequence gave out


@dataclass(frozen=True)
class Member:
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in an archive. `missing`: attachments whose files were not there to be kept."""

    format: int
    program: str
    made_at: str
    database: str
    migrations: list[tuple[str, str]]
    tables: dict[str, Table]
    members: dict[str, Member]
    missing: list[str]

    @property
    def files(self) -> set[str]:
        return {name.removeprefix(FILES) for name in self.members if name.startswith(FILES)}


def verified(file: Path) -> Manifest:
    """Read an archive from end to end. Raises Damaged, or TooNew."""
    found: dict[str, Member] = {}
    manifest = None
    try:
        with tarfile.open(file, "r|*") as tar:
            for name, content in contents(tar):
                if name == MANIFEST:
                    manifest = json.load(content)
                    continue
                digest, size = hashlib.sha256(), 0
                while data := content.read(2**20):
                    digest.update(data)
                    size += len(data)
                found[name] = Member(size, digest.hexdigest())
        if manifest is None:
            raise Damaged("The archive has no end: it was never finished.")
        if manifest["format"] > FORMAT:
            raise TooNew("The archive is of a newer kind than this program knows.")
        read = _manifest(manifest)
    except UNREADABLE as error:
        raise Damaged(f"The archive cannot be read: {error}") from error
    names = read.members | found
    if changed := [name for name in names if read.members.get(name) != found.get(name)]:
        raise Damaged(f"Not as it was written: {', '.join(sorted(changed))}")
    _refuse_newer(read)
    return read


def contents(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in tar:
        content = tar.extractfile(info) if info.isreg() else None
        if content is None:
            raise tarfile.TarError(f"{info.name} is no file")
        yield info.name, content


def _manifest(given: Mapping[str, Any]) -> Manifest:
    tables = {name: Table(**table) for name, table in given["tables"].items()}
    members = {name: Member(**member) for name, member in given["members"].items()}
    migrations = [(app, name) for app, name in given["migrations"]]
    return Manifest(
        **{**given, "tables": tables, "members": members, "migrations": migrations},
    )


def _refuse_newer(manifest: Manifest) -> None:
    known = MigrationLoader(None).graph.nodes
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise TooNew(f"The archive is newer than this program: {', '.join(unknown)} is unknown.")


def stored(apps: Any) -> dict[str, Any]:
    """Return the models that have a table, by its name, as one state of the migrations has them."""
    return {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
