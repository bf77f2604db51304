"""Screens: one module each, pure functions over values of a state."""
