"""The questions: each fills one slot of the draft.

A question asks (`Reply`) and reads an answer into a new `Draft`, or says why it could
not (`Unclear`, a value and no exception). The next question is the first slot that is
asked for and empty.
"""
