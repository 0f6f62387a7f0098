"""Structured logs without anything personal: names of things, outcomes and durations only.

The libraries' own records go the same way, from WARNING on: at INFO an HTTP client writes addresses, and
some of those hold a token. Of an exception only its kind and place are written, never its words.
"""

import logging
import sys
from typing import TextIO

import structlog

from intake.understand.persons.masking import masked
from storage.faults import described

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]
_OURS = frozenset({"timestamp", "level", "trace", "ticket", "channel"})
"""Made here, of signs that mean nobody."""

CHATTY = ("httpx", "httpcore", "aiogram", "uvicorn", "asyncio", "sqlalchemy", "alembic")


def set_up(out: TextIO | None = None, level: int = logging.INFO) -> None:
    """Log to `out` (stderr) from `level` on: short lines on a terminal, else JSON for machines."""
    out = out or sys.stderr
    terminal = out.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*_SHARED, _without_words, _masked, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=out),
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Discreet(renderer))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_words(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """An exception handed to a logger by habit: its kind and place."""
    fault = event.pop("exc_info", None)
    fault = sys.exc_info()[1] if fault is True else fault[1] if isinstance(fault, tuple) else fault
    return {**event, "fault": described(fault)} if isinstance(fault, BaseException) else event


def _masked(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The last net: what still looks like somebody's number or name, whoever wrote it."""
    return {name: _fit(value) if name not in _OURS else value for name, value in event.items()}


def _fit(value: object) -> object:
    return masked(value) if isinstance(value, str) else value


class _Discreet(structlog.stdlib.ProcessorFormatter):
    """The libraries' records in our form. Where one carries an exception, its text goes too."""

    def __init__(self, renderer: structlog.typing.Processor) -> None:
        super().__init__(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_words,
                _masked,
                renderer,
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[1] is not None:
            bare = logging.makeLogRecord(record.__dict__)
            bare.msg, bare.args = f"fault in {record.name}: {described(record.exc_info[1])}", ()
            bare.exc_info = bare.exc_text = None
            return super().format(bare)
        return super().format(record)
