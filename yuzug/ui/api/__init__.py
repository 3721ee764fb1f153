"""The public endpoints: HTTP and MCP."""
