"""What kind of message it is, learnt from the corpus: its type, its matter, its acts."""
