# SPDX-License-Identifier: Apache-2.0
"""`ack: delivered`: 200 only once a first channel has the alert, for disks that die with the task."""
import json
import threading

import pytest

from channels import LOG, slack
from eventbridge import TIMEOUT_S, EventBridge
from events import fresh
from peers.http_peer import SILENCE, Answer
from peers.slack_receiver import SlackReceiver
from waiting import eventually


@pytest.fixture
def channel(peer, certificate):
    return peer(SlackReceiver(certificate=certificate))


def test_the_answer_comes_after_the_channel_took_it(serve, channel):
    channel.script(Answer(200, b"ok", delay_s=0.7))
    service = serve(slack(channel), ack="delivered")
    answers = []
    posting = threading.Thread(target=lambda: answers.append(service.post(fresh("root_write"))))
    posting.start()
    eventually(lambda: channel.connections)
    assert not answers
    posting.join(20)
    assert answers[0].result["verdict"] == "anomaly" and len(channel.requests) == 1


def test_one_channel_of_several_is_enough(serve, peer, channel, certificate):
    hanging = peer(SlackReceiver(certificate=certificate, answers=[SILENCE] * 10))
    service = serve(slack(hanging, "hanging", timeout="30s"), slack(channel), ack="delivered")
    assert service.post(fresh("root_write")).result["notify"] == ["hanging", "slack"]
    assert len(channel.messages) == 1
    hanging.closing.set()


def test_while_no_channel_takes_it_the_sender_is_asked_to_come_back(serve, channel, ca):
    """The sender gets its 503 before it gives up waiting; the repeated event is answered when it is delivered."""
    channel.script(*[503] * 1000)
    service = serve(slack(channel), ack="delivered")
    event = fresh("root_write")
    with EventBridge(lambda: service.url, service.ingest_key, ca.certificate) as sender:
        status, headers, _ = sender.attempt(json.dumps(event).encode(), "/v1/events")
        assert status == 503 and int(headers["retry-after"]) > 0, f"no 503 within {TIMEOUT_S} s"
        sending = sender.put(event)
        channel._answers.clear()
        invocation = sending.result(60)
    (result,) = invocation.answer["results"]
    assert result["duplicate"] is True and len(channel.messages) == 1


def test_what_nobody_is_told_is_answered_at_once(serve, channel):
    channel.script(*[503] * 10)
    service = serve(slack(channel, min_severity="critical"), ack="delivered")
    assert service.post(fresh("iam_user_call")).result["verdict"] == "not_root"
    assert service.post(fresh("root_read")).result["notify"] == []


def test_every_event_of_an_array_counts(serve, channel):
    service = serve(slack(channel), ack="delivered")
    assert len(service.post([fresh("root_write") for _ in range(3)]).json["results"]) == 3
    assert len(channel.messages) == 3


def test_a_final_refusal_by_every_channel_is_not_answered_with_200(serve, channel):
    channel.script(*[404] * 10)
    service = serve(slack(channel), ack="delivered")
    answer = service.post(fresh("root_write"))
    assert answer.status == 503 and service.log("delivery_dead")


def test_stopping_while_waiting_ends_in_time(serve, channel):
    channel.script(*[503] * 1000)
    service = serve(slack(channel), LOG | {"min_severity": "critical"}, ack="delivered")
    answers = []
    posting = threading.Thread(target=lambda: answers.append(service.post(fresh("root_write"))))
    posting.start()
    eventually(lambda: channel.requests)
    service.stop()
    posting.join(20)
    assert answers and answers[0].status == 503
