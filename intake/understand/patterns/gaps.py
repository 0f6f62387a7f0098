"""What may stand between two signs of a rule: the short forms of the lexicon's patterns, written out.

`{..8}` is up to eight signs of one clause of which the last do not deny what follows. `{who..8}` is the same
between a person and what befalls that person: no thing comes between them. `{starts}` and `{ends}` are the
ends of a clause, `{begins}` is where a word begins, `{person}` a word for one.
"""

import re
from functools import cache

from intake.understand.lexicon import any_of, table

_SHORT = re.compile(r"\{(who)?\.\.(\d+)\}|\{(starts|begins|ends|person)\}")


def written_out(pattern: str) -> str:
    """The pattern without short forms."""
    return _SHORT.sub(_long, pattern)


def _long(short: re.Match[str]) -> str:
    if short[3]:
        return _fixed()[short[3]]
    return _of_person(short[2]) if short[1] else f"{_inside()}{{0,{short[2]}}}{_undenied()}"


def _inside() -> str:
    return f"[^{table('scope')['gap_end']}]"


def _of_person(longest: str) -> str:
    """No thing that is taken in hand or owned; one just before the verb only if the person acts with it."""
    roles, inside = table("roles"), _inside()
    plain = f"[^{table('scope')['gap_end']}{roles['marks']}]"
    acting = "|".join(f"(?<=[{roles['acts']}]{'.' * far})" for far in range(1, 4))
    ended = f"(?:(?<![{roles['things']}])|{acting}){_undenied()}"
    marked = f"(?={inside}{{0,{longest}}}[{roles['marks']}])"
    marked += f"[{roles['origins']}]?(?:{plain}|{_marked()}){{0,{longest}}}"
    return f"(?:|{plain}{{1,{longest}}}{ended}|{marked}{ended})"


def _marked() -> str:
    """A person taken in hand, a part of one, or where a person, and not a thing, comes from."""
    roles = table("roles")
    taken = f"[{roles['taken']}](?={person()})"
    owned = f"{roles['owned']}(?=.{{0,2}}(?:{roles['bodies']}|{person()}))"
    return f"{taken}|{owned}|(?<![{roles['things']}])[{roles['origins']}]"


@cache
def person() -> str:
    """A word for one, looked for only where one can begin."""
    words = table("roles")["persons"]
    return f"(?=[{''.join(sorted({word[0] for word in words}))}])(?:{any_of(words)})"


@cache
def _undenied() -> str:
    return "".join(f"(?<!{word})" for word in table("scope")["denying"])


@cache
def _fixed() -> dict[str, str]:
    scope = table("scope")
    end = re.escape(table("safety")["clause_end"])
    return {
        "starts": rf"(?<![^{end}\s])",
        "begins": rf"(?<![^{end}\s{scope['before_words']}])",
        "ends": rf"(?={scope['tail']}(?:$|[{end}\s]|{scope['intent']}))",
        "person": person(),
    }
