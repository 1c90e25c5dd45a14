# SPDX-License-Identifier: Apache-2.0
"""A Teams Workflows webhook: takes an Adaptive Card that Teams can show, refuses what is none or too large."""

import argparse
import json

from .http_peer import Answer, HttpPeer, add_options, certificate, describe
from .script import serve

PATH = "/workflows/8f3a9c0d5e/triggers/manual/paths/invoke?api-version=2016-06-01&sig=Xa1b2c3d4e5f6"

# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
MESSAGE_BYTES = 28_000
CARD = "application/vnd.microsoft.card.adaptive"

# What an element must and may have (besides "type"), of the elements that Teams shows in version 1.4.
# https://adaptivecards.io/explorer/
COMMON = {"spacing", "separator", "id", "isVisible", "height"}
ELEMENTS = {
    "Container": ({"items"}, {"style", "bleed", "minHeight"}),
    "TextBlock": ({"text"}, {"weight", "wrap", "size", "color", "isSubtle", "maxLines"}),
    "RichTextBlock": ({"inlines"}, {"horizontalAlignment"}),
    "TextRun": ({"text"}, {"weight", "size", "color", "isSubtle", "fontType", "italic", "strikethrough"}),
    "FactSet": ({"facts"}, set()),
    "Action.OpenUrl": ({"title", "url"}, {"style", "tooltip"}),
}
VALUES = {
    "style": {"default", "emphasis", "good", "attention", "warning", "accent"},
    "weight": {"Default", "Lighter", "Bolder"},
    "size": {"Default", "Small", "Medium", "Large", "ExtraLarge"},
    "spacing": {"Default", "None", "Small", "Medium", "Large", "ExtraLarge", "Padding"},
}


class Refused(Exception):
    pass


class TeamsReceiver(HttpPeer):
    """`cards` holds what was taken, `requests` everything."""

    @property
    def cards(self):
        return self.taken()

    @property
    def webhook_url(self):
        return self.url + PATH

    def answer(self, request):
        if request.path != PATH:
            return Answer(401, b'{"error":{"code":"DirectApiAuthorizationRequired","message":"sign it"}}')
        try:
            request.taken = read_card(request)
        except Refused as problem:
            return Answer(400, str(problem).encode())
        return Answer(202)


def check(good, what):
    if not good:
        raise Refused(what)


def read_card(request):
    check(request.method == "POST" and request.headers.get_content_type() == "application/json", "not JSON posted")
    check(len(request.body) <= MESSAGE_BYTES, f"{len(request.body)} bytes")
    try:
        message = json.loads(request.body)
    except ValueError as error:
        raise Refused(error) from error
    check(message.get("type") == "message" and len(message.get("attachments", [])) == 1, "no message with one card")
    attachment = message["attachments"][0]
    check(attachment.get("contentType") == CARD, "contentType")
    card = attachment["content"]
    check(card.get("type") == "AdaptiveCard" and card.get("version") in ("1.2", "1.3", "1.4", "1.5"), "no card")
    check(card.get("body"), "an empty card")
    for element in card["body"] + card.get("actions", []):
        check_element(element)
    check(all(action["url"].startswith("https://") for action in card.get("actions", [])), "a link that is not https")
    return card


def check_element(element):
    kind = element.get("type")
    check(kind in ELEMENTS, f"element {kind}")
    needed, allowed = ELEMENTS[kind]
    members = set(element) - {"type"}
    check(needed <= members <= needed | allowed | COMMON, f"{kind} with {members}")
    for name, values in VALUES.items():
        check(name not in element or element[name] in values, f"{name} {element.get(name)}")
    check("text" not in needed or (isinstance(element["text"], str) and element["text"]), f"{kind} without a text")
    for inner in element.get("items", []) + element.get("inlines", []):
        check_element(inner)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    options = parser.parse_args()
    peer = TeamsReceiver(answers=options.answers, certificate=certificate(options), port=options.port)
    serve(peer, peer.received, lambda peer: {**describe(peer), "webhook_url": peer.webhook_url})


if __name__ == "__main__":
    main()
