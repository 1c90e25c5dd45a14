# SPDX-License-Identifier: Apache-2.0
"""A Slack incoming webhook: takes what Slack takes, refuses what Slack refuses, over HTTPS."""

import argparse
import json

from .http_peer import Answer, HttpPeer, add_options, certificate, describe
from .script import serve

PATH = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"

# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS = 50
BLOCKS_CHARACTERS = 13200  # measured: a larger `blocks` fails as a whole
HEADER_CHARACTERS = 150
SECTION_CHARACTERS = 3000
FIELDS = 10
FIELD_CHARACTERS = 2000
CONTEXT_ELEMENTS = 10
BLOCK_ID_CHARACTERS = 255


class InvalidPayload(Exception):
    pass


class SlackReceiver(HttpPeer):
    """`messages` holds the payloads that were taken, `requests` everything."""

    def __init__(self, path=PATH, **options):
        super().__init__(**options)
        self.path = path

    @property
    def messages(self):
        return self.taken()

    @property
    def webhook_url(self):
        return self.url + self.path

    def answer(self, request):
        if request.path != self.path:
            return Answer(404, b"no_service")
        try:
            payload = read_payload(request)
        except InvalidPayload as problem:
            return Answer(400, f"invalid_payload: {problem}".encode())
        request.taken = payload
        return Answer(200, b"ok")


def read_payload(request):
    if request.method != "POST" or request.headers.get_content_type() != "application/json":
        raise InvalidPayload("not JSON posted")
    try:
        payload = json.loads(request.body)
    except ValueError as error:
        raise InvalidPayload(error) from error
    check(isinstance(payload, dict) and isinstance(payload.get("text"), str) and payload["text"], "no text")
    check_blocks(payload.get("blocks", []))
    for attachment in payload.get("attachments", []):
        check_blocks(attachment.get("blocks", []))
    return payload


def check(good, what):
    if not good:
        raise InvalidPayload(what)


def check_blocks(blocks):
    check(len(blocks) <= BLOCKS, f"{len(blocks)} blocks")
    check(len(json.dumps(blocks, ensure_ascii=False)) <= BLOCKS_CHARACTERS, "blocks too long")
    for block in blocks:
        check(len(block.get("block_id", "")) <= BLOCK_ID_CHARACTERS, "block_id too long")
        check(block.get("type") in CHECKS, f"block type {block.get('type')}")
        CHECKS[block["type"]](block)


def check_header(block):
    check(block["text"]["type"] == "plain_text", "a header is plain_text")
    check_text(block["text"], HEADER_CHARACTERS)


def check_section(block):
    fields = block.get("fields", [])
    check("text" in block or fields, "an empty section")
    if "text" in block:
        check_text(block["text"], SECTION_CHARACTERS)
    check(len(fields) <= FIELDS, f"{len(fields)} fields")
    for field in fields:
        check_text(field, FIELD_CHARACTERS)


def check_context(block):
    check(0 < len(block["elements"]) <= CONTEXT_ELEMENTS, "context elements")
    for element in block["elements"]:
        if element["type"] != "image":
            check_text(element, SECTION_CHARACTERS)


def check_text(text, limit):
    check(text.get("type") in ("plain_text", "mrkdwn"), f"text type {text.get('type')}")
    check(isinstance(text.get("text"), str) and 0 < len(text["text"]) <= limit, f"text over {limit} or empty")


def check_nothing(_):
    pass


CHECKS = {
    "header": check_header,
    "section": check_section,
    "context": check_context,
    "divider": check_nothing,
    "actions": check_nothing,
    "rich_text": check_nothing,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--path", default=PATH)
    options = parser.parse_args()
    peer = SlackReceiver(options.path, answers=options.answers, certificate=certificate(options), port=options.port)
    serve(peer, peer.received, lambda peer: {**describe(peer), "webhook_url": peer.webhook_url})


if __name__ == "__main__":
    main()
