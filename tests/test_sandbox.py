from __future__ import annotations

import asyncio
import ctypes
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.errors import SourceError
from digest.sandbox import MIB, Sandbox
from digest.sources.gathering import MAX_ENTRIES
from digest.sources.parsing import parse_feed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.protocols import Pulled

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
URL = "https://feeds.courier.example/world.xml"
PRELOAD = ("digest.sources.parsing",)
ITEM = "<item><title>A</title><link>/a</link></item>"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(timeout_s=2, memory=128 * MIB, workers=2, preload=PRELOAD) as sandbox:
        yield sandbox


async def parsed(sandbox: Sandbox, body: bytes) -> Pulled:
    return await sandbox.run(parse_feed, body, {}, url=URL, source=URL, now=NOW)


def rss(content: str) -> bytes:
    return f'<rss version="2.0"><channel><title>T</title>{content}</channel></rss>'.encode()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


# ------------------------------------------------------------------ calls


def test_a_call_gives_what_the_function_gives(sandbox: Sandbox) -> None:
    (article,) = asyncio.run(parsed(sandbox, rss(ITEM))).articles
    assert article.title == "A"


def test_a_call_happens_in_another_process(sandbox: Sandbox) -> None:
    assert asyncio.run(sandbox.run(os.getpid)) != os.getpid()


def test_an_error_of_ours_arrives_whole(sandbox: Sandbox) -> None:
    page = b"<html><link type='application/rss+xml' href='/f'></html>"
    with pytest.raises(SourceError) as caught:
        asyncio.run(parsed(sandbox, page))
    with pytest.raises(SourceError) as here:
        parse_feed(page, {}, url=URL, source=URL, now=NOW)
    assert caught.value.what == "a web page (HTML), not a feed"
    assert (caught.value.where, caught.value.hint) == (here.value.where, here.value.hint)


def test_any_other_error_arrives_as_it_is(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        asyncio.run(sandbox.run(int, "x"))


# ------------------------------------------------------------------ limits


def test_a_call_that_takes_too_long_is_ended_and_told(sandbox: Sandbox) -> None:
    started = time.monotonic()
    with pytest.raises(SourceError, match="took more than 2 s to read"):
        asyncio.run(sandbox.run(time.sleep, 60))
    assert time.monotonic() - started < 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_a_call_that_takes_too_much_memory_is_told(sandbox: Sandbox) -> None:
    with pytest.raises(SourceError, match="took more than 128 MiB of memory"):
        asyncio.run(sandbox.run(bytearray, 200 * MIB))
    assert len(asyncio.run(sandbox.run(bytearray, 16 * MIB))) == 16 * MIB


def test_a_crash_costs_its_own_call_only(sandbox: Sandbox) -> None:
    async def calls() -> list[object]:
        crashing = (sandbox.run(os.abort), sandbox.run(ctypes.string_at, 1))
        healthy = (parsed(sandbox, rss(ITEM)) for _ in range(8))
        return await asyncio.gather(*crashing, *healthy, return_exceptions=True)

    aborted, segfault, *healthy = asyncio.run(calls())
    for error in (aborted, segfault):
        assert isinstance(error, SourceError)
        assert error.what == "brought down the process that read it"
    assert len({str(one) for one in healthy}) == 1
    assert not isinstance(healthy[0], BaseException)


def test_a_cancelled_call_is_ended(sandbox: Sandbox, tmp_path: Path) -> None:
    async def cancel_first() -> None:
        calls = [asyncio.create_task(sandbox.run(time.sleep, 60)) for _ in range(2)]
        await asyncio.sleep(0.3)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        started = time.monotonic()
        await sandbox.run(os.getpid)  # both workers were busy
        assert time.monotonic() - started < 1.5

    asyncio.run(cancel_first())


@pytest.mark.parametrize("calls_before", [0, 1])
def test_a_call_cancelled_at_once_is_ended_as_well(calls_before: int) -> None:
    async def cancel_first(sandbox: Sandbox) -> float:
        for _ in range(calls_before):
            await sandbox.run(os.getpid)
        call = asyncio.create_task(sandbox.run(time.sleep, 60))
        await asyncio.sleep(0)  # it has begun, and is being handed over in a thread
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        started = time.monotonic()
        await sandbox.run(os.getpid)  # there is one worker
        return time.monotonic() - started

    with Sandbox(timeout_s=8, workers=1) as sandbox:
        assert asyncio.run(cancel_first(sandbox)) < 4


def test_calls_in_hand_are_told_that_the_program_is_ending() -> None:
    async def close_amid(sandbox: Sandbox) -> list[BaseException | None]:
        calls = [asyncio.create_task(sandbox.run(time.sleep, 60)) for _ in range(3)]
        await asyncio.sleep(1)  # one runs, two wait for the only worker
        calls.append(asyncio.create_task(sandbox.run(time.sleep, 60)))
        await asyncio.sleep(0)  # one is being handed over
        sandbox.close()
        ended = asyncio.gather(*calls, return_exceptions=True)
        return await asyncio.wait_for(ended, 5)

    told = asyncio.run(close_amid(Sandbox(timeout_s=30, workers=1)))
    assert [str(error) for error in told] == ["was not read: the program is ending"] * 4
    assert {type(error) for error in told} == {SourceError}


@pytest.mark.skipif(os.name != "posix", reason="only there a process is killed from outside")
@pytest.mark.parametrize("after_s", [0, 0.1, 1])
def test_calls_go_on_when_an_idle_worker_was_killed(after_s: float) -> None:
    async def calls(sandbox: Sandbox) -> list[int]:
        killed = await sandbox.run(os.getpid)
        os.kill(killed, signal.SIGKILL)
        await asyncio.sleep(after_s)
        pids = await asyncio.gather(*(sandbox.run(os.getpid) for _ in range(8)))
        assert killed not in pids
        return [*pids, await sandbox.run(os.getpid)]

    with Sandbox(workers=2) as sandbox:
        pids = asyncio.run(asyncio.wait_for(calls(sandbox), 8))
        assert is_running(pids[-1])
    assert not any(is_running(pid) for pid in pids)


def test_nothing_runs_before_the_first_call_and_no_worker_after_the_close() -> None:
    sandbox = Sandbox(workers=1)
    sandbox.close()
    pid = asyncio.run(sandbox.run(os.getpid))
    assert is_running(pid)
    sandbox.close()
    assert not is_running(pid)
    assert asyncio.run(sandbox.run(os.getpid)) != pid
    sandbox.close()


SCRIPT = """
import asyncio, os, signal, sys, time
from digest.sandbox import Sandbox

def main():
    # A shell starts what runs in the background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Sandbox(workers=1) as sandbox:
        print(asyncio.run(sandbox.run(os.getpid)), flush=True)
        if len(sys.argv) > 1:
            asyncio.run(sandbox.run(time.sleep, 60))

if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize("flags", [(), ("-m",)])
def test_a_script_and_a_module_may_use_it(tmp_path: Path, flags: tuple[str, ...]) -> None:
    (tmp_path / "plain.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, *flags, "plain" if flags else "plain.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.strip().isdigit()


@pytest.mark.skipif(os.name != "posix", reason="a terminal's interrupt goes to a process group")
def test_an_interrupt_shows_no_workers_traceback(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, "plain.py", "wait"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        worker = int(process.stdout.readline())
        time.sleep(0.5)  # until it waits for its second call
        os.killpg(process.pid, signal.SIGINT)
        told, complaints = process.communicate(timeout=30)
    assert (told, complaints) == ("interrupted\n", "")
    assert not is_running(worker)


# ------------------------------------------------------------------ bombs

DEEP = rss("<item><title>A</title><link>/a</link>" + "<b>" * 97_000)
LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
)  # a thousand million laughs
BOMBS = {
    "200,000 items": rss("<item><title>A</title></item>" * 200_000),
    "nested tags": DEEP,
    "nested tags in a body": rss(
        f"<item><title>A</title><link>/a</link><description>{'&lt;div&gt;' * 97_000}"
        "</description></item>"
    ),
    "bare ampersands": rss(f"{ITEM}<item><title>{'&' * 4_000_000}</title></item>"),
    "open CDATA": rss(ITEM + "<![CDATA[ ]] " * 300_000),
    "unclosed items": rss("<item><title>A</title>" * 50_000),
    "undeclared prefixes": rss(ITEM + "".join(f"<p{n}:x/>" for n in range(100_000))),
    "laughs": f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>'.encode()
    + rss(ITEM + "<item><title>&l9;</title><link>/b</link></item>"),
    "quadratic blow-up": f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>'.encode()
    + rss(f"{ITEM}<item><title>{'&a;' * 50_000}</title><link>/b</link></item>"),
    "external entity": b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + rss(f"{ITEM}<item><title>B &x;</title><link>/b</link></item>"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_leaves_a_healthy_document_unharmed(sandbox: Sandbox, name: str) -> None:
    async def both() -> tuple[Pulled | BaseException, Pulled | BaseException]:
        bomb, healthy = parsed(sandbox, BOMBS[name]), parsed(sandbox, rss(ITEM))
        return await asyncio.gather(bomb, healthy, return_exceptions=True)

    started = time.monotonic()
    bomb, healthy = asyncio.run(both())
    assert time.monotonic() - started < 5
    assert not isinstance(healthy, BaseException)
    assert len(healthy.articles) == 1
    assert isinstance(bomb, SourceError) or not isinstance(bomb, BaseException)
    assert "root:" not in str(bomb)


@pytest.mark.soak
@pytest.mark.parametrize("name", BOMBS)
def test_ten_times_the_bomb_is_ended_in_time_within_its_memory(name: str) -> None:
    body = BOMBS[name]
    larger = body.replace(ITEM.encode(), b"") + body[len(body) // 2 :] * 5
    with Sandbox(workers=1, preload=PRELOAD) as sandbox:
        asyncio.run(sandbox.run(os.getpid))
        started = time.monotonic()
        with suppress(SourceError):
            pulled = asyncio.run(parsed(sandbox, larger))
            assert len(pulled.articles) <= MAX_ENTRIES
        assert time.monotonic() - started < 20  # ten, and a busy machine
