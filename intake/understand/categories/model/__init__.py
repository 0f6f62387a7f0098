"""A category model an operator trained on closed tickets: numbers in files, none of it ever run."""
