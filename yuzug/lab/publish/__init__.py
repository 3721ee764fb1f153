"""Publishing weights and Spaces; model cards."""
