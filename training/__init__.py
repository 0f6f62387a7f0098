"""Learning from closed tickets: what `jiesu classify train` does. Only this folder needs scikit-learn."""
