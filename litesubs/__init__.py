"""Litesubs: sell credits without subscriptions."""
