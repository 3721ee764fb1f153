"""The extra ``yuzug[lab]``: data, training and evaluation. The app never imports it."""

# Seed of every sample that a published figure depends on.
SEED = 20261120
