"""What the tagger found beside what the rules found, weighed slot by slot."""
