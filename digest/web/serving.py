"""The server: waitress, for whatever stands before it to the outside (a proxy that knows TLS)."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from waitress import create_server

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

THREADS = 8
MAX_HEADER_BYTES = 32 * 1024
MAX_BODY_BYTES = 64 * 1024  # readers send short forms at most


def serve(app: Flask, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until a signal says stop; `tell` is called with each address that it listens at.

    Port 0 takes any that is free. Raises ConfigError where it cannot listen.
    """
    try:
        server = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident="",  # which server this is concerns nobody
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=MAX_BODY_BYTES,
        )
    except (OSError, ValueError) as error:  # waitress's word for a host that is none
        raise ConfigError(
            f"it cannot listen there: {getattr(error, 'strerror', '') or error}",
            where=f"{host}:{port}",
            hint="Choose another --host or --port, or stop what listens there",
        ) from error
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listening = getattr(server, "effective_listen", None)
    for name, number in listening or [(server.effective_host, server.effective_port)]:
        tell(f"http://{f'[{name}]' if ':' in name else name}:{number}/")
    server.run()
