"""The signing key of a shop that set none: made once, kept in a file only its owner reads."""

import fcntl
import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    """Return the key in `folder`, making it on first use."""
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
