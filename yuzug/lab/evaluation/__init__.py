"""Evaluation: predictions, metrics, intervals, corruptions, report."""
