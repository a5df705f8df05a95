"""Pull, build, send and the scheduler's tick, over a real store, real files and a given clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import CUTOFF, TODAY
from loopback import visitor
from publication import newsroom_of, write_feed, write_publication

from digest import archive
from digest.building import build
from digest.errors import Busy, DeliveryError, Held, Skipped
from digest.gathering import gather
from digest.model import IssueState, Report
from digest.protocols import Limits, Pulled
from digest.pulling import PullReport, SourceResult, pull
from digest.scheduler import tick
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from digest.newsroom import Newsroom
    from digest.outgoing import Outcome
    from digest.protocols import Http, Session


TOMORROW = [
    ("Comet gains second tail", "comet"),
    ("Borough geese appoint warden", "geese"),
    ("Biscuit factory bought by bakers", "biscuits"),
    ("Whales sing semitone lower", "whales"),
    ("Aldern harvest cut by moonlight", "harvest"),
    ("Snow brings pony post back", "pony"),
]


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom_of(write_publication(tmp_path)) as opened:
        yield opened


def pull_all(newsroom: Newsroom, now: dt.datetime = CUTOFF) -> PullReport:
    async def work() -> PullReport:
        async with visitor() as http:
            return await pull(newsroom, http, now)

    return asyncio.run(work())


def test_a_plug_that_fails_in_an_unforeseen_way_costs_its_own_source_only(
    newsroom: Newsroom,
) -> None:
    class Broken:
        async def pull(self, http: object, memory: object, now: object) -> Pulled:
            raise ZeroDivisionError("by zero")

    sources = dict(newsroom.sources)
    first = newsroom.edition.sources[0].id
    sources[first] = Broken()
    report = pull_all(replace(newsroom, sources=sources))
    assert "the plug failed with ZeroDivisionError: by zero" in report.sources[0].error
    assert [result.new for result in report.sources[1:]] == [2, 2]


def test_each_source_is_told_of_as_it_comes(newsroom: Newsroom) -> None:
    told: list[SourceResult] = []

    async def work() -> None:
        async with visitor() as http:
            await pull(newsroom, http, CUTOFF, told.append)

    asyncio.run(work())
    assert {result.title for result in told} == {"Courier", "Ledger", "Wire"}


@pytest.mark.parametrize(
    ("own", "shown"),
    [("BBC News", "BBC News"), ("NYT > World News", "courier.example"), ("", "courier.example")],
)
def test_a_source_without_a_title_is_named_by_itself_or_by_its_domain(
    newsroom: Newsroom, own: str, shown: str
) -> None:
    first, *rest = newsroom.edition.sources
    nameless = replace(newsroom.edition, sources=(replace(first, title=""), *rest))
    newsroom.store.add_pull(first.id, Pulled(title=own), CUTOFF)
    inputs = gather(replace(newsroom, edition=nameless), TODAY, CUTOFF, CUTOFF)
    assert inputs.edition.sources[0].title == shown


def test_weather_older_than_three_hours_is_not_printed(newsroom: Newsroom) -> None:
    class Old:
        async def report(self, http: Http, now: dt.datetime) -> Report:
            return Report(temperature_c=12.2, as_of=now - dt.timedelta(hours=4))

    pull_all(replace(newsroom, weather=Old()))
    assert build(newsroom, TODAY, CUTOFF, CUTOFF).issue.masthead.weather is None


def test_an_issue_that_is_being_built_elsewhere_is_left_alone(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    newsroom.store.lease(f"issue daily {TODAY}", "somebody", newsroom.clock(), 60)
    with pytest.raises(Busy):
        build(newsroom, TODAY, CUTOFF, CUTOFF)


def test_a_sent_issue_is_rebuilt_only_where_nothing_left_the_house(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)

    class Irrevocable:
        irrevocable = True

    with pytest.raises(Skipped, match="already issued"):
        build(replace(newsroom, deliverer=Irrevocable()), TODAY, CUTOFF, CUTOFF)  # type: ignore[arg-type]  # never opened


def test_an_issue_that_a_later_one_stands_on_is_frozen(newsroom: Newsroom, tmp_path: Path) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)
    day = dt.timedelta(days=1)
    write_feed(tmp_path / "feeds/courier.xml", "courier", TOMORROW, newest=CUTOFF + day)
    pull_all(newsroom, CUTOFF + day)
    build(newsroom, TODAY + day, CUTOFF + day, CUTOFF + day)
    send(newsroom, TODAY + day, CUTOFF + day)
    with pytest.raises(Skipped, match="already issued"):
        build(newsroom, TODAY, CUTOFF, CUTOFF)


def test_no_address_of_an_earlier_issue_returns(newsroom: Newsroom, tmp_path: Path) -> None:
    pull_all(newsroom)
    first = build(newsroom, TODAY, CUTOFF, CUTOFF).issue
    send(newsroom, TODAY, CUTOFF)
    day = dt.timedelta(days=1)
    write_feed(tmp_path / "feeds/courier.xml", "courier", TOMORROW, newest=CUTOFF + day)
    pull_all(newsroom, CUTOFF + day)
    second = build(newsroom, TODAY + day, CUTOFF + day, CUTOFF + day).issue
    before = {placement.url for placement in first.placements}
    main = [second.lead, *(card for section in second.sections for card in section.cards)]
    assert not before & {placement.url for placement in main}


def test_a_folder_that_was_changed_since_it_was_built_is_not_sent(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    built = build(newsroom, TODAY, CUTOFF, CUTOFF)
    (built.folder / "email.html").write_text("<p>Hello", encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"not what was built: email\.html"):
        send(newsroom, TODAY, CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.DRAFT


def test_send_saves_the_message_as_it_was_built(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    built = build(newsroom, TODAY, CUTOFF, CUTOFF)
    (outcome,) = send(newsroom, TODAY, CUTOFF)
    assert outcome.state == "sent"
    (saved,) = (built.folder / "outbox").iterdir()
    assert saved.read_bytes() == (built.folder / "message.eml").read_bytes()


def test_the_scheduler_pulls_builds_and_sends_one_issue_and_no_second(newsroom: Newsroom) -> None:
    start = CUTOFF - dt.timedelta(hours=1)
    done = []
    for minutes in range(0, 240, 10):
        now = start + dt.timedelta(minutes=minutes)
        done += [job.kind for job in tick(newsroom, now, since=start)]
    assert done.count("build") == 1
    assert done.count("send") == 1
    assert done.count("pull") >= 4
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.SENT


def test_a_morning_with_too_few_stories_is_recorded_as_skipped_once(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    for feed in (tmp_path / "feeds").iterdir():
        feed.unlink()
    tick(newsroom, CUTOFF, since=CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.SKIPPED
    assert [job.kind for job in tick(newsroom, CUTOFF, since=CUTOFF)] == []
    assert "skipped" in (newsroom.out / "index.html").read_text(encoding="utf-8").lower()


def test_an_issue_that_could_not_be_sent_in_time_is_recorded_as_missed(newsroom: Newsroom) -> None:
    late = CUTOFF + dt.timedelta(hours=6)
    tick(newsroom, late, since=CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.MISSED


def test_an_article_that_came_out_between_the_last_pull_and_the_cutoff_is_in(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    start = CUTOFF - dt.timedelta(minutes=50)
    tick(newsroom, start, since=start)
    write_feed(tmp_path / "feeds/wire.xml", "wire", [("Whales sing semitone lower", "whales")])
    text = (tmp_path / "feeds/wire.xml").read_text(encoding="utf-8")
    (tmp_path / "feeds/wire.xml").write_text(text.replace("03:30:00", "05:15:00"), encoding="utf-8")
    tick(newsroom, CUTOFF + dt.timedelta(seconds=12), since=start)
    issue = archive.read_issue(newsroom.out / "daily" / str(TODAY))
    assert "https://wire.example/whales" in {placement.url for placement in issue.placements}


def test_an_article_that_its_feed_showed_too_late_is_in_the_next_issue(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)
    day = dt.timedelta(days=1)
    write_feed(tmp_path / "feeds/wire.xml", "wire", [("Whales sing semitone lower", "whales")])
    pull_all(newsroom, CUTOFF + day)
    articles = gather(newsroom, TODAY + day, CUTOFF + day, CUTOFF + day).articles
    assert "whales" in {article.guid for article in articles}
    assert "gallion-bridge" not in {article.guid for article in articles}


def test_a_later_pull_does_not_take_an_article_from_an_earlier_morning(newsroom: Newsroom) -> None:
    pull_all(newsroom, CUTOFF + dt.timedelta(days=4))
    pull_all(newsroom)
    assert build(newsroom, TODAY, CUTOFF, CUTOFF).issue.articles == 9


class Broken:
    """A deliverer that cannot be opened."""

    irrevocable = True
    connections = 1
    limits = Limits(max_batch=500)

    def open(self) -> AbstractContextManager[Session]:
        raise DeliveryError("no route to the relay")


def test_a_send_that_could_not_begin_leaves_a_draft_that_can_be_sent(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    with pytest.raises(DeliveryError, match="no route"):
        send(replace(newsroom, deliverer=Broken()), TODAY, CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert (record.state, record.note) == (IssueState.DRAFT, "no route to the relay")
    assert [outcome.state for outcome in send(newsroom, TODAY, CUTOFF)] == ["sent"]


def test_a_send_that_died_under_way_can_be_repeated_where_it_only_saves(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    newsroom.store.set_state("daily", TODAY, IssueState.SENDING, CUTOFF)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)


def test_an_issue_rebuilt_after_its_send_stays_sent_and_keeps_its_past(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)
    late = CUTOFF + dt.timedelta(hours=6)
    build(newsroom, TODAY, CUTOFF, late)
    assert "miss" not in [job.kind for job in tick(newsroom, late, since=CUTOFF)]
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.SENT
    assert newsroom.store.past("daily", TODAY + dt.timedelta(days=1))


def test_a_draft_that_was_missed_keeps_what_it_was(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    tick(newsroom, CUTOFF + dt.timedelta(hours=6), since=CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.MISSED
    assert record.subject


def test_a_weather_plug_that_fails_in_an_unforeseen_way_costs_the_weather_only(
    newsroom: Newsroom,
) -> None:
    class Moody:
        async def report(self, http: Http, now: dt.datetime) -> Report:
            raise KeyError("temperature")

    report = pull_all(replace(newsroom, weather=Moody()))
    assert report.notices == ("weather: the plug failed with KeyError: 'temperature'",)
    assert not any(result.error for result in report.sources)


def test_a_typo_in_the_days_choices_does_not_stop_a_scheduled_morning(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    folder = tmp_path / "config/choices/daily"
    folder.mkdir(parents=True)
    (folder / f"{TODAY}.toml").write_text('[[choice]]\ndo = "pni"\n', encoding="utf-8")
    tick(newsroom, CUTOFF, since=CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.DRAFT


def test_a_choice_that_matches_nothing_is_an_alert_of_a_scheduled_morning_that_goes_on(
    newsroom: Newsroom, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "config/choices/daily"
    folder.mkdir(parents=True)
    (folder / f"{TODAY}.toml").write_text(
        '[[choice]]\nurl = "https://courier.example/gallion-brigde"\ndo = "drop"\n', "utf-8"
    )
    tick(newsroom, CUTOFF, since=CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.DRAFT
    alerts = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert (
        f"config/choices/daily/{TODAY}.toml, choice 1: no article has the address "
        "https://courier.example/gallion-brigde; the nearest are "
        "https://courier.example/gallion-bridge"
    ) in [alert.split(", https")[0] for alert in alerts]


def test_no_job_is_begun_once_the_scheduler_is_stopping(newsroom: Newsroom) -> None:
    assert tick(newsroom, CUTOFF, since=CUTOFF, stopping=lambda: True) == ()
    assert newsroom.store.issue("daily", TODAY) is None


def test_a_send_that_died_is_taken_up_again_by_the_scheduler(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    newsroom.store.set_state("daily", TODAY, IssueState.SENDING, CUTOFF)
    tick(newsroom, CUTOFF + dt.timedelta(hours=1), since=CUTOFF)
    record = newsroom.store.issue("daily", TODAY)
    assert record is not None
    assert record.state is IssueState.SENT


def test_what_may_have_left_the_house_is_held_and_not_built_again(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    newsroom.store.set_state("daily", TODAY, IssueState.SENDING, CUTOFF)
    irrevocable = replace(newsroom, deliverer=Broken())
    tick(irrevocable, CUTOFF + dt.timedelta(hours=1), since=CUTOFF)
    with pytest.raises(Held, match="the issue is held"):
        build(irrevocable, TODAY, CUTOFF, CUTOFF)


def test_a_deliverer_that_tells_nothing_has_sent_nothing(newsroom: Newsroom) -> None:
    class Silent:
        irrevocable = False
        connections = 1
        limits = Limits(max_batch=500)

        @contextmanager
        def open(self) -> Iterator[Session]:
            yield self

        def send(self, batch: object, begin: object) -> Iterator[Outcome]:
            return iter(())

    pull_all(newsroom)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    with pytest.raises(DeliveryError, match="told of no outcome"):
        send(replace(newsroom, deliverer=Silent()), TODAY, CUTOFF)


def test_an_issue_built_by_hand_after_its_deadline_is_not_missed_again(newsroom: Newsroom) -> None:
    late = CUTOFF + dt.timedelta(hours=6)
    pull_all(newsroom)
    tick(newsroom, late, since=CUTOFF)
    build(newsroom, TODAY, CUTOFF, late + dt.timedelta(minutes=1))
    tick(newsroom, late + dt.timedelta(minutes=2), since=CUTOFF)
    assert send(newsroom, TODAY, late + dt.timedelta(minutes=3))


def test_how_rare_words_are_is_not_learnt_from_the_news_itself(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    assert gather(newsroom, TODAY, CUTOFF, CUTOFF).idf.documents == 0
    tomorrow = CUTOFF + dt.timedelta(days=1)
    assert gather(newsroom, tomorrow.date(), tomorrow, tomorrow).idf.documents > 0


def test_a_past_morning_built_again_has_its_own_weather(newsroom: Newsroom) -> None:
    pull_all(newsroom)
    days = dt.timedelta(days=3)
    newsroom.store.add_report("daily", Report(temperature_c=30, as_of=CUTOFF + days))
    issue = build(newsroom, TODAY, CUTOFF, CUTOFF + days).issue
    assert issue.masthead.weather is None
