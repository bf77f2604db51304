"""What the domain hands to pages and API: frozen values with the words and numbers a person reads, never rows.

Ids are public (prefixed) ids. Text fields are ready to show: money with its currency, dates in words, U+2212 for minus.
Where a thing may be absent, text is "" and a number is 0, so that a page can test it without null.
"""
