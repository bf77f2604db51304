"""A stand-in for a mail server on this machine. It takes every mail, delivers none, and shows them on a web page.

    python -m sandbox.inbox --port 3002 --smtp-port 3003 --state .data/inbox.sqlite3

It speaks SMTP (RFC 5321, with SMTPUTF8) without sign-in or encryption, and keeps the last 1,000 messages over restarts.
The page lists them, newest first, and renews itself; a message's HTML is shown in a frame that runs no script.

Test controls (JSON in, JSON out):

    GET    /_test/health                    up?
    GET    /_test/messages?to=&since=       to an address in any letter case, newer than an id; newest first, each with
                                            id, from, to, subject, headers, text, html, links, received_at
    DELETE /_test/messages                  forget everything
    POST   /_test/outage                    {"messages": 3, "code": 451}: the next messages are refused, 4yz for now
                                            or 5yz for good
"""
