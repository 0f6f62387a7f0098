"""What schemathesis asks: every path as each role, and our published contract with a good signature."""
