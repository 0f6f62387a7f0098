"""Named attacks on a whole house, each with the answer it got."""
