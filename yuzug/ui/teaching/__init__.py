"""Teaching one's face on the page; the numbers stay in the visitor's browser."""
