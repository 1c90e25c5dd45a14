# SPDX-License-Identifier: Apache-2.0
"""From the store to the channels: back-off, Retry-After, dead letters, and nobody waits for somebody else's channel."""
import json
import signal
import sqlite3

import pytest

from channels import LOG, email, slack
from events import fresh
from peers.http_peer import DROP, HALF, SILENCE, Answer
from peers.slack_receiver import SlackReceiver
from peers.smtp_receiver import SmtpReceiver
from waiting import eventually, stays


@pytest.fixture
def channel(peer, certificate):
    return peer(SlackReceiver(certificate=certificate))


def deliveries(service, **wanted):
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    return service.get(f"/v1/deliveries?{query}", key=service.read_key).json["deliveries"]


@pytest.mark.parametrize("fault", [500, 503, 502, DROP, HALF], ids=str)
def test_a_passing_fault_is_tried_again(serve, channel, fault):
    channel.script(fault)
    service = serve(slack(channel))
    finding = service.post(fresh("root_write")).result["finding_id"]
    eventually(lambda: channel.messages)
    (delivery,) = eventually(lambda: deliveries(service, state="delivered"))
    assert delivery["finding_id"] == finding and delivery["attempts"] == 2 and "200" in delivery["detail"]
    (retry,) = service.log("delivery_retry")
    assert retry["notifier"] == "slack"


def test_retry_after_pauses_the_whole_channel(serve, channel):
    channel.script(Answer(429, b"rate_limited", {"Retry-After": "2"}))
    service = serve(slack(channel))
    service.post(fresh("root_write"))
    channel.wait(1)
    service.post(fresh("root_write"))
    times = [request.received_at for request in eventually(lambda: len(channel.requests) >= 3 and channel.requests)]
    assert times[1] - times[0] >= 2, "the other alert waits too"
    assert len(channel.messages) == 2


@pytest.mark.parametrize("value", ["-5", "soon", "99999999999999999999"])
def test_a_senseless_retry_after_neither_hammers_nor_stalls_for_ever(serve, channel, value):
    channel.script(Answer(429, b"", {"Retry-After": value}))
    service = serve(slack(channel))
    service.post(fresh("root_write"))
    (delivery,) = eventually(lambda: [d for d in deliveries(service) if d["attempts"] >= 1])
    assert delivery["state"] in ("waiting", "delivered")
    assert len(channel.requests) <= 2


@pytest.mark.parametrize(
    "status, word", [(404, b"no_service"), (410, b"channel_is_archived"), (403, b"action_prohibited")]
)
def test_a_final_refusal_is_a_dead_letter_at_once(serve, channel, status, word):
    channel.script(Answer(status, word))
    service = serve(slack(channel))
    service.post(fresh("root_write"))
    (dead,) = eventually(lambda: deliveries(service, state="dead"))
    assert dead["attempts"] == 1 and word.decode() in dead["detail"]
    (line,) = service.log("delivery_dead")
    assert word.decode() in json.dumps(line)
    stays(lambda: len(channel.requests) == 1, 0.3)


def test_a_dead_letter_can_be_sent_again(serve, channel):
    channel.script(404)
    service = serve(slack(channel))
    service.post(fresh("root_write"))
    (dead,) = eventually(lambda: deliveries(service, state="dead"))
    retry = f"/v1/deliveries/{dead['id']}/retry"
    assert service.request("POST", retry, b"", key=service.admin_key).status == 200
    eventually(lambda: channel.messages)
    eventually(lambda: deliveries(service, state="delivered"))


def test_a_hanging_channel_delays_no_other(serve, peer, channel, certificate):
    hanging = peer(SlackReceiver(certificate=certificate, answers=[SILENCE] * 100))
    service = serve(slack(hanging, "hanging", timeout="30s"), slack(channel, "good"), LOG)
    for number in range(1, 6):
        service.post(fresh("root_write"))
        eventually(lambda: len(channel.messages) == len(service.alerts()) == number)
    assert len(hanging.requests) <= 1
    hanging.closing.set()


def test_a_silent_channel_is_given_up_after_its_timeout_and_tried_again(serve, channel):
    channel.script(SILENCE)
    service = serve(slack(channel, timeout="1s"))
    service.post(fresh("root_write"))
    eventually(lambda: channel.messages, 10)
    assert service.log("delivery_retry")


def test_a_channel_that_was_down_gets_everything_in_order(serve, channel):
    service = serve(slack(channel))
    channel.script(*[503] * 2)
    findings = [service.post(fresh("root_write")).result["finding_id"] for _ in range(5)]
    eventually(lambda: len(channel.messages) == 5, 30)
    eventually(lambda: len(deliveries(service, state="delivered")) == 5)
    assert {delivery["finding_id"] for delivery in deliveries(service)} == set(findings)


def test_what_waits_is_sent_after_a_restart(serve, channel):
    channel.script(Answer(503, b"", {"Retry-After": "1"}))
    service = serve(slack(channel))
    service.post(fresh("root_write"))
    eventually(lambda: deliveries(service, state="waiting") and service.log("delivery_retry"))
    service.stop()
    before = len(channel.requests)
    service.start()
    eventually(lambda: channel.messages)
    assert len(channel.requests) >= before


@pytest.fixture(params=["slack", "mail"])
def hanging(request, peer, certificate):
    """A channel that takes a connection and says nothing, with all the time of the world."""
    if request.param == "slack":
        channel = peer(SlackReceiver(certificate=certificate))
        channel.script(SILENCE)
        return channel, slack(channel, timeout="5m")
    channel = peer(SmtpReceiver())
    channel.script({"greeting": SILENCE})
    return channel, email(channel, starttls="none", timeout="5m")


def test_a_send_in_flight_settles_before_the_end(serve, channel):
    channel.script(Answer(200, b"ok", delay_s=1.0))
    service = serve(slack(channel))
    service.post(fresh("root_write"))
    eventually(lambda: channel.connections)
    service.signal(signal.SIGTERM)
    service.wait_stopped()
    service.start()
    eventually(lambda: deliveries(service, state="delivered"))
    assert len(channel.requests) == 1, "it is not sent a second time"


def test_a_send_that_hangs_is_cancelled_in_time_and_waits_for_the_next_start(serve, hanging):
    channel, configured = hanging
    service = serve(configured)
    service.post(fresh("root_write"))
    eventually(lambda: channel.connections)
    service.signal(signal.SIGTERM)
    service.wait_stopped()
    with sqlite3.connect(service.directory / "rootwatch.db") as store:
        assert store.execute("SELECT state, attempts FROM delivery").fetchall() == [(0, 1)]
    store.close()


def test_pace_is_kept(serve, channel):
    service = serve(slack(channel, rate="4/s"))
    service.post([fresh("root_write") for _ in range(5)])
    requests = channel.wait(5)
    gaps = [later.received_at - earlier.received_at for earlier, later in zip(requests, requests[1:])]
    # A little less than 250 ms each may be measured here; four gaps together may not.
    assert sum(gaps) >= 0.9


def test_reload_changes_channels_and_keeps_what_waits(serve, peer, channel, certificate):
    down = peer(SlackReceiver(certificate=certificate, answers=[503] * 1000))
    service = serve(slack(down))
    finding = service.post(fresh("root_write")).result["finding_id"]
    eventually(lambda: service.log("delivery_retry"))
    service.config["notifiers"] = [slack(channel)]
    assert service.reload()["event"] == "config_reloaded"
    eventually(lambda: channel.messages, 20)
    assert [delivery["finding_id"] for delivery in deliveries(service)] == [finding]
