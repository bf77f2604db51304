"""The rules: they own the transactions and know no Reflex and no FastAPI."""
