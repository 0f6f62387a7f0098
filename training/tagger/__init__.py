"""The tagger learnt from the corpus: `python -m training.tagger train`, and its figures: `… evaluate`."""
