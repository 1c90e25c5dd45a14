# SPDX-License-Identifier: Apache-2.0
"""A receiver of webhooks that believes a signature and nothing else, as Standard Webhooks has it."""

import argparse
import base64
import hmac
import json
import time

from .http_peer import Answer, HttpPeer, add_options, certificate, describe
from .script import serve

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATH = "/in/8f3a9c0d5e"
TOLERANCE_S = 300  # how old a timestamp may be


class Refused(Exception):
    pass


class WebhookReceiver(HttpPeer):
    """`messages` holds the findings that were taken. `token`: (header, value) that must be there, too."""

    def __init__(self, secret=SECRET, token=None, path=PATH, **options):
        super().__init__(**options)
        self.key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        self.token = token
        self.path = path

    @property
    def messages(self):
        return self.taken()

    @property
    def webhook_url(self):
        return self.url + self.path

    def answer(self, request):
        if request.path != self.path or request.method != "POST":
            return Answer(404, b"no such hook")
        if self.token and request.headers.get_all(self.token[0]) != [self.token[1]]:
            return Answer(403, b"no token")
        try:
            self.verify(request)
        except Refused as reason:
            return Answer(401, str(reason).encode())
        request.taken = json.loads(request.body)
        return Answer(204)

    def verify(self, request):
        """https://github.com/standard-webhooks/standard-webhooks: each header once, fresh, one good signature."""
        name, stamp, signatures = (the_only(request.headers, f"webhook-{part}") for part in ("id", "timestamp", "signature"))
        if abs(time.time() - int(stamp)) > TOLERANCE_S:
            raise Refused("stale")
        content = f"{name}.{stamp}.".encode() + request.body
        expected = "v1," + base64.b64encode(hmac.digest(self.key, content, "sha256")).decode()
        if not any(hmac.compare_digest(expected, signature) for signature in signatures.split(" ")):
            raise Refused("no good signature")


def the_only(headers, name):
    values = headers.get_all(name) or []
    if len(values) != 1:
        raise Refused(f"{len(values)} of {name}")
    return values[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--secret", default=SECRET)
    options = parser.parse_args()
    peer = WebhookReceiver(
        options.secret, answers=options.answers, certificate=certificate(options), port=options.port
    )
    serve(peer, peer.received, lambda peer: {**describe(peer), "webhook_url": peer.webhook_url})


if __name__ == "__main__":
    main()
