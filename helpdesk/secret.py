"""Secrets in files: those that a NAME_FILE names, and the signing key of a shop that set none."""

import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping


class Environment(FileAwareMapping):
    """The environment; where it has NAME_FILE, NAME is what that file holds."""

    def __getitem__(self, name: str) -> str:
        value: str = super().__getitem__(name)
        # A file ends with a line break that nobody means to be a part of it.
        return value.strip() if self.env.get(f"{name}_FILE") else value


class Env(environ.Env):
    ENVIRON = Environment()

    def config(self, name: str, read: Callable[[str], dict[str, Any]], url: str) -> dict[str, Any]:
        """Read an address; refuse one without telling half of the password that is in it."""
        try:
            return read(url)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} cannot be read; in a password / is written %2F, ? %3F, # %23 and @ %40."
            ) from None


def secret_key(folder: Path) -> str:
    """Return the key in `folder`, made on first use and readable by its owner alone."""
    path = folder / "secret_key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and (key := path.read_text().strip()):
        return key
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        # Of two processes that start together, one writes, and the other waits to read the same.
        fcntl.flock(file, fcntl.LOCK_EX)
        key = file.read().strip()
        if not key:
            key = secrets.token_urlsafe(50)
            file.write(key)
    return key
