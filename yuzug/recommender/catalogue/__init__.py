"""The catalogue of activities: its models, loading, checking and JSON schema."""
