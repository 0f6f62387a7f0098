"""How likely each tag is for each token, given the whole text: a chain's forward and backward sums."""

import numpy as np
import numpy.typing as npt

_OFTEN = 8
"""Tokens after which sums are brought back to one; a token shrinks them by less than e⁻²⁵ each way."""

Floats = npt.NDArray[np.float32]


def chances(emitted: Floats, follows: Floats) -> Floats:
    """Of each token (a row) the probability of each tag. `follows[a, b]`: how gladly b stands behind a."""
    size = len(emitted)
    if not size:
        return emitted
    here = np.exp((emitted - emitted.max(axis=1, keepdims=True)).astype(np.float64))
    step = np.exp((follows - follows.max()).astype(np.float64))
    back_step = np.ascontiguousarray(step.T)
    forward, backward = np.empty_like(here), np.empty_like(here)
    forward[0], backward[-1] = here[0], 1.0
    for at in range(1, size):
        forward[at] = np.dot(forward[at - 1], step) * here[at]
        backward[-at - 1] = np.dot(here[-at] * backward[-at], back_step)
        if not at % _OFTEN:
            forward[at] /= forward[at].sum()
            backward[-at - 1] /= backward[-at - 1].sum()
    both = forward * backward
    both /= both.sum(axis=1, keepdims=True)
    likely: Floats = both.astype(np.float32)
    return likely
