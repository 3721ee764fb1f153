"""Measuring explanations: faithfulness, deletion, sanity checks, mean maps."""
