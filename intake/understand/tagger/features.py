"""What the tagger sees around each token, as numbers: the same for training and reading.

A feature is a template (which views of which neighbours) with what stands there, hashed into 32 bits. All of
a text's features are made at once; the work grows with the number of tokens.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from intake.understand.tagger.slots import Hint
from intake.understand.tagger.tokens import VIEWS, TextTokens

Keys = npt.NDArray[np.uint32]

HINTS = ("identity", "phone", "card", "mail", "account", "plate", "door", "name", "form")
"""What the persons' rules find, each kind for itself."""
READ = ("place", "time", "called", "subject", "wish", "enterprise")
"""What a reading's rules find; beside the others, since they overlap them."""

_REACH = 4
_W, _K, _N, _L, _D, _P, _V, _A, _B, _H, _R = range(len(VIEWS) + 2)
_Part = tuple[int, int]
_TEMPLATES: tuple[tuple[_Part, ...], ...] = (
    *(((_W, off),) for off in range(-4, 5)),
    *(((_W, off), (_W, off + 1)) for off in range(-3, 3)),
    *(((_W, off), (_W, off + 1), (_W, off + 2)) for off in range(-3, 2)),
    ((_W, -1), (_W, 1)),
    ((_W, 0), (_W, 1), (_W, 2), (_W, 3)),
    ((_W, -3), (_W, -2), (_W, -1), (_W, 0)),
    ((_D, 0), (_W, 1)),
    ((_D, 0), (_W, -1)),
    ((_K, -2), (_K, -1), (_K, 0)),
    ((_K, -1), (_K, 0), (_K, 1)),
    ((_K, 0), (_K, 1), (_K, 2)),
    ((_N, 0),),
    ((_N, -1), (_N, 0)),
    ((_N, 0), (_N, 1)),
    ((_N, 0), (_N, 1), (_N, 2), (_K, 3)),
    ((_N, -1), (_N, 0), (_N, 1), (_K, 2)),
    ((_N, -2), (_N, -1), (_N, 0), (_K, 1)),
    ((_W, -1), (_N, 0), (_N, 1)),
    ((_W, -2), (_W, -1), (_N, 0)),
    ((_W, 1), (_N, -1), (_N, 0)),
    ((_K, -1), (_N, 0), (_L, 1)),
    *(((_L, off),) for off in (-2, -1, 0, 1, 2, 3)),
    ((_L, -1), (_L, 0), (_L, 1)),
    ((_W, 0), (_L, 1)),
    *(((_H, off),) for off in (-2, -1, 0, 1, 2)),
    ((_H, -1), (_H, 0), (_H, 1)),
    ((_W, 0), (_H, 0)),
    ((_R, -1), (_R, 0), (_R, 1)),
    ((_R, 0), (_W, 0)),
    ((_R, 0),),
    *(((_P, off),) for off in (-2, -1, 0, 1, 2)),
    ((_P, -1), (_P, 0)),
    ((_P, 0), (_P, 1)),
    ((_P, -1), (_P, 0), (_P, 1)),
    ((_P, 0), (_W, 0)),
    ((_V, 0), (_P, 0)),
    ((_A, 0), (_P, 0)),
    ((_B, 0), (_P, 0)),
    ((_A, 0), (_V, 0), (_P, 0)),
    ((_V, 0), (_B, 0), (_P, 0)),
    ((_A, 0), (_B, 0), (_P, 0)),
)
_PARTS = 4
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
SHAPE = 2
"""Raise it when a feature changes its meaning: weights learnt before fit no more."""


def features(said: TextTokens, hints: Iterable[Hint] = ()) -> Keys:
    """A row for each token, a column for each template."""
    size = len(said)
    views = np.zeros((len(VIEWS) + 3, size + 2 * _REACH), dtype=np.uint64)  # the last row is of nothing
    views[: len(VIEWS), _REACH : _REACH + size] = said.codes + np.uint64(1)
    hints = tuple(hints)
    views[_H, _REACH : _REACH + size] = _marked(said, hints, HINTS)
    views[_R, _REACH : _REACH + size] = _marked(said, hints, READ)
    width = views.shape[1]
    flat = views.ravel()
    at = np.arange(size)[:, None]
    mixed = np.arange(1, len(_TEMPLATES) + 1, dtype=np.uint64)[None, :] * _MIX
    mixed = np.repeat(mixed, size, axis=0)
    for part in range(_PARTS):
        mixed = (mixed ^ flat[_ROWS[part] * width + _OFFSETS[part] + at]) * _MIX
        mixed ^= mixed >> _SHIFT
    return (mixed >> np.uint64(16)).astype(np.uint32)


def _marked(said: TextTokens, hints: Sequence[Hint], kinds: Sequence[str]) -> npt.NDArray[np.uint64]:
    """For each token the kind of hint it lies in, and whether it is its first."""
    marks = np.zeros(len(said), dtype=np.uint64)
    for hint in hints:
        if hint.kind in kinds:
            inside, code = within(said, hint), 2 + 2 * kinds.index(hint.kind)
            marks[inside] = code
            marks[inside.start : min(inside.start + 1, inside.stop)] = code + 1
    return marks


def within(said: TextTokens, hint: Hint) -> slice:
    """Its tokens."""
    low, high = bisect_right(said.ends, hint.start), bisect_left(said.starts, hint.end)
    return slice(low, max(low, high))


def _parts(which: int) -> list[npt.NDArray[np.int64]]:
    nothing = (len(VIEWS) + 2, 0)
    filled = [(*template, *[nothing] * (_PARTS - len(template))) for template in _TEMPLATES]
    return [np.array([template[part][which] for template in filled]) for part in range(_PARTS)]


_ROWS = _parts(0)
_OFFSETS = [offsets + _REACH for offsets in _parts(1)]
