"""What goes wrong between us and others, on purpose."""
