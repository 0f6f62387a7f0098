"""Labels learnt from the corpus: `python -m training.labels train`; figures batch by batch: `… folds`."""
