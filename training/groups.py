"""Near copies: complaints sent twice, or by several people from one text. They must not be parted between
what is learnt and what is tried, or the figures flatter.

Two complaints are near copies if the cosine of their runs of signs is at least `ALIKE`; copies of copies
belong to one group.
"""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

ALIKE = 0.7
AT_ONCE = 500
"""Rows compared with all others at once: bounds the memory."""

Groups = npt.NDArray[np.int64]


def near_copies(bodies: csr_matrix) -> Groups:
    """A group number for each row of `bodies`, whose rows have the length one (or none)."""
    columns = bodies.T.tocsr()
    pairs = []
    for start in range(0, bodies.shape[0], AT_ONCE):
        near = (bodies[start : start + AT_ONCE] @ columns).tocoo()
        close = near.data >= ALIKE
        pairs.append((near.row[close] + start, near.col[close]))
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    graph = csr_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(bodies.shape[0],) * 2)
    found: Groups = connected_components(graph, directed=False)[1].astype(np.int64)
    return found


def folds(labels: npt.NDArray[np.int64], groups: Groups, count: int, seed: int) -> npt.NDArray[np.int64]:
    """The fold of each row: groups stay whole, labels are spread as evenly as that allows."""
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1)
    by_size = order[np.argsort(-np.bincount(groups)[order], kind="stable")]
    members = _members(groups)
    kinds = int(labels.max()) + 1
    filled = np.zeros((count, kinds))
    shares = np.bincount(labels, minlength=kinds)
    found = np.empty(len(labels), dtype=np.int64)
    for group in by_size:
        own = np.bincount(labels[members[group]], minlength=kinds)
        best = int(
            np.argmin(((filled + own) / shares).max(axis=1) + (filled + own).sum(axis=1) / len(labels))
        )
        filled[best] += own
        found[members[group]] = best
    return found


def _members(groups: Groups) -> list[npt.NDArray[np.int64]]:
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.cumsum(np.bincount(groups))[:-1])
