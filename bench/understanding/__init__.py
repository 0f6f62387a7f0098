"""How well messages are understood, each goal with the figure beside it."""
