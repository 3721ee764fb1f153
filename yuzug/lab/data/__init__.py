"""Data sets: reading, preparing, duplicates, splits."""
