"""`make bench-understanding ARGS="--complaints FILE.csv --stream FILE.csv --addresses FOLDER"`.

Every goal of understanding with the figure beside it. Data is the operator's own: a part without it says so.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.understanding import (
    addresses,
    classify,
    danger,
    duplicates,
    labelled,
    personal,
    questions,
    replay,
    safety,
    second,
    slots,
)
from bench.understanding.goal import Goal, show
from bench.understanding.section import Asked, Section

SECTIONS: tuple[Section, ...] = (
    classify.SECTION,
    addresses.SECTION,
    slots.SECTION,
    labelled.SECTION,
    second.SECTION,
    safety.SECTION,
    danger.SECTION,
    duplicates.SECTION,
    questions.SECTION,
    replay.SECTION,
    personal.SECTION,
)
"""In the order of the table."""


def main(arguments: Sequence[str] | None = None, sections: Sequence[Section] = SECTIONS) -> int:
    """Measure what there is data for; 1 if there was none for anything."""
    given = _parser(sections).parse_args(arguments)
    where = (given.complaints, given.stream, given.addresses, given.labelled)
    asked = Asked(*where, given.seed, given.reader, given.reader_model)
    wanted = [section for section in sections if given.only in (None, section.name)]
    measured = [(one.title, goals) for one in wanted if (goals := _measured(one, asked)) is not None]
    if measured:
        show(measured)
    return 0 if measured else 1


def _measured(section: Section, asked: Asked) -> list[Goal] | None:
    """What the part found; None where its data is missing, which is said."""
    missing = section.missing(asked)
    if missing:
        options = " and ".join(f"--{need}" for need in missing)
        print(f"{section.title}: not measured, give {options}.", file=sys.stderr)
        return None
    print(f"{section.title} …", file=sys.stderr)
    return list(section.measure(asked))


def _parser(sections: Sequence[Section]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.understanding", description=__doc__)
    parser.add_argument("--complaints", **_path("BENCH_COMPLAINTS", "labelled: CSV with title, body, label"))
    parser.add_argument("--stream", **_path("BENCH_STREAM", "as they came: CSV with row, title, time, body"))
    parser.add_argument("--addresses", **_path("BENCH_ADDRESSES", "folder with train.jsonl and dev.jsonl"))
    parser.add_argument("--labelled", **_path("BENCH_LABELLED", "folder with messages.jsonl, marked"))
    parser.add_argument(
        "--reader", default="", help="a large model's endpoint (…/v1), to measure what it adds"
    )
    parser.add_argument("--reader-model", default="", help="its name there")
    parser.add_argument("--seed", type=int, default=0, help="parts the folds otherwise")
    parser.add_argument("--only", choices=[section.name for section in sections], help="one part of it")
    return parser


def _path(variable: str, what: str) -> dict[str, object]:
    value = os.environ.get(variable)
    return {"type": Path, "default": Path(value) if value else None, "help": f"{what}; or in {variable}"}


if __name__ == "__main__":
    raise SystemExit(main())
