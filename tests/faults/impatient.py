"""Our settings, for a database that is waited for two seconds."""

from helpdesk.settings import *  # noqa: F403
from helpdesk.settings import DATABASES

if "timeout" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["timeout"] = 2
