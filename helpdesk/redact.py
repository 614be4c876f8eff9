"""Keeping tokens that came in a path or a query out of every log."""

import logging
import re

# /api/v1/cti/<token>/, ?key=<token>: phone systems can often send nothing but an address.
TOKENS = re.compile(r"(/cti/|/hooks/[a-z0-9-]+/|/i/|[?&](?:key|token)=)[^/?&\s\"']+")


def redact(text: str) -> str:
    return TOKENS.sub(r"\1***", text)


class Redact(logging.Filter):
    """Put *** where a log record would have shown a token, in its traceback too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
