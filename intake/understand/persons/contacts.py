"""Numbers and addresses by which somebody is reached, beside which a name is a person's.

A landline is here too, though it may be an office's and is not personal by itself.
"""

import re
from collections.abc import Iterator
from functools import cache

from intake.understand.lexicon import bounded, file
from intake.understand.persons.finder import Personal, PersonalKind

MOBILE = bounded(r"(?<![\d.])(?:\(?(?:\+|00)?86\)?[ \-]?)?1 ?[3-9](?:[ \-\u2013\u2014.]{0,2}\d){9}(?!\d)")
MAIL = bounded(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def accounts(plain: str) -> Iterator[Personal]:
    """Accounts of WeChat and QQ, where they are called so."""
    for match in _pattern("account_pattern").finditer(plain):
        yield Personal(PersonalKind.ACCOUNT, *match.span("said"))


def landlines(plain: str) -> Iterator[Personal]:
    """Numbers of the fixed network, with or without area code, with an extension."""
    for match in _pattern("landline_pattern").finditer(plain):
        yield Personal(PersonalKind.PHONE, *match.span())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return bounded(file("people")["numbers"][name])
