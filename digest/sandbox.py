"""Where hostile documents are read: worker processes with limits of time and memory.

A document that loops, swells or crashes its reader costs its own call only. Pebble keeps the
workers: it kills the one that is late and starts another, while the rest go on.
"""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

P = ParamSpec("P")
T = TypeVar("T")

MIB = 1024 * 1024
MAX_WORKERS = 4  # by default: reading is short beside fetching
MAX_CALLS = 500  # of a worker before a fresh one takes its place, with fresh memory
ORPHAN_S = 5  # beyond its time, after which a call ends even without anybody to end it
_HINT = "The document may be broken or hostile: open its address in a browser to see."


class Sandbox:
    """Calls functions in worker processes; keeps `protocols.Sandbox`.

    A call may take `timeout_s` seconds. A worker may take `memory` bytes more than it has when it
    starts; only Linux enforces that, elsewhere the time alone is bounded. `preload` names the
    modules that workers have at hand. The workers start with the first call and are gone after
    `close`. As with all of Python's process pools, a script that uses one needs an
    `if __name__ == "__main__":`.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 10,
        memory: int = 512 * MIB,
        workers: int | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self._timeout_s = timeout_s
        self._memory = memory
        self._workers = workers or min(os.cpu_count() or 1, MAX_WORKERS)
        self._preload = [__name__, *preload]
        self._pool: ProcessPool | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function of a module, within the limits; when cancelled, the call is ended.

        Raises what the function raises, and SourceError when it took too long, took too much
        memory or brought its process down.
        """
        call = (function, args, kwargs, self._timeout_s + ORPHAN_S)
        # In a thread: starting the workers takes half a second, in which others are served.
        schedule = functools.partial(self._started().schedule, _call, call)
        future = await asyncio.to_thread(schedule, timeout=self._timeout_s)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            what = f"took more than {self._timeout_s:g} s to read"
            raise SourceError(what, hint=_HINT) from error
        except MemoryError as error:
            what = f"took more than {self._memory // MIB} MiB of memory to read"
            raise SourceError(what, hint=_HINT) from error
        except ProcessExpired as error:
            raise SourceError("brought down the process that read it", hint=_HINT) from error
        except BrokenProcessPool as error:  # pebble gives up a pool whose idle worker was killed
            self.close()
            what = "was not read: the processes that read were ended from outside"
            raise SourceError(what, hint="Pull again; check the machine's memory.") from error

    def close(self) -> None:
        """End the workers, with whatever they are doing. A later call starts new ones."""
        pool, self._pool = self._pool, None
        if pool:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble types its other methods
            pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=MAX_CALLS,
                initializer=_confine,
                initargs=(self._memory,),
                context=_context(self._preload),
            )
        return self._pool


def _context(preload: Sequence[str]) -> multiprocessing.context.BaseContext:
    """Give the way in which processes start.

    A fork of this program would copy its threads' locks in whatever state, and a spawned one takes
    a second to import everything. Forks of a server that has one thread, has imported what is
    needed and does nothing else are safe, and there in milliseconds.
    """
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def _confine(memory: int) -> None:
    """Set the limits of this worker process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's handler waits for C code to return
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[5])  # VmData: what is limited
        limit = pages * resource.getpagesize() + memory
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash writes no file


def _call(
    function: Callable[..., T],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    seconds: float,
) -> T:
    """Call, in the worker; the kernel ends it after `seconds`, if nobody lives to do so."""
    if sys.platform == "win32":
        return function(*args, **kwargs)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return function(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
