"""States: what a screen shows, one module for each page with events, and the one guard in session.py."""
