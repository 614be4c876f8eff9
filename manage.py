#!/usr/bin/env python3
"""The command line: `manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415 - see below
    except ImportError:  # started outside the virtual environment
        sys.exit("Django is not installed here. Use `make run`, or .venv/bin/python manage.py …")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
