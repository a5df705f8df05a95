"""Plugs that let emails leave: into a folder or a Maildir, by a mail server or by Amazon SES.

Each keeps `protocols.Deliverer`. `smtp` and `ses` are rooms of several files:

    wire ▸ connecting ▸ posting ▸ smtp     bytes, a connection, a session, the plug
           envelopes ▸ admission           what is written; who of a batch may go now
           throttling ▸ admission          what domains put up with

    amazon, allowance ▸ ses         the API; what an account may send; a session and the plug
"""

from __future__ import annotations
