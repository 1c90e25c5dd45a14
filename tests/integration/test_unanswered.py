# SPDX-License-Identifier: Apache-2.0
"""CheckMfa without a sign-in after it: told when its time is over, by the service across restarts, and by a scan."""
import json
import sqlite3

import pytest

from channels import LOG
from events import event_id, fresh, now
from service import run
from waiting import eventually

TITLE = "Somebody gave root's password and no second factor"
OTHER = "444455556666"


def check(minutes_ago=0, **changes):
    return fresh("root_check_mfa", eventTime=now(60 * minutes_ago), **changes)


def sign_in(minutes_ago=0, name="root_console_login_mfa", **changes):
    return fresh(name, eventTime=now(60 * minutes_ago), **changes)


def sql(service, statement):
    store = sqlite3.connect(service.directory / "rootwatch.db", timeout=20)
    rows = store.execute(statement).fetchall()
    store.commit()
    store.close()
    return rows


def make_due(service):
    """As if the clock had moved on."""
    sql(service, "UPDATE deferred SET due_s = 1")


def waits(service):
    return sql(service, "SELECT count(*) FROM deferred")[0][0]


def told(service):
    return [alert for alert in service.alerts() if alert["title"] == TITLE]


def test_unanswered_is_a_finding_of_its_own(serve):
    service = serve(LOG)
    event = check()
    first = service.post(event).result
    assert first["verdict"] == "anomaly" and first["title"] != TITLE
    assert waits(service) == 1 and not told(service)
    make_due(service)
    (alert,) = eventually(lambda: told(service), 10)
    assert alert["event_id"] == event_id(event) and alert["finding_id"] != first["finding_id"]
    assert (alert["verdict"], alert["severity"]) == ("anomaly", "high")
    assert alert["signals"][0]["id"] == "mfa_unanswered" and alert["steps"]
    assert waits(service) == 0
    assert service.get(f"/v1/findings/{alert['finding_id']}", key=service.read_key).json["title"] == TITLE
    assert service.post(event).result["duplicate"], "the event's own finding is the one that repeats"
    assert waits(service) == 0


def test_it_waits_ten_minutes_and_two_for_what_comes_late(serve):
    service = serve()
    for minutes_ago, least, most in ((0, 590, 610), (9, 110, 130), (60, 110, 130)):
        service.post(check(minutes_ago))
        (left,) = sql(service, "SELECT max(due_s) - strftime('%s', 'now') FROM deferred")[0]
        assert least <= left <= most
        sql(service, "DELETE FROM deferred")


def test_a_restart_in_between(serve):
    service = serve(LOG)
    service.post(check())
    service.stop()
    make_due(service)
    service.start()
    eventually(lambda: told(service), 10)
    service.stop()
    service.start()
    service.post(check())
    make_due(service)
    eventually(lambda: len(told(service)) == 2, 10)
    assert len({alert["event_id"] for alert in told(service)}) == 2, "each once"
    assert waits(service) == 0


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("first", ["check", "sign_in"])
def test_answered_in_whichever_order_they_came(serve, first, restart):
    service = serve(LOG)
    events = [check(1), sign_in(0)]
    for event in events if first == "check" else reversed(events):
        service.post(event)
    assert waits(service) == (1 if first == "check" else 0)
    if restart:
        service.stop()
    make_due(service)
    if restart:
        service.start()
    eventually(lambda: waits(service) == 0, 10)
    assert not told(service)


@pytest.mark.parametrize(
    "other",
    [
        sign_in(0, "root_console_login_failed"),
        sign_in(15),
        sign_in(0, recipientAccountId=OTHER),
    ],
    ids=["failed", "before", "elsewhere"],
)
def test_what_is_no_answer(serve, other):
    service = serve(LOG)
    service.post(check(1))
    service.post(other)
    make_due(service)
    eventually(lambda: told(service), 10)


def test_somebody_elses_check_is_not_roots(serve):
    service = serve()
    event = check()
    event["detail"]["userIdentity"] = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a"}
    service.post(event)
    service.post(check(), path="/v1/events?dry_run=true")
    assert waits(service) == 0


def test_what_waits_is_bounded(serve):
    service = serve()
    service.post([check() for _ in range(70)])
    assert waits(service) == 64


# -- scan


def scanned(tmp_path, *events, options=()):
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in events))
    done = run("scan", "--format", "json", *options, file)
    return done, [json.loads(line) for line in done.out.splitlines()]


def test_a_scan_tells_when_it_has_read_past_the_time(tmp_path):
    events = [check(60), fresh("root_read", eventTime=now(60 * 55)), fresh("root_read", eventTime=now(60 * 40))]
    _, results = scanned(tmp_path, *events)
    assert [r["event_id"] for r in results] == [event_id(events[i]) for i in (0, 1, 0, 2)]
    assert results[2]["title"] == TITLE and results[2]["severity"] == "high" and not results[2]["duplicate"]


def test_a_scan_tells_the_rest_at_its_end(tmp_path):
    _, results = scanned(tmp_path, check(60), check(60, recipientAccountId=OTHER), sign_in(59, recipientAccountId=OTHER))
    assert [r["title"] == TITLE for r in results] == [False, False, False, True]
    assert results[3]["account"] == "111122223333"


def test_a_scan_sees_an_answer(tmp_path):
    done, results = scanned(tmp_path, check(60), sign_in(51), options=("--fail-on", "high"))
    assert len(results) == 2 and done.returncode == 0
    done, results = scanned(tmp_path, check(60), sign_in(49), options=("--fail-on", "high", "--only", "not_root"))
    assert not results and done.returncode == 1, "too late an answer, and --fail-on sees what --only hides"


def test_a_scan_shows_it_to_a_person_once(tmp_path):
    event = check(60)
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(event) + "\n" + json.dumps(event) + "\n")
    done = run("scan", file)
    assert done.out.count(TITLE) == 1 and done.out.count("\n") == 3, "a head, the check, and what did not follow"
