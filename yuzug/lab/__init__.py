"""The extra ``yuzug[lab]``: data, training and evaluation. The app never imports it."""
