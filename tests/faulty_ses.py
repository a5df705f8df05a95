"""Amazon SES's API on loopback, which does as it is told, wrong things included.

It answers GetAccount and SendEmail as the API's description has them (botocore's sesv2), checks
each request's signature (AWS Signature Version 4) by itself, and tells what it took.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import threading
from base64 import b64decode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

KEY_ID, SECRET, REGION = "AKIDEXAMPLE", "a+long/secret", "eu-west-1"
AUTHORIZATION = re.compile(
    rf"AWS4-HMAC-SHA256 Credential={KEY_ID}/(\d{{8}})/{REGION}/ses/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as the API writes it."""

    status: int
    code: str
    message: str = "so says Amazon"


class Fault:
    """What befalls a request: it is lost unread, its answer is, or it waits for ever."""

    CLOSED, LOST, STALLED, GIBBERISH = range(4)


Answer = Refusal | int | None
TOO_FAST = Refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded.")


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the service took: to whom, the bytes, and the rest of the request."""

    to: str
    message: bytes
    more: dict[str, Any]


@dataclass
class FaultySes:
    """The service: `rule` gives what becomes of a message to an address, None for taking it.

    `account_rule` is what GetAccount is answered with in place of the account.
    """

    rule: Callable[[str], Answer] = lambda _: None
    account_rule: Answer = None
    quota: Mapping[str, float] = field(
        default_factory=lambda: {
            "Max24HourSend": 50_000,
            "MaxSendRate": 1_000,
            "SentLast24Hours": 9,
        }
    )
    production: bool = True
    enabled: bool = True
    taken: list[Taken] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # "account", or the address of each request
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> list[str]:
        return [one.to for one in self.taken]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: FaultySes

    def do_GET(self) -> None:
        assert self.path == "/v2/email/account"
        self.service.asked.append("account")
        account = {
            "ProductionAccessEnabled": self.service.production,
            "SendingEnabled": self.service.enabled,
            "SendQuota": self.service.quota,
        }
        self._answer(b"", self.service.account_rule, account)

    def do_POST(self) -> None:
        assert self.path == "/v2/email/outbound-emails"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)
        (to,) = request.pop("Destination")["ToAddresses"]
        message = b64decode(request.pop("Content")["Raw"]["Data"], validate=True)
        self.service.asked.append(to)
        rule = self.service.rule(to)
        if rule in {None, Fault.LOST}:
            self.service.taken.append(Taken(to, message, request))
        self._answer(body, rule, {"MessageId": f"0102-{len(self.service.taken)}"})

    def _answer(self, body: bytes, rule: Answer, ordinary: dict[str, Any]) -> None:
        if not self._is_signed(body):
            rule = Refusal(403, "InvalidSignatureException", "The request signature is wrong.")
        if rule == Fault.STALLED:
            self.service.released.wait(30)
        if rule in {Fault.STALLED, Fault.CLOSED, Fault.LOST}:
            self.close_connection = True
        elif rule == Fault.GIBBERISH:
            self._write(200, b"<html>Please log in to the Wi-Fi</html>", "")
        elif isinstance(rule, Refusal):
            self._write(rule.status, json.dumps({"message": rule.message}).encode(), rule.code)
        else:
            self._write(200, json.dumps(ordinary).encode(), "")

    def _write(self, status: int, body: bytes, code: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if code:
            self.send_header("x-amzn-ErrorType", code)
        self.end_headers()
        self.wfile.write(body)

    def _is_signed(self, body: bytes) -> bool:
        """Make the signature anew, as the manual has it, and compare."""
        found = AUTHORIZATION.fullmatch(self.headers["Authorization"] or "")
        if not found:
            return False
        day, names, signature = found.groups()
        lines = [f"{name}:{self.headers[name].strip()}" for name in names.split(";")]
        request = [self.command, self.path, "", *lines, "", names, hashlib.sha256(body).hexdigest()]
        told = hashlib.sha256("\n".join(request).encode()).hexdigest()
        scope = (day, REGION, "ses", "aws4_request")
        to_sign = ("AWS4-HMAC-SHA256", self.headers["X-Amz-Date"], "/".join(scope), told)
        key = f"AWS4{SECRET}".encode()
        for part in (*scope, "\n".join(to_sign)):
            key = hmac.digest(key, part.encode(), "sha256")
        return key.hex() == signature

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the server's own name
        """Keep quiet."""


@contextlib.contextmanager
def serving_ses(service: FaultySes) -> Iterator[FaultySes]:
    """Run the service until the block ends."""
    handler = type("Handler", (_Handler,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        service.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            service.released.set()
            server.shutdown()
            thread.join(5)
