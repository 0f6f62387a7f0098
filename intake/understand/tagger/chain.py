"""How likely each tag is for each token, given the whole text: a chain's forward and backward sums."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def chances(emitted: Floats, follows: Floats) -> Floats:
    """Of each token (a row) the probability of each tag. `follows[a, b]`: how gladly b stands behind a."""
    size = len(emitted)
    if not size:
        return emitted
    here = np.exp(emitted - emitted.max(axis=1, keepdims=True))
    step = np.exp(follows - follows.max())
    back_step = np.ascontiguousarray(step.T)
    forward, backward = np.empty_like(here), np.empty_like(here)
    forward[0] = here[0] / here[0].sum()
    backward[-1] = 1.0
    for at in range(1, size):
        ahead = (forward[at - 1] @ step) * here[at]
        forward[at] = ahead / ahead.sum()
        behind = (here[-at] * backward[-at]) @ back_step
        backward[-at - 1] = behind / behind.sum()
    both: Floats = forward * backward
    both /= both.sum(axis=1, keepdims=True)
    return both
