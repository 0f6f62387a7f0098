"""Which acts a message may be, in the order in which they are tried: what is certain, then what words say.

The rule: buttons and exact words come first; a learned reader is asked only about words that no rule knows;
last of all, words answer what waits.
"""

from collections.abc import Callable, Iterator, Mapping

from intake.context import Context
from intake.dialog import emergency, insults
from intake.dialog.live_steps import live
from intake.model.acts import Act, Focus, Heard
from intake.model.messages import FLOW, Event
from intake.survey import answer_words
from intake.understand.appeal import type_of
from intake.understand.speech import acts, correction

_WORDS: Mapping[Act, Callable[[str], bool]] = {
    Act.ASKS_PROGRESS: acts.asks_progress,
    Act.DISPUTES: acts.disputes,
    Act.RATES: answer_words.rates,
    Act.GIVES_UP: acts.gives_up,
    Act.CORRECTS: lambda said: next(correction.find(said), None) is not None,
    Act.WANTS_PRIVACY: lambda said: acts.wants_secrecy(said) or bool(acts.no_call_of(said)),
    Act.ASKS_WHY: acts.asks_why,
    Act.ENQUIRES: lambda said: type_of(said) is not None,
}


def heard(focuses: tuple[Focus, ...], context: Context) -> Iterator[Heard]:
    """The acts, most certain first; the last one can always be carried out."""
    yield from (Heard(act) for act in _happenings(context))
    yield from _spoken(focuses, context)
    yield Heard(Act.ANSWERS, context.inbound.text)


def _happenings(context: Context) -> Iterator[Act]:
    yield from (act for act, holds in _CERTAIN if holds(context))
    yield from (Act.MENU, Act.LATE_FILE, Act.COMMANDS)


def _is_unreadable(context: Context) -> bool:
    inbound = context.inbound
    content = (inbound.text.strip(), inbound.tap, inbound.location, inbound.media, inbound.contact)
    return inbound.event in (Event.UNSUPPORTED, Event.REFUSED) or not any(content)


def _is_stale(context: Context) -> bool:
    tap = context.inbound.tap
    return tap is not None and not (tap.flow == FLOW and tap.step in live(context.conversation))


_CERTAIN: tuple[tuple[Act, Callable[[Context], bool]], ...] = (
    (Act.LEAVES, lambda context: context.inbound.event in (Event.LEFT, Event.RETURNED)),
    (Act.REACTS, lambda context: context.inbound.edits),
    (Act.FILE_NEWS, lambda context: context.inbound.file is not None),
    (Act.ENDANGERED, emergency.stops),
    (Act.MAY_BE_ENDANGERED, lambda context: context.reading.doubt is not None),
    (Act.STARTS, lambda context: context.inbound.event is Event.START or context.reading.command == "start"),
    (Act.UNREADABLE, _is_unreadable),
    (Act.EDITS, lambda context: context.inbound.edits),
    (Act.INSULTS, insults.meant),
    (Act.STALE_BUTTON, _is_stale),
)
"""What a message certainly is, in the order in which it is tried."""


def _spoken(focuses: tuple[Focus, ...], context: Context) -> Iterator[Heard]:
    """What the words do, by the rules; where these are silent, by the learned reader."""
    said, small = context.reading.text, context.reading.command or context.reading.greeting
    if not said or small or context.inbound.tap is not None:
        return
    known = tuple(act for act, is_meant in _WORDS.items() if is_meant(said))
    yield from (Heard(act, said) for act in known)
    if set(known) <= {Act.CORRECTS, Act.ENQUIRES}:
        yield from context.situation.act_reader(focuses, context.reading)
