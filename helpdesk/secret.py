"""The signing key of a shop that set none: made once, kept in a file only its owner reads."""

import os
import secrets
from pathlib import Path


def secret_key(folder: Path) -> str:
    """Return the key in `folder`, making it on first use."""
    path = folder / "secret_key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # O_EXCL: of two processes that start together, one writes and both read the same.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key
