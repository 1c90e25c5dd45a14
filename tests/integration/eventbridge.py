# SPDX-License-Identifier: Apache-2.0
"""
A simulation of the sender: an EventBridge rule with an API destination. It keeps what AWS documents or what
others have seen of it: the headers, a new connection per event, 5 seconds for an answer, which statuses are tried
again, back-off that honours Retry-After. The pauses run on a faster clock; the 5 seconds are real ones.
"""
import concurrent.futures
import http.client
import json
import random
import socket
import ssl
import time
import urllib.parse
from dataclasses import dataclass, field

TIMEOUT_S = 5
RETRY_CAP_S = 60
MAXIMUM_ATTEMPTS = 185
MAXIMUM_AGE_S = 24 * 60 * 60


@dataclass
class Invocation:
    """One event on its way: every status it met (0: no answer), and how it ended."""

    event: object
    statuses: list = field(default_factory=list)
    answer: dict = None
    retry_after_s: list = field(default_factory=list)

    @property
    def delivered(self):
        return self.answer is not None


def is_retried(status):
    return status in (0, 401, 407, 409, 429) or status >= 500


class EventBridge:
    """Sends events to target() + /v1/events. One second of its pauses takes `second` real ones."""

    def __init__(self, target, key, ca_file, header="x-api-key", second=0.02, concurrency=8):
        self.target, self.key, self.header, self.second = target, key, header, second
        self.context = ssl.create_default_context(cafile=str(ca_file))
        self.pool = concurrent.futures.ThreadPoolExecutor(concurrency)
        self.random = random.Random(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown(wait=True, cancel_futures=True)

    def put(self, event, path="/v1/events"):
        """Sends one event (or a list: an array) in the background: a future of its Invocation."""
        return self.pool.submit(self.invoke, event, path)

    def invoke(self, event, path="/v1/events"):
        """Sends one event until it is delivered or given up."""
        invocation = Invocation(event)
        body = json.dumps(event).encode()
        age_s = 0
        while len(invocation.statuses) < MAXIMUM_ATTEMPTS and age_s < MAXIMUM_AGE_S:
            status, headers, answer = self.attempt(body, path)
            invocation.statuses.append(status)
            if 200 <= status < 300:
                invocation.answer = json.loads(answer)
            if not is_retried(status):
                break
            pause_s = self.backoff(len(invocation.statuses))
            if "retry-after" in headers:
                asked_s = int(headers["retry-after"])
                invocation.retry_after_s.append(asked_s)
                if asked_s < 0:
                    break  # a negative value stops all retries
                pause_s = max(pause_s, asked_s)
            age_s += pause_s
            time.sleep(pause_s * self.second)
        return invocation

    def backoff(self, attempts):
        ceiling_s = min(RETRY_CAP_S, 2 ** min(attempts, 10))
        return self.random.uniform(ceiling_s / 2, ceiling_s)

    def attempt(self, body, path):
        """One request on a connection of its own: status (0: none in time), headers, body."""
        url = urllib.parse.urlsplit(self.target())
        connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=TIMEOUT_S, context=self.context)
        try:
            connection.putrequest("POST", path, skip_accept_encoding=True)
            for name, value in self.headers(body):
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        except (OSError, http.client.HTTPException, socket.timeout):
            return 0, {}, b""
        finally:
            connection.close()

    def headers(self, body):
        return [
            ("User-Agent", "Amazon/EventBridge/ApiDestinations"),
            ("Content-Type", "application/json; charset=utf-8"),
            ("Range", "bytes=0-1048575"),
            ("Accept-Encoding", "gzip,deflate"),
            ("Connection", "close"),
            ("Content-Length", str(len(body))),
            (self.header, self.key),
        ]
