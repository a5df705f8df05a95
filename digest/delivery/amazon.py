"""Speak to Amazon SES by its API v2: ask what the account may do, hand it a message.

The only room that knows botocore. What it raises becomes a DeliveryError or an outcome here.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.session import Session

from digest.errors import DeliveryError
from digest.outgoing import Outcome

if TYPE_CHECKING:
    from digest.outgoing import Delivery
    from digest.relay import SesAccount

MAX_TEXT = 500  # characters of an answer that are worth telling
FOREIGN = "the answer is none of Amazon's"
FORBIDDEN, SERVER_ERROR = 403, 500
WITHOUT_KEY = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
# Before a connection stands nothing has left. Any other trouble may come after the last byte.
UNSENT = (*WITHOUT_KEY, EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
# The account sends too much just now, or today; the second is how all of AWS says it.
TOO_MUCH = {"TooManyRequestsException", "ThrottlingException", "LimitExceededException"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What Amazon lets an account do: `per_second` messages, and `left` more within 24 hours.

    In the sandbox it may write to verified addresses only.
    """

    per_second: float
    left: float
    in_sandbox: bool


class Amazon:
    """The way to an account; without a key, AWS's own chain finds one. Safe for threads."""

    def __init__(self, account: SesAccount, key_id: str, secret: str) -> None:
        self._account = account
        self._key = {"aws_access_key_id": key_id, "aws_secret_access_key": secret} if key_id else {}
        self._session = Session()  # one, since it keeps the API's description: 8 MB
        self._lock = Lock()

    def connect(self) -> Line:
        """Give a line to the API, which asks nothing yet. Raises DeliveryError."""
        account = self._account
        config = Config(
            connect_timeout=account.timeout_s,
            read_timeout=account.timeout_s,
            retries={"total_max_attempts": 1},  # a request that is repeated blindly doubles emails
            ignore_configured_endpoint_urls=True,  # what `[ses]` says is where it goes
        )
        try:
            with self._lock:
                client = self._session.create_client(
                    "sesv2",
                    region_name=account.region,
                    endpoint_url=account.endpoint or None,
                    config=config,
                    **self._key,
                )
        except (BotoCoreError, ValueError) as error:  # the second of an endpoint that is none
            raise _refusal(account, error) from error
        return Line(client, account)


class Line:
    """An open way to the API, for one thread."""

    def __init__(self, client: Any, account: SesAccount) -> None:  # noqa: ANN401  made of data, without types
        self._client = client
        self._account = account

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def terms(self) -> Terms:
        """Ask what the account may do. Raises DeliveryError: nobody answers, or it may nothing."""
        try:
            answer = self._client.get_account()
        except (BotoCoreError, ClientError) as error:
            raise _refusal(self._account, error) from error
        if "SendQuota" not in answer:
            raise _refusal(self._account, ValueError(FOREIGN))
        if not answer.get("SendingEnabled", True):
            raise DeliveryError(
                "the account may not send, Amazon has paused it",
                where=_where(self._account),
                hint="Amazon's console says why, under Account dashboard",
            )
        quota = answer["SendQuota"]
        most = quota.get("Max24HourSend", -1)
        return Terms(
            per_second=quota.get("MaxSendRate", 0),
            left=most - quota.get("SentLast24Hours", 0) if most >= 0 else float("inf"),
            in_sandbox=not answer.get("ProductionAccessEnabled", True),
        )

    def hand_over(self, delivery: Delivery, to: str) -> Outcome:
        """Send a message to one address, and give the outcome."""
        try:
            answer = self._client.send_email(**self._request(delivery, to))
        except ClientError as error:
            return _judged(delivery, error)
        except UNSENT as error:
            detail = _words(error)
            return Outcome(delivery=delivery, state="deferred", detail=detail, tried=False)
        except BotoCoreError as error:
            return Outcome(delivery=delivery, state="unknown", detail=_words(error))
        if name := answer.get("MessageId"):
            return Outcome(delivery=delivery, state="sent", detail=name)
        return Outcome(delivery=delivery, state="unknown", detail=FOREIGN)

    def _request(self, delivery: Delivery, to: str) -> dict[str, object]:
        optional = {
            "FeedbackForwardingEmailAddress": delivery.return_path,
            "ConfigurationSetName": self._account.configuration_set,
        }
        return {
            "Content": {"Raw": {"Data": delivery.message}},
            "Destination": {"ToAddresses": [to]},
            **{key: value for key, value in optional.items() if value},
        }


def _judged(delivery: Delivery, error: ClientError) -> Outcome:
    """Give the outcome of a message that was answered with an error.

    Only a request that is wrong in itself is the recipient's: it is the same for all but for the
    address. Every other refusal is of the account, its sender or its key, which is mended and tried
    again.
    """
    code, status = _code(error), _status(error)
    if code in TOO_MUCH:
        return Outcome(delivery=delivery, state="deferred", detail=_words(error), tried=False)
    if status >= SERVER_ERROR:  # it may have been taken before the trouble came
        return Outcome(delivery=delivery, state="unknown", detail=_words(error))
    state = "failed" if code == "BadRequestException" else "deferred"
    return Outcome(delivery=delivery, state=state, detail=_words(error))


def _refusal(account: SesAccount, error: Exception) -> DeliveryError:
    where = _where(account)
    if isinstance(error, WITHOUT_KEY):
        hint = "Set DIGEST_SES__ACCESS_KEY_ID and DIGEST_SES__SECRET_ACCESS_KEY, or a role of AWS"
        return DeliveryError(f"no access key is found: {_words(error)}", where=where, hint=hint)
    if isinstance(error, ClientError) and _status(error) == FORBIDDEN:
        hint = "Check the access key, and that its policy allows ses:GetAccount in this region"
        return DeliveryError(f"Amazon does not let us in: {_words(error)}", where=where, hint=hint)
    if isinstance(error, NoConnectionError | HTTPClientError):
        hint = "Check region and endpoint in [ses], and whether a firewall lets us out"
        return DeliveryError(f"it cannot be reached: {_words(error)}", where=where, hint=hint)
    hint = "Check [ses] and the access key, or try again later"
    return DeliveryError(f"it takes no messages now: {_words(error)}", where=where, hint=hint)


def _where(account: SesAccount) -> str:
    return f"Amazon SES, {account.endpoint or account.region}"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _words(error: Exception) -> str:
    """Say what an error says, in one line that is fit to be shown."""
    text = str(error)
    if isinstance(error, ClientError):
        text = f"{_code(error)}: {error.response.get('Error', {}).get('Message', '')}"
    shown = "".join(one if one.isprintable() else "�" for one in text[:MAX_TEXT])
    return shown.rstrip(": .")
