"""The bulletin of a period: its figures, what is said of them, and the files leaders get."""
