"""Renders pickled issues in several threads, where no network can be asked: run by a test."""

from __future__ import annotations

import pickle
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

from digest.rendering import render_issue

# Audit events come before what they tell of is done (docs.python.org, "Audit events table").
FORBIDDEN = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostby",
    "socket.send",
    "subprocess.Popen",
    "os.system",
)


def forbid(event: str, _: object) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"rendering asked for {event}")


def is_forbidden() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def main() -> None:
    threads, jobs = pickle.load(sys.stdin.buffer)
    sys.addaudithook(forbid)
    if not is_forbidden():
        raise SystemExit("the network could be asked")
    with ThreadPoolExecutor(threads) as pool:
        emails = list(pool.map(lambda job: render_issue(job[0], themes=[job[1]]), jobs))
    pickle.dump(emails, sys.stdout.buffer)


if __name__ == "__main__":
    main()
