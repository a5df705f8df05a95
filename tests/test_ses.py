"""Amazon SES as a deliverer: the right outcome for every way in which it can answer, or not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from faulty_ses import KEY_ID, REGION, SECRET, TOO_FAST, Fault, FaultySes, Refusal, serving_ses
from posts import deliveries, delivery, states

from digest.delivery.allowance import Allowance
from digest.delivery.ses import Ses
from digest.errors import DeliveryError
from digest.relay import SesAccount
from digest.retrying import LONGEST_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.outgoing import Delivery, Outcome

PAUSED = Refusal(400, "SendingPausedException")


def ses(service: FaultySes, **facts: Any) -> Ses:
    """Give the deliverer for a service on loopback, with little patience."""
    secret = facts.pop("secret", SECRET)
    account = SesAccount(**{"region": REGION, "endpoint": service.url, "timeout_s": 1, **facts})
    return Ses(ses=account, ses_access_key_id=KEY_ID, ses_secret_access_key=secret)


def deliver(
    deliverer: Ses, batch: list[Delivery], begin: Callable[[Delivery], None] = lambda _: None
) -> list[Outcome]:
    with deliverer.open() as session:
        return list(session.send(batch, begin))


def only_to(number: int, answer: Refusal | int) -> Callable[[str], Refusal | int | None]:
    return lambda to: answer if f"reader{number}@" in to else None


def refused(service: FaultySes, **facts: Any) -> str:
    with pytest.raises(DeliveryError) as caught, ses(service, **facts).open():
        pass
    return str(caught.value)


def test_the_bytes_that_arrive_are_those_that_were_handed_over() -> None:
    message = b"Subject: {{name}}\r\n\r\n{{#each}} \xe2\x82\xac =3D\r\n.\r\n..\r\nlast line"
    batch = [delivery(1, message=message), *deliveries(3)[1:]]
    begun: list[Delivery] = []
    with serving_ses(FaultySes()) as service:
        outcomes = deliver(ses(service), batch, begun.append)
    assert states(outcomes) == ["sent"] * 3
    assert outcomes[0].detail == "0102-1"
    assert [outcome.delivery for outcome in outcomes] == begun == batch
    assert [one.message for one in service.taken] == [one.message for one in batch]
    assert service.addresses == [f"reader{n}@home.example" for n in (1, 2, 3)]
    assert [one.more for one in service.taken] == [{}] * 3


def test_bounces_are_sent_to_the_return_path_and_the_configuration_set_is_applied() -> None:
    with serving_ses(FaultySes()) as service:
        back = delivery(return_path="bounces+token@courier.example")
        deliver(ses(service, configuration_set="newsletters"), [back])
    assert service.taken[0].more == {
        "FeedbackForwardingEmailAddress": "bounces+token@courier.example",
        "ConfigurationSetName": "newsletters",
    }


def test_a_domain_is_written_in_ascii_and_what_is_no_address_is_never_asked_for() -> None:
    with serving_ses(FaultySes()) as service:
        batch = [delivery(address="a b@home.example"), delivery(address="a@zürich.example")]
        outcomes = deliver(ses(service), batch)
    assert states(outcomes) == ["failed", "sent"]
    assert service.asked == ["account", "a@xn--zrich-kva.example"]


@pytest.mark.parametrize(
    ("answer", "state", "tried"),
    [
        (TOO_FAST, "deferred", False),
        (Refusal(400, "LimitExceededException"), "deferred", False),
        (Refusal(400, "MessageRejected", "Email address is not verified."), "deferred", True),
        (Refusal(400, "MailFromDomainNotVerifiedException"), "deferred", True),
        (Refusal(400, "AccountSuspendedException"), "deferred", True),
        (PAUSED, "deferred", True),
        (Refusal(404, "NotFoundException"), "deferred", True),
        (Refusal(403, "AccessDeniedException"), "deferred", True),
        (Refusal(500, "InternalServiceError"), "unknown", True),
        (Refusal(503, "ServiceUnavailable"), "unknown", True),
        (Fault.CLOSED, "unknown", True),
        (Fault.LOST, "unknown", True),
        (Fault.STALLED, "unknown", True),
        (Fault.GIBBERISH, "unknown", True),
    ],
)
def test_trouble_is_asked_for_once_and_puts_off_the_rest_of_the_batch(
    answer: Refusal | int, state: str, *, tried: bool
) -> None:
    begun: list[Delivery] = []
    with serving_ses(FaultySes(only_to(2, answer))) as service:
        outcomes = deliver(ses(service), deliveries(4), begun.append)
    assert states(outcomes) == ["sent", state, "deferred", "deferred"]
    assert [outcome.tried for outcome in outcomes] == [True, tried, False, False]
    assert len(begun) == 2
    assert service.asked == ["account", "reader1@home.example", "reader2@home.example"]
    if isinstance(answer, Refusal):
        assert {outcome.detail for outcome in outcomes[1:]} == {
            f"{answer.code}: {answer.message}".rstrip(".")
        }


def test_a_request_that_is_wrong_for_one_recipient_fails_for_that_one_alone() -> None:
    wrong = Refusal(400, "BadRequestException", "Illegal address")
    with serving_ses(FaultySes(only_to(2, wrong))) as service:
        outcomes = deliver(ses(service), deliveries(3))
    assert states(outcomes) == ["sent", "failed", "sent"]
    assert outcomes[1].detail == "BadRequestException: Illegal address"


def test_a_service_that_is_gone_before_the_request_has_been_asked_nothing() -> None:
    deliverer: Ses | None = None
    with serving_ses(FaultySes()) as service:
        deliverer = ses(service)
        with deliverer.open():
            pass
    outcomes = deliver(deliverer, deliveries(2))  # its terms are known, and nobody listens
    assert states(outcomes) == ["deferred"] * 2
    assert not any(outcome.tried for outcome in outcomes)


def test_a_message_whose_beginning_cannot_be_noted_stays_here() -> None:
    def refuse(_: Delivery) -> None:
        raise ZeroDivisionError

    with serving_ses(FaultySes()) as service, pytest.raises(ZeroDivisionError):
        deliver(ses(service), deliveries(1), refuse)
    assert service.asked == ["account"]


def test_what_is_left_of_the_day_is_sent_and_the_rest_is_put_off_for_an_hour() -> None:
    quota = {"Max24HourSend": 200, "MaxSendRate": 1_000, "SentLast24Hours": 198}
    with serving_ses(FaultySes(quota=quota)) as service:
        outcomes = deliver(ses(service), deliveries(4))
    assert states(outcomes) == ["sent", "sent", "deferred", "deferred"]
    assert [(one.tried, one.delay_s) for one in outcomes[2:]] == [(False, LONGEST_S)] * 2
    assert "24 hours" in outcomes[3].detail


def test_an_account_without_a_quota_sends_any_number() -> None:
    quota = {"Max24HourSend": -1, "MaxSendRate": 0, "SentLast24Hours": 10**9}
    with serving_ses(FaultySes(quota=quota)) as service:
        assert states(deliver(ses(service), deliveries(5))) == ["sent"] * 5


def test_sessions_keep_to_the_accounts_rate_together() -> None:
    quota = {"Max24HourSend": -1, "MaxSendRate": 10, "SentLast24Hours": 0}
    with serving_ses(FaultySes(quota=quota)) as service:
        deliverer = ses(service)
        began = time.monotonic()
        for first in (0, 8):
            assert states(deliver(deliverer, deliveries(16)[first : first + 8])) == ["sent"] * 8
        assert time.monotonic() - began >= 0.5  # ten at once, and six more at ten a second
    assert service.asked.count("account") == 1


def test_a_rate_lets_a_seconds_worth_through_and_then_one_after_another() -> None:
    allowance = Allowance()
    assert allowance.take(0) is None
    allowance.renew(per_second=4, left=7)
    waits = [allowance.take(0) for _ in range(7)]
    assert waits == [0, 0, 0, 0, 0.25, 0.5, 0.75]
    assert allowance.take(0) is None
    allowance.renew(per_second=4, left=2)
    assert allowance.take(9) == 0


def test_the_account_is_asked_for_at_the_opening_and_its_trouble_told() -> None:
    with serving_ses(FaultySes()) as service:
        where = f"Amazon SES, {service.url}"
        assert refused(service, secret="wrong") == (
            f"{where}: Amazon does not let us in: InvalidSignatureException: The request signature "
            "is wrong. Check the access key, and that its policy allows ses:GetAccount in this "
            "region"
        )
        service.enabled = False
        assert "the account may not send, Amazon has paused it" in refused(service)
        service.account_rule = TOO_FAST
        assert "it takes no messages now: TooManyRequestsException" in refused(service)
        service.account_rule = Fault.GIBBERISH
        assert "it takes no messages now: the answer is none of Amazon's" in refused(service)
        service.account_rule = Fault.STALLED
        told = refused(service, timeout_s=0.2)
        assert "it cannot be reached: Read timeout" in told
        assert "Check region and endpoint in [ses], and whether a firewall lets us out" in told
        encrypted = f"https://127.0.0.1:{service.port}"
        assert "it cannot be reached: SSL validation failed" in refused(service, endpoint=encrypted)
    assert "it cannot be reached: Could not connect" in refused(service)


def test_without_any_key_it_is_told_where_one_may_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    account = SesAccount(region=REGION, endpoint="http://127.0.0.1:1")
    keyless = Ses(ses=account, ses_access_key_id="", ses_secret_access_key="")
    with pytest.raises(DeliveryError, match=r"no access key is found.*DIGEST_SES__ACCESS_KEY_ID"):
        keyless.open().__enter__()


def test_a_key_of_aws_own_chain_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")  # where it goes is not theirs
    with serving_ses(FaultySes()) as service:
        account = SesAccount(region=REGION, endpoint=service.url)
        keyless = Ses(ses=account, ses_access_key_id="", ses_secret_access_key="")
        assert states(deliver(keyless, deliveries(1))) == ["sent"]


def test_a_sandbox_is_told_of_once_and_hinders_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with serving_ses(FaultySes(production=False)) as service:
        deliverer = ses(service)
        for _ in range(2):
            assert states(deliver(deliverer, deliveries(1))) == ["sent"]
    (told,) = [one.message for one in caplog.records if "sandbox" in one.message]
    assert "only addresses that are verified there get anything" in told
