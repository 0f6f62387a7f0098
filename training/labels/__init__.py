"""The labels learnt from the corpus: `python -m training.labels train`, and figures batch by batch: `… folds`."""
