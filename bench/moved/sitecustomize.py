"""What Python runs first under a moved clock (`bench.moved_clock` puts this folder on its path).

Debian's libfaketime 0.9.10 moves the moment at which a sleep on the unmoved clock is to end, though told to
leave that clock alone: `time.sleep` fails with EINVAL. A wait for nothing is not touched.
"""

import select
import time


def _sleep(seconds: float, /) -> None:
    """As `time.sleep`."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
