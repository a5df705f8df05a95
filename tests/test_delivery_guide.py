"""The deliverer that docs/delivery.md shows is run as it stands there."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest
from posts import deliveries, states

from digest.errors import DeliveryError
from digest.outgoing import Delivery

GUIDE = Path(__file__).parent.parent / "docs/delivery.md"


@dataclass
class Answer:
    status: int
    text: str = "as the service puts it"


class Client:
    """The service's own client, which the guide takes for granted."""

    def __init__(self, answers: list[int | Exception]) -> None:
        self.answers = answers
        self.posted: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def post(self, *, sender: str, to: str, message: bytes) -> Answer:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.posted.append(message)
        return Answer(answer)


def service(monkeypatch: pytest.MonkeyPatch, client: Client | None) -> Any:
    """Give the guide's class, with the package that it names."""

    def connect(url: str) -> Client:
        if client is None:
            raise ConnectionRefusedError(url)
        return client

    package = ModuleType("ourpackage")
    package.__dict__["connect"] = connect
    monkeypatch.setitem(sys.modules, "ourpackage", package)
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["Service"](url="https://send.example")


def test_the_guides_deliverer_gives_every_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client([200, 503, 422, TimeoutError()])
    batch, begun = deliveries(4), list[Delivery]()
    with service(monkeypatch, client).open() as session:
        outcomes = list(session.send(batch, begun.append))
    assert states(outcomes) == ["sent", "deferred", "failed", "unknown"]
    assert [outcome.delivery for outcome in outcomes] == begun == batch
    assert client.posted == [one.message for one in batch[:3]]


def test_the_guides_deliverer_says_what_to_do_when_it_cannot_be_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(DeliveryError, match="Check url in options"):
        service(monkeypatch, None).open().__enter__()
