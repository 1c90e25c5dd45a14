# SPDX-License-Identifier: Apache-2.0
"""PagerDuty: within its limits, one incident per finding, and its refusals are final."""
import json

import pytest

from channels import pagerduty
from events import fresh
from peers.pagerduty_receiver import PagerDutyReceiver
from waiting import eventually

LONG = "x" * 20_000


@pytest.fixture
def channel(peer, certificate):
    return peer(PagerDutyReceiver(certificate=certificate))


def told(serve, channel, event):
    serve(pagerduty(channel)).post(event)
    request = channel.wait()[0]
    assert request.status == 202, request.summary()
    return channel.events[0]


def test_an_incident_says_what_where_and_why(serve, channel):
    event = told(serve, channel, fresh("root_console_login_no_mfa"))
    payload = event["payload"]
    assert event["event_action"] == "trigger" and "Root signed in" in payload["summary"]
    assert payload["severity"] == "critical" and "111122223333" in payload["source"]
    assert payload["component"] == "signin.amazonaws.com" and payload["class"] == "ConsoleLogin"
    assert any("MFAUsed" in reason for reason in payload["custom_details"]["Why"])
    assert "console.aws.amazon.com/cloudtrail" in event["links"][0]["href"]


@pytest.mark.parametrize("text", [LONG, "𝔘" * 20_000, '"\\' * 10_000, "\r\n\u202e\x1b[31m<b>"])
def test_hostile_text_stays_within_every_limit(serve, channel, text):
    event = fresh("root_write", userAgent=text, errorCode=text, errorMessage=text, eventName=text, eventSource=text)
    taken = told(serve, channel, event)
    assert not any(ord(c) < 32 or c == "\u202e" for c in json.dumps(taken, ensure_ascii=False))


def test_another_attempt_adds_to_the_same_incident(serve, channel):
    """The answer is lost on the way: PagerDuty has the event, we cannot know."""
    channel.script("drop", {"status": 503, "headers": {"Retry-After": "0"}})
    result = serve(pagerduty(channel)).post(fresh("root_write")).result
    requests = channel.wait(3)
    assert {json.loads(request.body)["dedup_key"] for request in requests} == {result["finding_id"]}
    assert list(channel.incidents) == [result["finding_id"]]


def test_a_wrong_key_is_refused_for_good_and_not_told(serve, channel):
    service = serve(pagerduty(channel, routing_key="f" * 32))
    service.post(fresh("root_write"))
    (line,) = eventually(lambda: service.log("delivery_dead"))
    assert "400: " in json.dumps(line) and "Invalid routing key" in json.dumps(line)
    assert len(channel.requests) == 1
