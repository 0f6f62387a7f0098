"""A city's surveys in virtual time: who is asked when, by which way, and what comes of it."""
