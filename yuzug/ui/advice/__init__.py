"""Advice: cards, filters and the Mood tab."""
