"""What an expression looks like, why the model thinks so, and what to do next."""
