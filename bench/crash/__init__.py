"""Kill the real processes at every durable step, and account for every message and ticket.

`python -m bench.crash` (`make crash`) runs it all; `bench.crash.run` is what tests call. Nothing in the
product knows of it: the points at which a process dies are put round its functions in the child, after
the fork and before it opens.
"""
