# SPDX-License-Identifier: Apache-2.0
"""Teams: a card that it can show, and what stands in an event is text and nothing else."""
import json

import pytest

from channels import teams
from events import fresh
from peers.teams_receiver import TeamsReceiver
from waiting import eventually

HOSTILE = [
    "<at>everyone</at> <at id='x'>SOC</at>",
    "[console.aws.amazon.com](https://evil.example.com)",
    "**all is well** _nothing_ \\*to see\\*\n\n- item\n\n1. item",
    "{{DATE(2017-02-14T06:08:39Z,SHORT)}} ${title}",
    "\u202egnp.exe \u0007 \x1b[31m",
]
LONG = "x" * 20_000


@pytest.fixture
def channel(peer, certificate):
    return peer(TeamsReceiver(certificate=certificate))


def told(serve, channel, event):
    serve(teams(channel)).post(event)
    request = channel.wait()[0]
    assert request.status == 202, request.summary()
    return channel.cards[0]


def texts(value):
    """Every text of a card, wherever it is: (type, text)."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, dict):
        return []
    own = [(value["type"], value["text"])] if "text" in value else []
    return own + [text for item in value.values() for text in texts(item)]


def test_a_card_says_what_why_and_what_to_do(serve, channel):
    card = told(serve, channel, fresh("root_console_login_no_mfa"))
    shown = "\n".join(text for _, text in texts(card))
    assert "Root signed in" in shown and "MFAUsed" in shown and "111122223333" in shown
    assert card["body"][0]["style"] == "attention"
    assert "console.aws.amazon.com/cloudtrail" in card["actions"][0]["url"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(serve, channel, text):
    event = fresh("root_write", userAgent=text, errorCode=text, errorMessage=text, eventName=text)
    event["detail"]["sourceIPAddress"] = text
    card = told(serve, channel, event)
    for kind, shown in texts(card):
        # Text blocks are Markdown: there stand our own words alone. Runs are not, but mentions and dates are everywhere.
        assert kind == "TextRun" or shown in ("Why", "What to do now"), (kind, shown)
        assert "<at" not in shown and "{{" not in shown
        assert not any(ord(c) < 32 or c == "\u202e" for c in shown)
    assert "entities" not in json.dumps(card)


@pytest.mark.parametrize("text", [LONG, "<" * 20_000, "{" * 20_000, '"' * 20_000, "𝔘" * 20_000])
def test_the_longest_event_stays_within_the_limit(serve, channel, text):
    event = fresh("root_console_login_no_mfa", userAgent=text, errorCode=text, errorMessage=text, eventName=text)
    event["detail"]["awsRegion"] = text
    told(serve, channel, event)


def test_a_workflow_that_is_gone_is_given_up_without_its_address(serve, channel):
    channel.script({"status": 404, "body": "The workflow '8f3a9c0d5e' could not be found."})
    service = serve(teams(channel))
    service.post(fresh("root_write"))
    (line,) = eventually(lambda: service.log("delivery_dead"))
    assert "404" in json.dumps(line) and "8f3a9c0d5e" not in json.dumps(line)


def test_its_pause_is_kept(serve, channel):
    channel.script({"status": 429, "headers": {"Retry-After": "1"}})
    service = serve(teams(channel))
    service.post(fresh("root_write"))
    first, second = channel.wait(2)
    assert second.status == 202 and second.received_at - first.received_at >= 1
