"""The REST API for a creator's own software, served at /api/v1."""
