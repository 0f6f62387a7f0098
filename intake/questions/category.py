"""Which category, chosen from the profile's tree; and a category's own questions."""

from dataclasses import replace

from intake.city import Category, CityProfile, ExtraQuestion
from intake.messages import Choice, Reply
from intake.moment import Moment, pick
from intake.phrases import local
from intake.questions.question import Question, Unclear
from intake.questions.words import has_words
from intake.ticket import CategoryGuess, Draft

EXTRA = "extra:"


def children(city: CityProfile, parent: str) -> tuple[Category, ...]:
    """The categories one level below `parent` ("" = the top), in code order."""
    below = (
        c for code, c in city.categories.items() if code.startswith(parent) and len(code) == len(parent) + 2
    )
    return tuple(sorted(below, key=lambda category: category.code))


def _choices(parent: str, moment: Moment) -> tuple[Choice, ...]:
    options = tuple(Choice(c.code, c.name) for c in children(moment.city, parent))
    return (*options, Choice(parent, moment.say("choice.other"))) if parent else options


def _ask_top(_: Draft, moment: Moment) -> Reply:
    return Reply(moment.say("ask.category"), _choices("", moment), step="category")


def _read_top(draft: Draft, moment: Moment) -> Draft | Unclear:
    code = pick(_choices("", moment), "category", moment)
    if code is not None:
        return chosen(draft, code, moment.city)
    guess = moment.reading.category
    return _put(draft, replace(guess, confidence=1.0), moment.city) if guess else Unclear("hint.choose")


def chosen(draft: Draft, code: str, city: CityProfile) -> Draft:
    """The draft in that category; a top class with levels below stays open for the next choice."""
    return _put(draft, CategoryGuess(code, 1.0 if not children(city, code) else 0.99), city)


def _put(draft: Draft, guess: CategoryGuess, city: CityProfile) -> Draft:
    """The draft in that category, without answers to another one's questions."""
    category = city.categories.get(guess.code)
    own = {question.key for question in category.questions} if category else set()
    return replace(draft, category=guess, answers=tuple(a for a in draft.answers if a[0] in own))


def under(parent: str) -> Question:
    """The question for the level below `parent`."""
    step = f"category:{parent}"

    def ask(_: Draft, moment: Moment) -> Reply:
        return Reply(moment.say("ask.category"), _choices(parent, moment), step=step)

    def read(draft: Draft, moment: Moment) -> Draft | Unclear:
        code = pick(_choices(parent, moment), step, moment)
        if code is None:
            return Unclear("hint.choose")
        other = code == parent
        return (
            _put(draft, CategoryGuess(code, 1.0), moment.city) if other else chosen(draft, code, moment.city)
        )

    return Question(step, ask, read, lambda _: False, lambda draft: draft, required=True)


def extra(question: ExtraQuestion) -> Question:
    """A category's own question as one of ours."""
    step = EXTRA + question.key

    def ask(_: Draft, moment: Moment) -> Reply:
        return Reply(
            local(question.ask, moment.situation.language) or "", _extra_choices(question, moment), step=step
        )

    def read(draft: Draft, moment: Moment) -> Draft | Unclear:
        answer = _answer(question, step, moment)
        return answered(draft, question.key, answer) if answer else Unclear("hint.choose")

    def clear(draft: Draft) -> Draft:
        return replace(draft, answers=tuple(a for a in draft.answers if a[0] != question.key))

    return Question(step, ask, read, lambda d: question.key not in dict(d.answers), clear)


def answered(draft: Draft, key: str, answer: str) -> Draft:
    """The draft with this answer to a category's own question, in place of an older one."""
    others = tuple(one for one in draft.answers if one[0] != key)
    return replace(draft, answers=(*others, (key, answer)))


def _answer(question: ExtraQuestion, step: str, moment: Moment) -> str:
    options = _extra_choices(question, moment)
    option = pick(options, step, moment)
    if option is not None:
        return {choice.option: choice.label for choice in options}[option]
    if options and moment.reading.number is not None:
        return ""  # a number, but none of the choices
    text = moment.inbound.text.strip()[:100]
    return text if has_words(text) or text.isalnum() else ""


def _extra_choices(question: ExtraQuestion, moment: Moment) -> tuple[Choice, ...]:
    labels = local(question.choices, moment.situation.language) or ()
    return tuple(Choice(str(number), label) for number, label in enumerate(labels, 1))


def _ask_likely(draft: Draft, moment: Moment) -> Reply:
    return Reply(moment.say("ask.likely"), _likely(draft, moment), step="likely")


def _read_likely(draft: Draft, moment: Moment) -> Draft | Unclear:
    code = pick(_likely(draft, moment), "likely", moment)
    if code is not None:
        return chosen(draft, code, moment.city)
    guess = moment.reading.category
    return _put(draft, replace(guess, confidence=1.0), moment.city) if guess else Unclear("hint.choose")


def _likely(draft: Draft, moment: Moment) -> tuple[Choice, ...]:
    options = (Choice(code, moment.called(moment.city.categories[code].name)) for code in draft.likely)
    return (*options, *moment.choices(skip="choice.none_of_these"))


def _undecided(draft: Draft) -> bool:
    return draft.category is None and bool(draft.likely)


LIKELY = Question("likely", _ask_likely, _read_likely, _undecided, lambda d: d)
"""Which of the likeliest, where a model abstains; whoever does not know leaves it to people."""
CATEGORY = Question("category", _ask_top, _read_top, lambda _: False, lambda d: d, required=True)
