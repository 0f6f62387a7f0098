"""Recorded complaints, told once more: scripted citizens on the stand-ins' phones, and the account of it."""
