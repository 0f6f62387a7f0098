"""Measurements and proofs: none of this is part of the product."""
