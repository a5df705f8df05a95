"""Each subscriber their one email: what a send does with the ledger, whatever dies."""

from __future__ import annotations

import datetime as dt
import email
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from email.policy import default
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from fiction import CUTOFF
from publication import digest, facts, newsroom_of, write_publication

from digest.building import build
from digest.errors import DeliveryError, Held, Skipped
from digest.ledger import DeliveryState
from digest.model import IssueState
from digest.outgoing import Outcome
from digest.protocols import Limits
from digest.resting import Rests
from digest.resuming import recover
from digest.return_paths import read_return_token
from digest.sending import send, send_on
from digest.subscribers import Reason
from digest.tokens import Purpose, verify
from digest.warming import WarmUp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from digest.ledger import Tally
    from digest.newsroom import Newsroom
    from digest.outgoing import Delivery
    from digest.protocols import Session

TODAY = CUTOFF.date()
WEB = '[web]\nbase_url = "https://news.courier.example"\n'


class Line:
    """A deliverer whose answers a test chooses, by address; what it took is in `sent`."""

    irrevocable = True
    connections = 3
    limits = Limits(max_batch=7)

    def __init__(self, answer: Callable[[str], str] = lambda _: "sent") -> None:
        self.answer = answer
        self.sent: list[Delivery] = []
        self.tried: list[str] = []
        self.dead = False

    @contextmanager
    def open(self) -> Iterator[Session]:
        if self.dead:
            raise DeliveryError("nobody answers")
        yield self

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        for delivery in batch:
            answer = self.answer(delivery.subscriber.address)
            if answer == "untried":
                yield Outcome(delivery=delivery, state="deferred", detail="down", tried=False)
                continue
            begin(delivery)
            self.tried.append(delivery.subscriber.address)
            if answer == "dies":
                raise ConnectionResetError("the line went dead")
            if answer == "breaks":
                raise ZeroDivisionError("a plug's own mistake")
            if answer == "sent":
                self.sent.append(delivery)
            yield Outcome(delivery=delivery, state=answer, detail=f"so said {answer}")

    @property
    def addresses(self) -> list[str]:
        return [one.subscriber.address for one in self.sent if "home" in one.subscriber.address]


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with an issue built, and twenty subscribers, for tests to copy."""
    root = tmp_path_factory.mktemp("publication")
    config = write_publication(root)
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write(WEB)
    lines = "".join(f"reader{n}@home.example,Reader {n}\n" for n in range(20))
    (root / "list.csv").write_text(f"email,name\n{lines}", encoding="utf-8")
    digest(root, "subscribers", "import", "list.csv", "--consent", "the form")
    digest(root, "pull", "--at", CUTOFF.isoformat())
    with newsroom_of(config) as opened:
        build(opened, TODAY, CUTOFF, CUTOFF)
    return root


@pytest.fixture
def newsroom(publication: Path, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom of one's own, whose issue waits to be sent."""
    shutil.copytree(publication, tmp_path, dirs_exist_ok=True)
    with newsroom_of(tmp_path / "config") as opened:
        yield opened


def sent_by(newsroom: Newsroom, line: Line) -> Tally:
    send(replace(newsroom, deliverer=line), TODAY, CUTOFF)
    return newsroom.store.tally("daily", TODAY)


def state(newsroom: Newsroom) -> IssueState:
    record = newsroom.store.issue("daily", TODAY)
    assert record
    return record.state


def test_every_subscriber_gets_one_email_of_their_own(newsroom: Newsroom) -> None:
    line = Line()
    tally = sent_by(newsroom, line)
    assert dict(tally.counts) == {DeliveryState.SENT: 20}
    assert sorted(line.addresses) == sorted(f"reader{n}@home.example" for n in range(20))
    assert state(newsroom) is IssueState.SENT
    ids = set()
    for delivery in line.sent[1:]:  # the first is the publication's own
        message = email.message_from_bytes(delivery.message, policy=default)
        assert message["To"].addresses[0].addr_spec == delivery.subscriber.address
        assert message["To"].addresses[0].display_name == delivery.subscriber.name
        ids.add(message["Message-ID"])
        assert b"placeholder.invalid" not in delivery.message
        way_out = message["List-Unsubscribe"].removesuffix(">").rpartition("/")[2]
        ticket = verify(way_out, newsroom.store.link_keys(), Purpose.UNSUBSCRIBE)
        person = newsroom.store.subscriber("daily", ticket.mark)
        assert person
        assert person.subscriber.address == delivery.subscriber.address
    assert len(ids) == 20


def test_what_is_put_off_is_tried_again_and_the_issue_is_sent_when_it_adds_up(
    newsroom: Newsroom,
) -> None:
    line = Line(lambda address: "deferred" if "reader3@" in address else "sent")
    tally = sent_by(newsroom, line)
    assert (tally.counts[DeliveryState.DEFERRED], tally.open) == (1, 1)
    assert state(newsroom) is IssueState.SENDING
    assert tally.next_at
    line.answer = lambda _: "sent"
    recover(replace(newsroom, deliverer=line), CUTOFF)
    assert state(newsroom) is IssueState.SENDING  # its time has not come
    later = tally.next_at + dt.timedelta(seconds=1)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    assert state(newsroom) is IssueState.SENT
    assert len(line.addresses) == len(set(line.addresses)) == 20


def test_who_is_refused_for_good_does_not_keep_the_issue_open(newsroom: Newsroom) -> None:
    line = Line(lambda address: "failed" if "reader3@" in address else "sent")
    tally = sent_by(newsroom, line)
    assert dict(tally.counts) == {DeliveryState.SENT: 19, DeliveryState.FAILED: 1}
    assert state(newsroom) is IssueState.SENT
    assert newsroom.store.unfinished("daily", TODAY, 9) == (
        ("reader3@home.example", DeliveryState.FAILED, "so said failed"),
    )


def test_a_session_that_dies_loses_nobody_and_doubles_nobody(newsroom: Newsroom) -> None:
    line = Line(lambda address: "dies" if "reader3@" in address else "sent")
    assert sent_by(newsroom, line).open > 0
    assert state(newsroom) is IssueState.SENDING
    line.answer = lambda _: "sent"
    later = newsroom.clock() + dt.timedelta(hours=1)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    assert sorted(line.addresses) == sorted(f"reader{n}@home.example" for n in range(20))
    assert state(newsroom) is IssueState.SENT


def test_a_line_that_is_dead_from_the_start_keeps_everybody_waiting(newsroom: Newsroom) -> None:
    line = Line()

    def answer(address: str) -> str:
        line.dead = True  # once the own copy is out
        return "sent"

    line.answer = answer
    tally = sent_by(newsroom, line)
    assert dict(tally.counts) == {DeliveryState.PENDING: 20}
    assert state(newsroom) is IssueState.SENDING
    line.dead, line.answer = False, lambda _: "sent"
    recover(replace(newsroom, deliverer=line), CUTOFF)
    assert state(newsroom) is IssueState.SENT
    assert len(line.addresses) == len(set(line.addresses)) == 20


def test_whoever_leaves_meanwhile_is_spared_from_the_next_claim_on(newsroom: Newsroom) -> None:
    left: list[str] = []

    def answer(address: str) -> str:
        if "home" in address and not left:
            left.append("reader19@home.example")
            mark = newsroom.store.mark("reader19@home.example")
            newsroom.store.suppress(mark, Reason.COMPLAINED, CUTOFF)
        return "sent"

    line = Line(answer)
    line.connections = 1
    tally = sent_by(newsroom, line)
    assert tally.counts[DeliveryState.SUPPRESSED] == 1
    assert "reader19@home.example" not in line.addresses


def test_a_send_that_is_told_to_stop_goes_on_later(newsroom: Newsroom) -> None:
    line = Line()
    line.connections = 1
    send(replace(newsroom, deliverer=line), TODAY, CUTOFF, lambda: len(line.addresses) > 2)
    assert len(line.addresses) == 3
    assert state(newsroom) is IssueState.SENDING
    recover(replace(newsroom, deliverer=line), CUTOFF)
    assert len(line.addresses) == len(set(line.addresses)) == 20
    assert state(newsroom) is IssueState.SENT


def test_one_that_may_have_left_is_sent_once_more_and_then_left_to_a_person(
    newsroom: Newsroom,
) -> None:
    line = Line(lambda address: "unknown" if "reader3@" in address else "sent")
    assert sent_by(newsroom, line).counts[DeliveryState.DEFERRED] == 1
    later = newsroom.clock() + dt.timedelta(hours=2)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    assert newsroom.store.unfinished("daily", TODAY, 9) == (
        ("reader3@home.example", DeliveryState.UNKNOWN, "in doubt: so said unknown"),
    )
    assert state(newsroom) is IssueState.SENDING


@pytest.mark.parametrize("answer", ["unknown", "dies"])
def test_where_no_double_could_be_told_a_person_decides_at_once(
    newsroom: Newsroom, answer: str
) -> None:
    line = Line(lambda address: answer if "reader3@" in address else "sent")
    line.limits = Limits(max_batch=7, resend=False)
    assert sent_by(newsroom, line).counts[DeliveryState.UNKNOWN] == 1
    line.answer = lambda _: "sent"
    later = newsroom.clock() + dt.timedelta(hours=2)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    ((address, state_of_it, _),) = newsroom.store.unfinished("daily", TODAY, 9)
    assert (address, state_of_it) == ("reader3@home.example", DeliveryState.UNKNOWN)
    assert "reader3@home.example" not in line.addresses


def test_a_server_in_trouble_ends_the_try_and_not_the_send(newsroom: Newsroom) -> None:
    line = Line(lambda _: "sent")

    def answer(address: str) -> str:
        return "sent" if "home" not in address else "untried"

    line.answer = answer
    tally = sent_by(newsroom, line)
    assert tally.counts[DeliveryState.DEFERRED] == line.connections * line.limits.max_batch - 1
    line.answer = lambda _: "sent"
    later = newsroom.clock() + dt.timedelta(hours=2)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    assert state(newsroom) is IssueState.SENT


def test_whoever_leaves_while_they_were_put_off_is_spared(newsroom: Newsroom) -> None:
    line = Line(lambda address: "deferred" if "reader3@" in address else "sent")
    sent_by(newsroom, line)
    mark = newsroom.store.mark("reader3@home.example")
    newsroom.store.erase(mark, CUTOFF)
    later = newsroom.clock() + dt.timedelta(hours=2)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    assert state(newsroom) is IssueState.SENT
    assert "reader3@home.example" not in line.addresses


def test_whatever_breaks_once_the_own_copy_is_out_is_gone_on_with(newsroom: Newsroom) -> None:
    line = Line(lambda address: "breaks" if "home" in address else "sent")
    with pytest.raises(ZeroDivisionError):
        sent_by(newsroom, line)
    assert state(newsroom) is IssueState.SENDING
    line.answer = lambda _: "sent"
    later = newsroom.clock() + dt.timedelta(hours=2)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    assert state(newsroom) is IssueState.SENT
    assert len(set(line.addresses)) == 20


def test_nobody_is_written_to_who_could_not_leave(newsroom: Newsroom) -> None:
    bare = replace(newsroom, publication=replace(newsroom.publication, web_url=""))
    line = Line()
    with pytest.raises(DeliveryError, match="who could not leave") as caught:
        send(replace(bare, deliverer=line), TODAY, CUTOFF)
    assert "[web] base_url" in str(caught.value)
    assert line.sent == []
    assert state(newsroom) is IssueState.DRAFT


def test_saved_emails_are_saved_anew_with_a_rebuilt_issue(newsroom: Newsroom) -> None:
    send(newsroom, TODAY, CUTOFF)
    outbox = newsroom.out / "daily" / TODAY.isoformat() / "outbox"
    assert len(list(outbox.glob("reader*.eml"))) == 20
    before = (outbox / "reader3@home.example.eml").read_bytes()
    retitled = replace(newsroom.edition, title="The Evening Courier")
    again = replace(newsroom, edition=retitled)
    build(again, TODAY, CUTOFF, CUTOFF)
    send(again, TODAY, CUTOFF)
    assert (outbox / "reader3@home.example.eml").read_bytes() != before


def test_status_adds_an_issues_deliveries_up_and_names_who_did_not_get_it(
    newsroom: Newsroom,
) -> None:
    root = newsroom.out.parent
    assert "No subscriber was to get it" in digest(root, "status", TODAY.isoformat())
    sent_by(newsroom, Line(lambda address: "failed" if "reader3@" in address else "sent"))
    told = digest(root, "status", TODAY.isoformat())
    assert "20 deliveries: 1 failed, 19 sent" in told
    assert "reader3@home.example failed: so said failed" in told
    known = facts(root, "status", TODAY.isoformat())
    assert (known["candidates"], known["open"], known["state"]) == (20, 0, "sent")
    assert "no issue" in digest(root, "status", "yesterday", code=1)
    assert "no such issue" in digest(root, "status", "2026-01-01", code=1)


def test_whoever_has_it_already_may_view_it_in_a_browser(newsroom: Newsroom) -> None:
    page = newsroom.out / "public/daily" / TODAY.isoformat() / "index.html"
    seen: list[bool] = []

    def answer(address: str) -> str:
        seen.append(page.is_file())
        return "sent"

    sent_by(newsroom, Line(answer))
    assert not seen[0]  # the publication's own copy
    assert all(seen[1:])


def test_a_bounce_comes_back_to_whoever_it_is_about(newsroom: Newsroom) -> None:
    line = Line()
    sent_by(replace(newsroom, bounce_address="bounces@courier.example"), line)
    delivery = line.sent[1]
    token = delivery.return_path.removeprefix("bounces+").removesuffix("@courier.example")
    ticket = read_return_token(token, newsroom.store.link_keys(), ["daily"])
    assert ticket
    person = newsroom.store.subscriber("daily", ticket.mark)
    assert person
    assert person.subscriber.address == delivery.subscriber.address
    assert line.sent[0].return_path == ""  # the publication's own copy


def test_a_run_says_how_the_deliveries_add_up(newsroom: Newsroom) -> None:
    told = digest(newsroom.out.parent, "run", "--at", CUTOFF.isoformat())
    assert "Subscribers: 20 deliveries: 20 sent" in told


def test_where_doubt_is_held_a_person_settles_it(newsroom: Newsroom, tmp_path: Path) -> None:
    line = Line(
        lambda address: "unknown" if "reader3@" in address or "reader4@" in address else "sent"
    )
    tally = sent_by(replace(newsroom, resend=False), line)
    assert tally.counts == {DeliveryState.SENT: 18, DeliveryState.UNKNOWN: 2}
    assert state(newsroom) is IssueState.SENDING
    told = digest(tmp_path, "status", TODAY.isoformat())
    assert "reader3@home.example unknown: in doubt: so said unknown" in told
    assert "digest settle 2026-11-23" in told
    digest(tmp_path, "settle", "2026-11-23", "Reader3@home.example", "--sent", "--by", "Ann")
    assert state(newsroom) is IssueState.SENDING
    told = digest(tmp_path, "settle", "2026-11-23", "--resend", "--by", "Ann")
    assert "1 to go once more" in told
    line.answer = lambda _: "sent"
    recover(replace(newsroom, deliverer=line), CUTOFF)
    assert state(newsroom) is IssueState.SENT
    assert "reader4@home.example" in line.addresses
    assert "reader3@home.example" not in line.addresses
    assert "nothing to settle" in digest(tmp_path, "settle", "2026-11-23", "--sent", code=3)
    assert "--sent or --resend" in digest(tmp_path, "settle", "2026-11-23", code=2)


def test_what_a_service_cannot_tell_apart_is_never_sent_again_by_itself(
    newsroom: Newsroom,
) -> None:
    line = Line(lambda address: "unknown" if "reader3@" in address else "sent")
    line.limits = Limits(max_batch=7, resend=False)
    assert sent_by(newsroom, line).counts[DeliveryState.UNKNOWN] == 1


def test_a_new_sender_sends_a_little_more_each_day(newsroom: Newsroom) -> None:
    today = newsroom.clock().astimezone(ZoneInfo("Europe/London")).date()
    line = Line()
    warming = replace(newsroom, warm_up=WarmUp(first_day=today, per_day=(5, 12)))
    assert sent_by(warming, line).counts == {
        DeliveryState.SENT: 5,
        DeliveryState.SUPPRESSED: 15,
    }
    assert len(set(line.addresses)) == 5
    assert newsroom.store.spared("daily", TODAY) == {"warm-up": 15}
    assert state(newsroom) is IssueState.SENT
    assert newsroom.store.fan_out("daily", TODAY, CUTOFF, most=5, since=CUTOFF) == 0
    assert newsroom.store.tally("daily", TODAY).counts[DeliveryState.SENT] == 5
    # Of the twelve of a second day seven are left for another issue.
    record, now = newsroom.store.issue("daily", TODAY), newsroom.clock()
    assert record
    newsroom.store.save_issue(replace(record, date=TODAY + dt.timedelta(days=1)), ())
    since = now - dt.timedelta(hours=1)
    newsroom.store.fan_out("daily", TODAY + dt.timedelta(days=1), now, most=12, since=since)
    second = newsroom.store.tally("daily", TODAY + dt.timedelta(days=1))
    assert second.counts == {DeliveryState.PENDING: 7, DeliveryState.SUPPRESSED: 13}


def test_a_warm_up_has_an_end() -> None:
    warming = WarmUp(first_day=TODAY, per_day=(200, 500))
    days = [warming.most_on(TODAY + dt.timedelta(days=n)) for n in range(-1, 4)]
    assert days == [200, 200, 500, None, None]


def test_saved_emails_need_no_warm_up(newsroom: Newsroom) -> None:
    send(replace(newsroom, warm_up=WarmUp(first_day=TODAY, per_day=(5,))), TODAY, CUTOFF)
    assert newsroom.store.tally("daily", TODAY).counts == {DeliveryState.SENT: 20}


def test_a_server_that_falls_silent_does_not_keep_a_send_from_ending(newsroom: Newsroom) -> None:
    silent, told = threading.Event(), threading.Event()

    def answer(address: str) -> str:
        if "reader3@" in address:
            told.set()
            silent.wait(30)
        return "sent"

    line = Line(answer)
    line.limits = Limits(max_batch=1)
    began = time.monotonic()
    send(replace(newsroom, deliverer=line), TODAY, CUTOFF, told.is_set)
    assert time.monotonic() - began < 10
    assert newsroom.store.tally("daily", TODAY).open > 0
    silent.set()
    while newsroom.store.tally("daily", TODAY).counts.get(DeliveryState.SENDING):
        time.sleep(0.01)  # what came late is noted all the same
    line.answer = lambda _: "sent"
    recover(replace(newsroom, deliverer=line), CUTOFF)
    assert len(line.addresses) == len(set(line.addresses)) == 20


def test_an_issues_date_stays_that_of_its_sending(newsroom: Newsroom) -> None:
    line = Line(lambda address: "deferred" if "reader3@" in address else "sent")
    tally = sent_by(newsroom, line)
    assert tally.next_at
    line.answer = lambda _: "sent"
    later = tally.next_at + dt.timedelta(seconds=1)
    recover(replace(newsroom, deliverer=line, clock=lambda: later), later)
    record = newsroom.store.issue("daily", TODAY)
    assert record
    assert (record.state, record.state_at, record.note) == (IssueState.SENT, CUTOFF, "")


def test_what_a_plug_tells_nothing_of_is_neither_lost_nor_kept_from_others(
    newsroom: Newsroom,
) -> None:
    class Forgetful(Line):
        def send(
            self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
        ) -> Iterator[Outcome]:
            own = [one for one in batch if "home" not in one.subscriber.address]
            yield from super().send(own or batch[:2], begin)

    line = Forgetful()
    tally = sent_by(newsroom, line)
    while tally.counts.get(DeliveryState.PENDING):
        recover(replace(newsroom, deliverer=line), CUTOFF)
        tally = newsroom.store.tally("daily", TODAY)
    assert dict(tally.counts) == {DeliveryState.SENT: 20}
    assert len(line.addresses) == len(set(line.addresses)) == 20


def test_a_file_that_changes_while_it_is_sent_stops_the_send_and_fails_nobody(
    newsroom: Newsroom,
) -> None:
    message = newsroom.out / "daily" / TODAY.isoformat() / "message.eml"
    built = message.read_bytes()

    def answer(address: str) -> str:
        if "home" not in address:
            message.write_bytes(built.replace(b"ferries", b"buses"))
        return "sent"

    line = Line(answer)
    assert dict(sent_by(newsroom, line).counts) == {DeliveryState.PENDING: 20}
    assert (state(newsroom), line.addresses) == (IssueState.SENDING, [])
    message.write_bytes(built)
    recover(replace(newsroom, deliverer=line), CUTOFF)
    assert state(newsroom) is IssueState.SENT


def test_an_address_of_ours_that_is_gone_fails_nobody(newsroom: Newsroom) -> None:
    line = Line(lambda address: "deferred" if "home" in address else "sent")
    sent_by(newsroom, line)
    line.answer = lambda _: "sent"
    later = newsroom.clock() + dt.timedelta(hours=2)
    nowhere = replace(newsroom.publication, web_url="")
    recover(replace(newsroom, deliverer=line, clock=lambda: later, publication=nowhere), CUTOFF)
    assert newsroom.store.tally("daily", TODAY).counts == {DeliveryState.DEFERRED: 20}
    recover(replace(newsroom, deliverer=line, clock=lambda: later), CUTOFF)
    assert state(newsroom) is IssueState.SENT


def stopped_at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: moment


def has_tried_more(line: Line, than: int) -> bool:
    return len(line.tried) > than


def test_a_line_in_trouble_is_tried_more_and_more_rarely(newsroom: Newsroom) -> None:
    line = Line(lambda address: "unknown" if "home" in address else "sent")
    line.connections, line.limits = 1, Limits(max_batch=1, resend=False)
    clock, rests = newsroom.clock(), Rests()
    send(replace(newsroom, deliverer=line), TODAY, CUTOFF, lambda: len(line.tried) > 1)
    for _ in range(120):  # half-minute ticks of an hour
        clock += dt.timedelta(seconds=30)
        ticking = replace(newsroom, deliverer=line, clock=stopped_at(clock))
        recover(ticking, CUTOFF, partial(has_tried_more, line, len(line.tried)), rests)
    assert len(line.tried) < 12
    line.answer = lambda _: "sent"
    recover(replace(newsroom, deliverer=line), CUTOFF)
    assert len(line.addresses) == 20 - newsroom.store.tally("daily", TODAY).open


def test_what_breaks_one_send_keeps_nothing_else_from_being_done(newsroom: Newsroom) -> None:
    line = Line(lambda address: "breaks" if "home" in address else "sent")
    with pytest.raises(ZeroDivisionError):
        sent_by(newsroom, line)
    recover(replace(newsroom, deliverer=line), CUTOFF)  # and does not raise
    assert state(newsroom) is IssueState.SENDING


@pytest.mark.parametrize("url", ["http://news.courier.example", "https://nüws.example"])
def test_nobody_is_written_to_whose_way_out_would_not_work(newsroom: Newsroom, url: str) -> None:
    line = Line()
    nowhere = replace(newsroom, publication=replace(newsroom.publication, web_url=url))
    with pytest.raises(DeliveryError, match="nobody could leave"):
        sent_by(nowhere, line)
    assert line.sent == []
    assert state(newsroom) is IssueState.DRAFT


def test_a_pause_ends_with_what_it_paused(newsroom: Newsroom) -> None:
    def answer(address: str) -> str:
        if "home" in address:
            newsroom.store.pause_issue("daily", TODAY, "Ada: stop")
        return "sent"

    line = Line(answer)
    line.connections, line.limits = 1, Limits(max_batch=20)
    assert sent_by(newsroom, line).counts == {DeliveryState.SENT: 20}
    record = newsroom.store.issue("daily", TODAY)
    assert record
    assert (record.state, record.paused) == (IssueState.SENT, "")


def test_an_own_copy_of_which_nobody_knows_is_gone_on_with_by_a_person(
    newsroom: Newsroom,
) -> None:
    line = Line(lambda _: "unknown")
    with pytest.raises(DeliveryError):
        sent_by(newsroom, line)
    assert state(newsroom) is IssueState.HELD
    assert newsroom.store.tally("daily", TODAY).candidates == 0
    line.answer = lambda _: "sent"
    with pytest.raises(Held, match="digest release"):
        sent_by(newsroom, line)
    assert send_on(replace(newsroom, deliverer=line), TODAY, CUTOFF)
    assert len(line.addresses) == len(line.sent) == 20  # no second own copy
    assert state(newsroom) is IssueState.SENT
    assert not send_on(replace(newsroom, deliverer=line), TODAY, CUTOFF)


def test_an_own_copy_has_its_time_however_long_the_rest_may_take(newsroom: Newsroom) -> None:
    line = Line()
    send(replace(newsroom, deliverer=line), TODAY, CUTOFF, enough=lambda: True)
    assert len(line.sent) == 1
    assert newsroom.store.tally("daily", TODAY).counts == {DeliveryState.PENDING: 20}
    assert state(newsroom) is IssueState.SENDING


def test_a_pause_while_the_own_copy_is_refused_holds_the_issue(newsroom: Newsroom) -> None:
    def answer(_: str) -> str:
        newsroom.store.pause_issue("daily", TODAY, "Ada: stop")
        return "failed"

    with pytest.raises(DeliveryError):
        sent_by(newsroom, Line(answer))
    record = newsroom.store.issue("daily", TODAY)
    assert record
    assert (record.state, record.note) == (IssueState.HELD, "Ada: stop")


def test_a_session_that_tells_of_nothing_is_not_asked_without_end(newsroom: Newsroom) -> None:
    class Mute(Line):
        def send(
            self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
        ) -> Iterator[Outcome]:
            return super().send(batch if "home" not in batch[0].subscriber.address else (), begin)

    assert sent_by(newsroom, Mute()).counts == {DeliveryState.PENDING: 20}


def test_an_issue_that_a_person_sent_on_is_sent(newsroom: Newsroom) -> None:
    line = Line(lambda _: "unknown")
    with pytest.raises(DeliveryError):
        sent_by(newsroom, line)
    line.answer = lambda _: "sent"
    assert send_on(replace(newsroom, deliverer=line), TODAY, CUTOFF)
    with pytest.raises(Skipped, match="the issue is sent"):
        sent_by(newsroom, line)
