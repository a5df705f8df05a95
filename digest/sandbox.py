"""Where hostile documents are read: worker processes with limits of time and memory.

A document that loops, swells or crashes its reader costs its own call only. Pebble keeps the
workers: it kills the one that is late and starts another, while the rest go on.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeAlias, TypeVar

from pebble import ProcessExpired, ProcessPool

from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

P = ParamSpec("P")
T = TypeVar("T")

if TYPE_CHECKING:
    Call: TypeAlias = tuple[Callable[..., T], Sequence[Any], Mapping[str, Any], float]

MIB = 1024 * 1024
MAX_WORKERS = 4  # by default: reading is short beside fetching
MAX_CALLS = 500  # of a worker before a fresh one takes its place, with fresh memory
ORPHAN_S = 5  # beyond its time, after which a call ends even without anybody to end it
ATTEMPTS = 2  # where the workers of the first were ended from outside, as a short memory does
WATCH_S = 1  # between two looks at whether the pool that has a call is still at work
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
        self._in_hand: set[Future[Any]] = set()  # the calls that the pool has
        self._closings = 0
        # One thread keeps the pool, and nobody else starts, ends or replaces it. It is not the
        # event loop's: starting the workers takes half a second, in which others are served.
        self._keeper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function of a module, within the limits; when cancelled, the call is ended.

        Raises what the function raises, and SourceError when it took too long, took too much
        memory or brought its process down, and when there was nobody to make the call. A call
        whose workers were ended from outside is made again, once.
        """
        call = (function, args, kwargs, self._timeout_s + ORPHAN_S)
        closings = self._closings
        for _ in range(ATTEMPTS):
            try:
                return await self._attempt(call, closings)
            except TimeoutError as error:
                what = f"took more than {self._timeout_s:g} s to read"
                raise SourceError(what, hint=_HINT) from error
            except MemoryError as error:
                what = f"took more than {self._memory // MIB} MiB of memory to read"
                raise SourceError(what, hint=_HINT) from error
            except ProcessExpired as error:
                raise SourceError("brought down the process that read it", hint=_HINT) from error
            except BrokenProcessPool as error:
                if closings != self._closings:
                    raise SourceError("was not read: the program is ending") from error
        hint = "The machine may be short of memory or of processes: look, then pull again."
        raise SourceError("was not read: no process lived long enough to read it", hint=hint)

    def close(self) -> None:
        """End the workers, with whatever they are doing. A later call starts new ones."""
        self._closings += 1
        self._keeper.submit(self._end).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def _attempt(self, call: Call[T], closings: int) -> T:
        """Make a call. Raises what it raises, BrokenProcessPool where its pool came to an end."""
        scheduling = self._keeper.submit(self._schedule, call, closings)
        try:
            pool, future = await asyncio.wrap_future(scheduling)
        except asyncio.CancelledError:
            scheduling.add_done_callback(_withdraw)
            raise
        result = asyncio.wrap_future(future)
        try:
            while not result.done():
                await asyncio.wait([result], timeout=WATCH_S)
                # What is queued when pebble gives up a pool it never ends by itself.
                if not result.done() and not pool.active:
                    self._keeper.submit(self._end, pool)
            return result.result()
        finally:
            future.cancel()  # has no effect on what is done

    def _schedule(self, call: Call[T], closings: int) -> tuple[ProcessPool, Future[T]]:
        """Hand a call to a pool that works; the keeper's. Raises BrokenProcessPool."""
        if closings != self._closings:
            raise BrokenProcessPool("closed before the call could be made")
        if self._pool and not self._pool.active:  # pebble gives it up when an idle worker is killed
            self._end()
        self._pool = self._pool or self._new_pool()
        try:
            future = self._pool.schedule(_call, call, timeout=self._timeout_s)
        except RuntimeError as error:  # given up this moment, or unable to start its processes
            self._end()
            raise BrokenProcessPool("no process could be asked") from error
        self._in_hand.add(future)
        future.add_done_callback(self._in_hand.discard)
        return self._pool, future

    def _end(self, which: ProcessPool | None = None) -> None:
        """End the pool, if it is still this one, and the calls that it has; the keeper's."""
        pool = self._pool
        if pool is None or which not in (None, pool):
            return
        self._pool = None
        pool.stop()  # type: ignore[no-untyped-call]  # pebble types its other methods
        pool.join()
        for future in self._in_hand.copy():
            with suppress(InvalidStateError):  # cancelled at this moment
                future.set_exception(BrokenProcessPool("the pool was ended"))

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=MAX_CALLS,
            initializer=_confine,
            initargs=(self._memory,),
            context=_context(self._preload),
        )


def _withdraw(scheduling: Future[tuple[ProcessPool, Future[Any]]]) -> None:
    """Cancel a call that was handed over after nobody waited for it any more."""
    if not scheduling.cancelled() and not scheduling.exception():
        _, future = scheduling.result()
        future.cancel()


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
