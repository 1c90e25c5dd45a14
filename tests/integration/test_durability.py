# SPDX-License-Identifier: Apache-2.0
"""What was answered with 200 is told, whatever happens afterwards; what cannot be kept is not answered with 200."""
import os
import random
import shutil
import sqlite3
import subprocess

import pytest

from channels import LOG, slack
from eventbridge import EventBridge
from events import event_id, fresh
from peers.http_peer import DROP
from peers.slack_receiver import SlackReceiver
from reading import slack_text
from waiting import eventually


def test_killed_right_after_the_answer_it_still_tells(serve, peer, certificate):
    """The channel is down until the crash, so that nothing can have been told before it."""
    channel = peer(SlackReceiver(certificate=certificate, answers=[DROP] * 1000))
    service = serve(slack(channel))
    events = [fresh("root_write") for _ in range(20)]
    findings = [service.post(event).result["finding_id"] for event in events]
    service.kill()

    with SlackReceiver(certificate=certificate) as channel_up:
        service.config["notifiers"] = [slack(channel_up)]
        service.start()
        eventually(lambda: len(channel_up.messages) >= len(findings), 20)
        told = "".join(map(slack_text, channel_up.messages))
        assert all(finding in told for finding in findings)
        assert service.post(events[0]).result["duplicate"] is True, "it is known after the crash too"
        service.stop()


def test_killed_over_and_over_every_200_is_told(serve, peer, ca, certificate):
    """Two hundred events from a sender that retries, against a service that is killed and started again."""
    channel = peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel), LOG)
    chance = random.Random(7)
    events = [fresh("root_write") for _ in range(200)]
    with EventBridge(lambda: service.url, service.ingest_key, ca.certificate) as sender:
        sending = [sender.put(event) for event in events]
        for _ in range(5):
            enough = min(len(events), sum(future.done() for future in sending) + chance.randrange(5, 30))
            eventually(lambda: sum(future.done() for future in sending) >= enough, 30, "the next crash")
            service.kill()
            service.start()
        invocations = [future.result(60) for future in sending]

    assert all(invocation.delivered for invocation in invocations)
    assert any(len(invocation.statuses) > 1 for invocation in invocations), "no crash was noticed by the sender"
    findings = {invocation.answer["results"][0]["finding_id"] for invocation in invocations}
    assert len(findings) == len(events), "one finding for each event, however often it was sent"
    eventually(lambda: len(channel.messages) >= len(events), 30)
    eventually(lambda: not waiting(service), 30)
    told = "".join(map(slack_text, channel.messages))
    assert [event_id(event) for event in events if event_id(event) not in told] == []


def waiting(service):
    return service.get("/v1/deliveries?state=waiting", key=service.read_key).json["deliveries"]


def test_a_store_that_takes_nothing_is_503_until_it_does(serve):
    """Another process holds the store's write lock for longer than anybody waits."""
    service = serve(LOG)
    event = fresh("root_write")
    with sqlite3.connect(service.directory / "rootwatch.db", isolation_level=None) as thief:
        thief.execute("BEGIN IMMEDIATE")
        answer = service.post(event)
        assert answer.status == 503 and int(answer.headers["retry-after"]) > 0 and answer.problem
        assert service.get("/readyz").status == 503
        assert service.get("/healthz").status == 200
        assert service.post(fresh("iam_user_call")).status == 200, "what is not kept needs no store"
        assert service.log("store_failed")
        thief.execute("ROLLBACK")
    thief.close()
    eventually(service.accepts)
    assert service.post(event).result["duplicate"] is False
    eventually(service.alerts)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MiB."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "rootwatch-test", place], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"mount: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_is_503_until_there_is_room(serve, small_disk):
    service = serve(LOG, store={"url": f"sqlite:{small_disk}/rootwatch.db"})
    ballast, events = small_disk / "ballast", []

    def full():
        events.append(fresh("root_write", userAgent="x" * 900))
        return service.post(events[-1]).status == 503

    ballast.write_bytes(b"x" * (1024 * 1024))
    eventually(full, 60, "the disk to be full")
    assert service.get("/readyz").status == 503
    ballast.unlink()
    eventually(service.accepts)
    assert service.post(events[-1]).result["duplicate"] is False, "what got 503 was not kept"
    kept = {
        alert["event_id"] for alert in eventually(lambda: len(service.alerts()) == len(events) and service.alerts())
    }
    assert kept == {event_id(event) for event in events}
    service.stop()


def test_a_store_that_cannot_be_opened_starts_nothing(serve, tmp_path):
    (tmp_path / "garbage.db").write_bytes(b"this is no database" * 100)
    for number, url in enumerate((tmp_path / "missing" / "rootwatch.db", tmp_path / "garbage.db")):
        service = serve(LOG, store={"url": f"sqlite:{url}"}, start=False)
        service.write_config()
        service.spawn()
        assert service.process.wait(20) == 3, service.log_text()
        service.process = None
        assert str(url) in service.log_text() and not service.log("ready"), number


def test_two_services_do_not_share_a_store(serve):
    """At start every lease is released: a second service would send everything twice."""
    first = serve(LOG)
    second = serve(LOG, store=first.config["store"], start=False)
    second.write_config()
    second.spawn()
    assert second.process.wait(20) == 3
    second.process = None
    assert first.accepts()


def test_retention_forgets_old_findings(serve):
    service = serve(LOG)
    result = service.post(fresh("root_write")).result
    eventually(lambda: not waiting(service))
    service.stop()
    with sqlite3.connect(service.directory / "rootwatch.db") as store:
        store.execute("UPDATE finding SET received_s = received_s - 2 * 86400")
    store.close()
    service.config["store"]["retention"] = "1d"
    service.start()
    eventually(lambda: service.log("purged"), 10)
    assert service.get(f"/v1/findings/{result['finding_id']}", key=service.read_key).status == 404
