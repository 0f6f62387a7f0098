"""The desk's own revisions; they keep their own version table."""
