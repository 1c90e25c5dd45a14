# SPDX-License-Identifier: Apache-2.0
"""Slack: within every limit, and what stands in an event is text and nothing else."""
import json
import re

import pytest

from channels import slack
from events import fresh
from peers.slack_receiver import SlackReceiver
from reading import slack_text
from waiting import eventually

HOSTILE = [
    "<!channel> <!here> <@U012AB3CD> <#C012AB3CD>",
    "<https://evil.example.com|console.aws.amazon.com>",
    "*bold* _italic_ ~strike~ `code` ```block```",
    "> quoted\n# title\n- item",
    "&lt;!channel&gt; &amp; &",
    ":rotating_light: https://evil.example.com",
    "\u202egnp.exe \u0007 \x1b[31m",
]
# What one event can say at most: CloudTrail cuts these fields at 1 KB, a forger does not.
LONG = "x" * 20_000


@pytest.fixture
def channel(peer, certificate):
    return peer(SlackReceiver(certificate=certificate))


def told(serve, channel, event, **settings):
    serve(slack(channel, **settings)).post(event)
    request = channel.wait()[0]
    assert request.status == 200, request.summary()
    return channel.messages[0]


def texts(value):
    """Every text object of a payload, wherever it is: (type, text)."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, dict):
        return []
    own = [(value["type"], value["text"])] if value.get("type") in ("plain_text", "mrkdwn") else []
    return own + [text for item in value.values() for text in texts(item)]


def test_colour_header_fields_reasons_and_fallback(serve, channel):
    message = told(serve, channel, fresh("root_console_login_no_mfa"))
    assert "critical" in message["text"].lower() and "Root signed in" in message["text"]
    (attachment,) = message["attachments"]
    assert re.fullmatch(r"#[0-9a-fA-F]{6}", attachment["color"])
    assert [block["type"] for block in message["blocks"]] == ["header"], "above the coloured bar"
    assert "section" in [block["type"] for block in attachment["blocks"]]
    assert any(len(block.get("fields", [])) >= 4 for block in attachment["blocks"])
    assert "MFAUsed" in slack_text(message), "the reason names the field it read"


@pytest.mark.parametrize("name, other", [("root_console_login_no_mfa", "root_read")])
def test_colour_follows_severity(serve, peer, certificate, name, other):
    colours = set()
    for fixture_name in (name, other):
        channel = peer(SlackReceiver(certificate=certificate))
        colours.add(told(serve, channel, fresh(fixture_name))["attachments"][0]["color"])
    assert len(colours) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(serve, channel, text):
    event = fresh("root_write", userAgent=text, errorCode=text, errorMessage=text, eventName=text)
    event["detail"]["sourceIPAddress"] = text
    message = told(serve, channel, event)
    everything = [("mrkdwn", message["text"]), *texts(message)]
    for kind, shown in everything:
        # What is in angle brackets is a mention, a channel or a link: of ours there is the console's alone.
        for link in re.findall(r"<([^<>]*)>", shown):
            assert re.match(r"https://[a-z0-9.-]+\.amazonaws?\.(com|cn)", link) or "console.aws" in link, (kind, shown)
        assert "<!" not in shown and "<@" not in shown and "<#" not in shown
        assert not re.search(r"&(?!amp;|lt;|gt;)", shown), (kind, shown)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", shown)


def test_untrusted_words_cannot_become_markup(serve, channel):
    marked = "*all is well* _nothing_ `to see`"
    message = told(serve, channel, fresh("root_write", userAgent=marked))
    for kind, shown in texts(message):
        assert kind == "plain_text" or "all is well" not in shown, (kind, shown)


def test_the_longest_event_stays_within_every_limit(serve, channel):
    """The receiver refuses what Slack would: 50 blocks, 150, 3000, 2000 characters, 13,200 altogether."""
    event = fresh("root_console_login_no_mfa", userAgent=LONG, errorCode=LONG, errorMessage=LONG, eventName=LONG)
    event["detail"]["awsRegion"] = LONG
    message = told(serve, channel, event)
    assert len(json.dumps(message["attachments"][0]["blocks"], ensure_ascii=False)) <= 12_000


@pytest.mark.parametrize("text", ["&" * 20_000, "𝔘" * 20_000, "<" * 20_000], ids=["amp", "astral", "lt"])
def test_escaping_does_not_break_the_limits(serve, channel, text):
    message = told(serve, channel, fresh("root_write", userAgent=text, errorMessage=text, errorCode=text))
    for _, shown in texts(message):
        assert not re.search(r"&(?!amp;|lt;|gt;)", shown), "an entity was cut in the middle"


def test_a_forged_region_does_not_become_a_host(serve, channel):
    message = told(serve, channel, fresh("root_write", awsRegion="evil.example.com/#"))
    assert "https://evil.example.com" not in json.dumps(message)
    assert not re.search(r"https://[^/\"]*evil", json.dumps(message))


def test_an_answer_that_is_not_ok_is_no_delivery(serve, channel):
    channel.script({"status": 200, "body": "no_text"})
    service = serve(slack(channel))
    service.post(fresh("root_write"))
    channel.wait()
    eventually(lambda: service.log("delivery_retry", "delivery_dead", "delivered"))
    assert not service.log("delivered") or channel.messages


def test_the_certificate_of_the_channel_is_verified(serve, peer, tmp_path):
    from peers.ca import CA

    impostor = peer(SlackReceiver(certificate=CA(tmp_path / "other").issue()))
    service = serve(slack(impostor, ca_file=None) | {"ca_file": str(CA(tmp_path / "ours").certificate)})
    service.post(fresh("root_write"))
    (line,) = eventually(lambda: service.log("delivery_retry"))[:1]
    assert not impostor.requests and "certificate" in json.dumps(line).lower()
