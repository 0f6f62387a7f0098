"""What one city's profile holds: everything that differs from place to place, and no code.

`__pydantic_config__` makes the loader refuse keys that are not here; the classes need no
pydantic themselves. `categories` is already flattened: a category without units of its own
carries its parent's (see `intake.city.file`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from intake.city.answers import Answer
from intake.city.clocks import ClockRules
from intake.city.labels import ClassifierRules
from intake.city.rates import RateRules
from intake.city.wechat import WeChatRules
from intake.model.ports import Classifier
from intake.model.ticket import AppealType

_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A body that handles tickets. `kind`: department | street | enterprise | centre."""

    __pydantic_config__ = _STRICT

    id: str
    name: str
    kind: str = "department"
    aliases: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A street office or town, with a centre point or a border (WGS84) for pins, and names it goes by.

    `unit` is the street office's or town's own unit, which leads what is `lead_by_area`. `border` lists
    the corners of a polygon as (lng, lat), as GeoJSON does.
    """

    __pydantic_config__ = _STRICT

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lng: float | None = None
    radius_km: float = 5.0
    unit: str | None = None
    border: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class GazetteerEntry:
    """A road, estate, community or building the city knows, the area it lies in, and a point (WGS84)."""

    __pydantic_config__ = _STRICT

    name: str
    kind: str
    area_code: str | None = None
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True, slots=True)
class ExtraQuestion:
    """A category's own question. `ask` is the full text in each language; `choices` may be empty."""

    __pydantic_config__ = _STRICT

    key: str
    ask: Mapping[str, str]
    label: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: bool = True


@dataclass(frozen=True, slots=True)
class Category:
    """A leaf or branch of the content tree; codes are 2+2+2 digits, a prefix is the parent.

    A keyword `a&b` is found where both parts are.
    """

    __pydantic_config__ = _STRICT

    code: str
    name: str
    keywords: tuple[str, ...] = ()
    lead_unit: str | None = None
    co_units: tuple[str, ...] = ()
    lead_by_area: bool = False  # the area's street office leads
    questions: tuple[ExtraQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class AppealRule:
    """What one appeal type asks for, and its defaults.

    `ask` lists the slots asked when empty (content, place, subject, contact, occurred, wish);
    `days` is the time to an answer in working days, for the date the citizen is told.
    """

    __pydantic_config__ = _STRICT

    ask: tuple[str, ...]
    days: int
    anonymous_allowed: bool = False
    confidential: bool = False
    reply_wanted: bool = True


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When people answer: windows of a working day. `quiet` is when nobody is disturbed."""

    __pydantic_config__ = _STRICT

    windows: tuple[tuple[time, time], ...]
    quiet_from: time
    quiet_until: time


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year's exceptions as the State Council announces them."""

    __pydantic_config__ = _STRICT

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()  # weekends that are worked


@dataclass(frozen=True, slots=True)
class DraftRules:
    __pydantic_config__ = _STRICT

    resume_after_minutes: int = 30
    purge_days: int = 7
    max_attachments: int = 9


@dataclass(frozen=True, slots=True)
class FileRules:
    """What one account may send in a day, files and all their bytes; more is neither fetched nor kept."""

    __pydantic_config__ = _STRICT

    a_day: int = 60
    megabytes_a_day: int = 200


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """How long what is kept (PIPL 19).

    `ticket_days` count from a ticket's last change, `talk_days` from the last word between a citizen and
    staff, or from an alert.
    """

    __pydantic_config__ = _STRICT

    inbox_hours: int = 48
    replies_hours: int = 48
    media_days: int = 30
    ticket_days: int = 1095
    talk_days: int = 180


@dataclass(frozen=True, slots=True)
class HandlerRules:
    """Who answers for the data (PIPL 17): `name` as citizens read it, `contact` by which they reach it.

    `recipients` read along beside the units. What is left out: the city's `triage_unit`, the hotline's
    number, the hotline's platform.
    """

    __pydantic_config__ = _STRICT

    name: str = ""
    contact: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """`start_on` is `survey_requested`, or `completed` for a backend that cannot ask.

    Nobody is asked but between `opens` and `closes` (the same: at any hour), nor before `delay_minutes`
    after the completion. `steps` are those of the scale, 3 or 5; of five, `low_score` and less rings at
    the desk. A campaign begins with `per_minute` citizens a minute.
    """

    __pydantic_config__ = _STRICT

    start_on: str = "survey_requested"
    window_days: int = 7
    reminders: int = 2
    opens: time = time(8, 30)
    closes: time = time(20, 30)
    delay_minutes: int = 0
    steps: int = 3
    low_score: int = 2
    per_minute: int = 300


@dataclass(frozen=True, slots=True, eq=False)
class CityProfile:
    """Everything the product must know of one city. Compared and hashed by identity, to key caches.

    `judge` is the model that `classifier` names, once it is opened; no file can bring it.
    """

    __pydantic_config__ = _STRICT | {"arbitrary_types_allowed": True}

    key: str
    code: str
    name: str
    hotline: str
    triage_unit: str
    fallback_category: str
    notice_version: str
    categories: Mapping[str, Category]
    units: Mapping[str, Unit]
    areas: Mapping[str, Area]
    gazetteer: tuple[GazetteerEntry, ...]
    appeals: Mapping[AppealType, AppealRule]
    hours: OfficeHours
    years: Mapping[int, YearTable] = field(default_factory=dict)
    drafts: DraftRules = DraftRules()
    files: FileRules = FileRules()
    survey: SurveyRules = SurveyRules()
    retention: RetentionRules = RetentionRules()
    handler: HandlerRules = HandlerRules()
    urgent_hours: int = 48
    critical_hours: int = 24
    emergency: tuple[tuple[str, str], ...] = ()  # number, what for (phrase key)
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language -> key -> text
    english: Mapping[str, str] = field(
        default_factory=dict
    )  # city, unit or category -> what it is in English
    timezone: str = "Asia/Shanghai"
    dial_code: str = ""  # completes local phone numbers, e.g. 0937
    clocks: ClockRules = field(default_factory=ClockRules)
    rates: RateRules = field(default_factory=RateRules)
    wechat: WeChatRules = field(default_factory=WeChatRules)
    open311: Mapping[str, str] = field(default_factory=dict)  # category (or *) -> a server's service_code
    classifier: ClassifierRules = field(default_factory=ClassifierRules)
    judge: Classifier | None = None
    gazetteer_file: str = ""  # CSV beside the profile; see intake.city.places
    answers_file: str = ""  # Markdown beside the profile; see intake.city.answers
    answers: tuple[Answer, ...] = ()

    def path(self, category_code: str) -> str:
        """The category's names from the top, joined by `-`; the code itself if unknown."""
        codes = [category_code[:n] for n in (2, 4, 6) if n <= len(category_code)]
        return "-".join(self.categories[c].name for c in codes if c in self.categories) or category_code

    def unit_name(self, unit_id: str | None) -> str:
        """The unit's name; an id the profile does not know is shown as it came."""
        if unit_id is None:
            return ""
        return self.units[unit_id].name if unit_id in self.units else unit_id

    def responsible(self, category_code: str, area_code: str | None = None) -> tuple[str, tuple[str, ...]]:
        """The suggested lead unit and co-units (ids); triage where the profile names none."""
        category = self.categories.get(category_code)
        if category is None:
            return self.triage_unit, ()
        lead = category.lead_unit
        if category.lead_by_area and (area := self.areas.get(area_code or "")):
            lead = area.unit or lead
        return lead or self.triage_unit, category.co_units
