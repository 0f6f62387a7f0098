"""Rules as the lexicon writes them: a pattern, and what excuses it."""

import re
from dataclasses import dataclass
from functools import cache

from intake.understand.lexicon import compiled, table
from intake.understand.patterns.gaps import written_out


@dataclass(frozen=True, slots=True)
class Rule:
    """`label` is a rule's id or an appeal type's code; `level` and `confidence` where it has them.

    `weak` says less than `pattern`: its users decide when it counts, as with `suffered` (what befell
    somebody) and `farewell` (how somebody takes leave). `scopes` name what may reach over a sentence.
    """

    label: str
    pattern: re.Pattern[str]
    weak: re.Pattern[str] | None = None
    suffered: re.Pattern[str] | None = None
    farewell: re.Pattern[str] | None = None
    unless: tuple[re.Pattern[str], ...] = ()
    scopes: tuple[str, ...] = ()
    level: str = ""
    confidence: float = 1.0

    def find(self, text: str) -> re.Match[str] | None:
        """The first match in `text`, unless something there excuses it."""
        match = self.pattern.search(text)
        return None if match is None or self.excused(text) else match

    def excused(self, text: str) -> bool:
        """Whether something in `text` excuses a match there."""
        return any(excuse.search(text) for excuse in self.unless)


@cache
def rules(noun: str, language: str = "zh") -> tuple[Rule, ...]:
    """The rules of one noun's table, in the order of the file."""
    data = table(noun, language)
    excuses = {name: compiled(pattern) for name, pattern in data.get("excuses", {}).items()}
    return tuple(
        Rule(
            label=row.get("id") or row["type"],
            pattern=_pattern(row["pattern"]),
            weak=_pattern(row["weak_pattern"]) if "weak_pattern" in row else None,
            suffered=_pattern(row["suffered_pattern"]) if "suffered_pattern" in row else None,
            farewell=_pattern(row["farewell_pattern"]) if "farewell_pattern" in row else None,
            unless=(
                *([compiled(row["unless"])] if "unless" in row else []),
                *(excuses[name] for name in row.get("excuses", ())),
            ),
            scopes=tuple(row.get("scopes", ())),
            level=row.get("level", ""),
            confidence=row.get("confidence", 1.0),
        )
        for row in data["rules"]
    )


def _pattern(written: str) -> re.Pattern[str]:
    return compiled(written_out(written))
