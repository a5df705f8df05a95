"""Plugs that let emails leave the house: into a folder or a Maildir, or by a mail server.

Each keeps `protocols.Deliverer`. `smtp` is a room of several files:

    wire ▸ connecting ▸ posting ▸ smtp     bytes, a connection, a session, the plug
           envelopes ▸ admission           what is written; who of a batch may go now
           throttling ▸ admission          what domains put up with
"""

from __future__ import annotations
