"""One city's data: everything that differs from place to place, and no code.

A profile is a TOML file in `cities/`. `load()` reads and checks it; `problems()` names
every mistake with file, key and reason.
"""

from intake.city.answers import Answer
from intake.city.clocks import ClockKind, ClockRules, LevelClocks, Span, read_span
from intake.city.file import BadProfile, load, problems
from intake.city.labels import ClassifierRules
from intake.city.profile import (
    AppealRule,
    Area,
    Category,
    CityProfile,
    DraftRules,
    ExtraQuestion,
    GazetteerEntry,
    OfficeHours,
    RetentionRules,
    SurveyRules,
    Unit,
    YearTable,
)
from intake.city.rates import FORMULAS, Formula, RateRules
from intake.city.wechat import MenuButton, MenuItem, Template, WeChatRules

__all__ = [
    "FORMULAS",
    "Answer",
    "AppealRule",
    "Area",
    "BadProfile",
    "Category",
    "CityProfile",
    "ClassifierRules",
    "ClockKind",
    "ClockRules",
    "DraftRules",
    "ExtraQuestion",
    "Formula",
    "GazetteerEntry",
    "LevelClocks",
    "MenuButton",
    "MenuItem",
    "OfficeHours",
    "RateRules",
    "RetentionRules",
    "Span",
    "SurveyRules",
    "Template",
    "Unit",
    "WeChatRules",
    "YearTable",
    "load",
    "problems",
    "read_span",
]
