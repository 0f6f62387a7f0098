"""Who it befell, where a verb says that somebody came to harm: a person, or a thing.

The rule: the last noun before the verb suffers, unless a person does something with it. Nobody named
is a person, as far as anybody knows: missing a real danger is the worse mistake.
"""

from intake.understand.lexicon import compiled, table
from intake.understand.patterns.gaps import person


def befell_a_thing(clause: str, verb: str) -> bool:
    """Whether what stands before `verb` in its clause names a thing as what suffered."""
    named = clause.partition(verb)[0].rstrip(table("roles")["between"])
    people = list(compiled(person()).finditer(named))
    if not named or (people and people[-1].end() == len(named)):
        return False
    behind = named[people[0].end() :] if people else named
    if _acts(behind, someone=bool(people)):
        return False
    return behind[-1] in table("roles")["things"] or (bool(people) and _is_owned(behind))


def _is_owned(behind: str) -> bool:
    """What is said to be a person's is not that person, unless it is a part of them."""
    roles = table("roles")
    return compiled(f"^{roles['owned']}(?!.{{0,2}}{roles['bodies']})").search(behind) is not None


def _acts(words: str, *, someone: bool) -> bool:
    """Whether somebody does something with the thing; who is left out rides or drives it."""
    signs = table("roles")["acts"] if someone else table("roles")["rides"]
    acting = max(words.rfind(sign) for sign in signs)
    return acting >= 0 and table("roles")["owned"] not in words[acting:]
