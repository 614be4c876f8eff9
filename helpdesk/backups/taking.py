"""Taking a backup: one moment of the database and every attachment, into one file."""

import base64
import hashlib
import json
import os
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.db import connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.utils.duration import duration_iso_string

from helpdesk.backups.archive import (
    FILES,
    FORMAT,
    MANIFEST,
    TABLES,
    Manifest,
    Member,
    Table,
    stored,
)
from tickets.models.contacts import attachment_storage

ATTACHMENT = "tickets_attachment"
# Of that moment only: who was logged in, and when the clock ticked.
LEFT_OUT = frozenset({"django_session", "helpdesk_heartbeat"})
AT_ONCE = 1000  # rows read in one go; of tables with whole mails and documents in them, one


class AlreadyThere(Exception):
    """There is a file of that name already."""


def write(target: Path, *, now: datetime) -> tuple[Path, Manifest]:
    """Write an archive to `target`, or into it when it is a folder. Raises AlreadyThere."""
    file = target / f"helpdesk-{now:%Y%m%dT%H%M%SZ}.tar.gz" if target.is_dir() else target
    if file.exists():
        raise AlreadyThere(f"{file} is there already.")
    descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as output:
            with _tar(output, is_packed=file.suffix in {".gz", ".tgz"}) as tar, _snapshot() as seen:
                manifest = _Packer(tar, file.parent, now).pack(seen)
            output.flush()
            os.fsync(descriptor)
        os.replace(part, file)
    finally:
        Path(part).unlink(missing_ok=True)
    return file, manifest


def _tar(output: IO[bytes], *, is_packed: bool) -> tarfile.TarFile:
    if is_packed:
        return tarfile.open(fileobj=output, mode="w:gz", compresslevel=6)
    return tarfile.open(fileobj=output, mode="w:")


@contextmanager
def _snapshot() -> Iterator[BaseDatabaseWrapper]:
    """Give a connection that sees one moment, while others go on writing."""
    seen = connection.copy("snapshot")
    if seen.vendor == "sqlite":
        seen.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"  # it takes no lock
    connections["snapshot"] = seen
    try:
        with transaction.atomic(using="snapshot"):
            if seen.vendor == "postgresql":
                with seen.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield seen
    finally:
        seen.close()
        del connections["snapshot"]


class _Packer:
    """Puts one snapshot into one archive."""

    def __init__(self, tar: tarfile.TarFile, folder: Path, now: datetime) -> None:
        self.tar, self.folder, self.now = tar, folder, now
        self.members: dict[str, Member] = {}

    def pack(self, seen: BaseDatabaseWrapper) -> Manifest:
        loader = MigrationLoader(seen)
        known = [key for key in loader.applied_migrations if key in loader.graph.nodes]
        state = loader.project_state(known)
        tables = {
            name: self._table(seen, model)
            for name, model in stored(state.apps).items()
            if name not in LEFT_OUT
        }
        missing = list(self._attachments(seen))
        manifest = Manifest(
            format=FORMAT,
            program=_program(),
            made_at=self.now.isoformat(),
            database=seen.vendor,
            migrations=sorted(loader.applied_migrations),
            tables=tables,
            members=self.members,
            missing=missing,
        )
        with self._spool() as spool:
            spool.write(json.dumps(asdict(manifest), indent=1).encode())
            self._add(MANIFEST, spool)
        return manifest

    def _table(self, seen: BaseDatabaseWrapper, model: Any) -> Table:
        name, rows = model._meta.db_table, 0
        fields = model._meta.local_concrete_fields
        with self._spool() as spool, seen.cursor() as cursor:
            for row in _rows(model, seen.alias):
                spool.write(json.dumps(row, default=_plain).encode() + b"\n")
                rows += 1
            self.members[f"{TABLES}{name}"] = self._add(f"{TABLES}{name}", spool)
            return Table([field.column for field in fields], rows, _last(seen, cursor, name))

    def _attachments(self, seen: BaseDatabaseWrapper) -> Iterator[str]:
        """Add every file there is; yield the names of those that are gone."""
        storage = attachment_storage()
        with seen.cursor() as cursor:
            cursor.execute(f'SELECT file FROM "{ATTACHMENT}" ORDER BY id')
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            try:
                with storage.open(name) as file:
                    self.members[f"{FILES}{name}"] = self._add(f"{FILES}{name}", file)
            except FileNotFoundError:
                yield name

    def _spool(self) -> IO[bytes]:
        # Beside the archive: there is room for it there, or there is none for the archive.
        return tempfile.TemporaryFile(dir=self.folder)

    def _add(self, name: str, file: "IO[bytes] | File[bytes]") -> Member:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = file.seek(0, os.SEEK_END), 0o600, self.now.timestamp()
        file.seek(0)
        hashed = _Hashed(file)
        self.tar.addfile(info, hashed)  # type: ignore[arg-type]
        return Member(info.size, hashed.digest.hexdigest())


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: "IO[bytes] | File[bytes]") -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        data: bytes = self.file.read(size)
        self.digest.update(data)
        return data


def _program() -> str:
    described = settings.ROOT / "pyproject.toml"
    if not described.exists():
        return ""
    return str(tomllib.loads(described.read_text())["project"]["version"])


def _rows(model: Any, alias: str) -> Iterator[tuple[Any, ...]]:
    fields = model._meta.local_concrete_fields
    is_bulky = any(isinstance(field, models.BinaryField) for field in fields)
    rows = model._base_manager.using(alias).order_by("pk")
    found: Iterator[tuple[Any, ...]] = rows.values_list(*(it.attname for it in fields)).iterator(
        chunk_size=1 if is_bulky else AT_ONCE
    )
    return found


def _plain(value: Any) -> str:
    """Return what JSON has no word for as what its field reads again, to the microsecond."""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _last(seen: BaseDatabaseWrapper, cursor: Any, table: str) -> int | None:
    if seen.vendor == "sqlite":
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        return row[0] if row else None
    sequences = seen.introspection.get_sequences(cursor, table)
    if not sequences:
        return None
    cursor.execute(f'SELECT last_value, is_called FROM "{sequences[0]["name"]}"')
    last, is_called = cursor.fetchone()
    return int(last) if is_called else int(last) - 1
