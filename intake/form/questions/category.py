"""Which category, chosen from the profile's tree; and a category's own questions."""

from dataclasses import replace

from intake.city import Category, CityProfile, ExtraQuestion
from intake.context import Context, pick
from intake.form.questions.question import Question, Unclear
from intake.form.questions.words import has_words
from intake.model.messages import Choice, Reply
from intake.model.ticket import CategoryGuess, Draft
from intake.phrases import local

EXTRA = "extra:"


def children(city: CityProfile, parent: str) -> tuple[Category, ...]:
    """The categories one level below `parent` ("" = the top), in code order."""
    below = (
        c for code, c in city.categories.items() if code.startswith(parent) and len(code) == len(parent) + 2
    )
    return tuple(sorted(below, key=lambda category: category.code))


def _choices(parent: str, context: Context) -> tuple[Choice, ...]:
    options = tuple(Choice(c.code, c.name) for c in children(context.city, parent))
    return (*options, Choice(parent, context.say("choice.other"))) if parent else options


def _ask_top(_: Draft, context: Context) -> Reply:
    return Reply(context.say("ask.category"), _choices("", context), step="category")


def _read_top(draft: Draft, context: Context) -> Draft | Unclear:
    code = pick(_choices("", context), "category", context)
    if code is not None:
        return chosen(draft, code, context.city)
    guess = context.reading.category
    return _put(draft, replace(guess, confidence=1.0), context.city) if guess else Unclear("hint.choose")


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

    def ask(_: Draft, context: Context) -> Reply:
        return Reply(context.say("ask.category"), _choices(parent, context), step=step)

    def read(draft: Draft, context: Context) -> Draft | Unclear:
        code = pick(_choices(parent, context), step, context)
        if code is None:
            return Unclear("hint.choose")
        other = code == parent
        return (
            _put(draft, CategoryGuess(code, 1.0), context.city)
            if other
            else chosen(draft, code, context.city)
        )

    return Question(step, ask, read, lambda _: False, lambda draft: draft, required=True)


def extra(question: ExtraQuestion) -> Question:
    """A category's own question as one of ours."""
    step = EXTRA + question.key

    def ask(_: Draft, context: Context) -> Reply:
        return Reply(
            local(question.ask, context.situation.language) or "",
            _extra_choices(question, context),
            step=step,
        )

    def read(draft: Draft, context: Context) -> Draft | Unclear:
        answer = _answer(question, step, context)
        return answered(draft, question.key, answer) if answer else Unclear("hint.choose")

    def clear(draft: Draft) -> Draft:
        return replace(draft, answers=tuple(a for a in draft.answers if a[0] != question.key))

    return Question(step, ask, read, lambda d: question.key not in dict(d.answers), clear)


def answered(draft: Draft, key: str, answer: str) -> Draft:
    """The draft with this answer to a category's own question, in place of an older one."""
    others = tuple(one for one in draft.answers if one[0] != key)
    return replace(draft, answers=(*others, (key, answer)))


def _answer(question: ExtraQuestion, step: str, context: Context) -> str:
    options = _extra_choices(question, context)
    option = pick(options, step, context)
    if option is not None:
        return {choice.option: choice.label for choice in options}[option]
    if options and context.reading.number is not None:
        return ""  # a number, but none of the choices
    text = context.inbound.text.strip()[:100]
    return text if has_words(text) or text.isalnum() else ""


def _extra_choices(question: ExtraQuestion, context: Context) -> tuple[Choice, ...]:
    labels = local(question.choices, context.situation.language) or ()
    return tuple(Choice(str(number), label) for number, label in enumerate(labels, 1))


def _ask_likely(draft: Draft, context: Context) -> Reply:
    return Reply(context.say("ask.likely"), _likely(draft, context), step="likely")


def _read_likely(draft: Draft, context: Context) -> Draft | Unclear:
    code = pick(_likely(draft, context), "likely", context)
    if code is not None:
        return chosen(draft, code, context.city)
    guess = context.reading.category
    return _put(draft, replace(guess, confidence=1.0), context.city) if guess else Unclear("hint.choose")


def _likely(draft: Draft, context: Context) -> tuple[Choice, ...]:
    options = (Choice(code, context.called(context.city.categories[code].name)) for code in draft.likely)
    return (*options, *context.choices(skip="choice.none_of_these"))


def _undecided(draft: Draft) -> bool:
    return draft.category is None and bool(draft.likely)


LIKELY = Question("likely", _ask_likely, _read_likely, _undecided, lambda d: d)
"""Which of the likeliest, where a model abstains; whoever does not know leaves it to people."""
CATEGORY = Question("category", _ask_top, _read_top, lambda _: False, lambda d: d, required=True)
