"""`jiesu`: one command a line of what an operator does. Errors are one plain sentence on stderr."""

import sys

import typer

from app.base.settings import BadSettings
from cli.centre import audit, demo, desk, report, survey
from cli.integrator import classify, hotline, replay
from cli.operator import aside, check, city, data_rights, keys, outbox, wechat
from cli.servers import serve
from intake.model.ports import Rejected, Unavailable
from storage.db.database import DatabaseDown

app = typer.Typer(
    name="jiesu",
    help="The chat front door of a city's 12345 hotline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
serve.add_to(app)
check.add_to(app)
replay.add_to(app)
desk.add_to(app)
app.add_typer(audit.app, name="audit")
report.add_to(app)
data_rights.add_to(app)
app.add_typer(city.app, name="city")
app.add_typer(classify.app, name="classify")
app.add_typer(demo.app, name="demo")
app.add_typer(keys.app, name="keys")
app.add_typer(hotline.app, name="hotline")
app.add_typer(outbox.app, name="outbox")
app.add_typer(aside.app, name="aside")
app.add_typer(survey.app, name="survey")
app.add_typer(wechat.app, name="wechat")


def run() -> None:
    """The entry point: what an operator can mend is said without a traceback."""
    try:
        app()
    except BadSettings as mistakes:
        _stop(str(mistakes))
    except DatabaseDown as fault:
        _stop(f"{fault.reason}: is it running, and is JIESU_DATABASE_URL right?")
    except (Unavailable, Rejected) as fault:
        _stop(fault.reason)
    except OSError as fault:
        _stop(f"{fault.filename or 'the system'}: {fault.strerror}")


def _stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201  # a command's answer
    raise SystemExit(1)
