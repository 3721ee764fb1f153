"""The Photo tab: one photo, its explanation and report."""
