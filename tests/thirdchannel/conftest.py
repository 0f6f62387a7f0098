"""What is laid over the copy is not collected here: it is right in the copy alone."""

collect_ignore = ["new"]
