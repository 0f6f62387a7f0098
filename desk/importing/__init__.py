"""Tickets that came by telephone or elsewhere, brought in from a table: the rates cover all channels."""
