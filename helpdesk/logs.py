"""What is logged, as lines for people or as JSON, and a line for each request."""

import logging.config
import os
import time
import uuid
from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from gunicorn import glogging
from structlog.stdlib import ProcessorFormatter

from helpdesk.redact import redact, secrets_of
from helpdesk.secret import Environment

if TYPE_CHECKING:  # settings import this
    from django.http import HttpRequest, HttpResponse
    from structlog.typing import EventDict

LINE, JSON = "line", "json"

# What a line may tell beside its text.
EXTRAS = ("method", "path", "status", "milliseconds", "user")
# Asked again and again by machines; there is nothing to tell while all is well.
QUIET = ("/healthz", "/readyz", "/metrics")
# A line break that came from outside must not look like another line.
ESCAPED = {number: repr(chr(number))[1:-1] for number in (*range(32), 127, 0x85, 0x2028, 0x2029)}

requests = logging.getLogger("helpdesk.requests")


def configuration(form: str, secrets: Collection[str]) -> dict[str, Any]:
    """Return what `logging.config` wants: all of it to standard error, in one form."""
    formatter = {
        "()": ProcessorFormatter,
        "foreign_pre_chain": [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.ExtraAdder(allow=EXTRAS),
        ],
        "processors": [
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            partial(_redacted, secrets),
            structlog.processors.JSONRenderer(ensure_ascii=False) if form == JSON else _line,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {form: formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},  # the rest is told by the request's own line
            # Whoever knocks under another name gets a 400; a traceback each would fill the log.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
            "celery": {"level": "WARNING"},
            "environ": {"level": "WARNING"},  # a shop need not have an .env
        },
    }


def _redacted(secrets: Collection[str], _logger: Any, _name: str, told: "EventDict") -> "EventDict":
    return {
        key: redact(value, secrets) if isinstance(value, str) else value
        for key, value in told.items()
    }


def _line(_logger: Any, _name: str, told: "EventDict") -> str:
    exception = told.pop("exception", "")
    head = (told.pop("timestamp"), told.pop("level").upper(), f"{told.pop('logger')}:")
    tail = (f"{key}={value}" for key, value in told.items() if key != "event" and value is not None)
    line = " ".join((*head, told["event"], *tail)).translate(ESCAPED)
    return f"{line}\n{exception}" if exception else line


class Gunicorn(glogging.Logger):
    """The web server's own log, from its first process on, which never reads the settings."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        form = os.environ.get("LOG_FORMAT", LINE)
        logging.config.dictConfig(configuration(form, secrets_of(Environment())))
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class RequestLog:
    """Middleware: a line for each request, and the request's id in every line meanwhile."""

    def __init__(self, get_response: "Callable[[HttpRequest], HttpResponse]") -> None:
        self.get_response = get_response

    def __call__(self, request: "HttpRequest") -> "HttpResponse":
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=uuid.uuid4().hex):
            response = self.get_response(request)
            if request.path not in QUIET or response.status_code >= 500:
                told = {
                    "method": request.method,
                    "path": request.path,  # what was asked stays out
                    "status": response.status_code,
                    "milliseconds": round((time.monotonic() - began) * 1000),
                    "user": _user(request),
                }
                requests.info("request", extra=told)
        return response


def _user(request: "HttpRequest") -> object:
    """Return the key of whoever it turned out to be; the database is not asked for it once more."""
    # A program is there in place of Django's own; a person behind it, once somebody has looked.
    known = (vars(request).get("user"), getattr(request, "_cached_user", None))
    keys = (user.pk for user in known if user is not None and hasattr(type(user), "pk"))
    return next((key for key in keys if key is not None), None)
