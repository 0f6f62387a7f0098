"""A city to look at: tickets nobody filed, made up in bulk. Never beside a real channel."""
