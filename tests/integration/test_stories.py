# SPDX-License-Identifier: Apache-2.0
"""Whole stories, read by `rootwatch scan` in the order of time whatever the order in the file: how bad it gets, act by act.

tests/fixtures/stories: in both, root of one account changes the account's name once a month, from one place, for a year. In
`quiet` that is all. In `attack` somebody guesses root's password in the end, and takes over."""
import json

import pytest

from events import FIXTURES
from service import run

STORIES = FIXTURES / "stories"
SEVERITIES = ["info", "low", "medium", "high", "critical"]
ATTACK = "2025-11-20"
ROUTINE = """
policy:
  routine:
    - { name: name change, events: [signin:ConsoleLogin, account:PutAccountName], mfa: true, source_ips: [203.0.113.0/24] }
"""


def told(story, *arguments):
    """(record, RESULT) of each event, as scan tells them."""
    file = STORIES / f"{story}.jsonl"
    records = {record["eventID"]: record for record in map(json.loads, file.read_text().splitlines())}
    done = run("scan", "--format", "json", *arguments, file)
    results = [json.loads(line) for line in done.out.splitlines()]
    assert len(results) == len(records) and not done.err
    return [(records[result["event_id"]], result) for result in results]


def level(result):
    return SEVERITIES.index(result["severity"])


def ids(result):
    return {signal["id"] for signal in result["signals"]}


@pytest.fixture
def policy(tmp_path):
    file = tmp_path / "rootwatch.yaml"
    file.write_text(ROUTINE)
    return file


@pytest.mark.parametrize("story", ["quiet", "attack"])
def test_a_story_is_read_in_the_order_of_time(story):
    times = [record["eventTime"] for record, _ in told(story)]
    assert times == sorted(times)
    lines = (STORIES / f"{story}.jsonl").read_text().splitlines()
    assert times != [json.loads(line)["eventTime"] for line in lines], "the file is not in order"


def test_an_attack_gets_worse_and_stays_bad(policy):
    for arguments in ((), ("-c", policy)):
        attack = [(record, result) for record, result in told("attack", *arguments) if record["eventTime"] > ATTACK]
        assert {result["verdict"] for _, result in attack} == {"anomaly"}
        first = {}
        for place, (_, result) in enumerate(attack):
            first.setdefault(result["severity"], place)
        assert first["medium"] < first["high"] < first["critical"], "every step up is told when it comes"
        inside = next(place for place, (record, _) in enumerate(attack) if record["eventName"] == "ConsoleLogin"
                      and record["responseElements"]["ConsoleLogin"] == "Success")
        assert attack[inside][1]["severity"] == "critical"
        assert all(level(result) >= SEVERITIES.index("high") for _, result in attack[inside:])


@pytest.mark.parametrize(
    "name, severity, signals",
    [
        ("ConsoleLogin", "critical", {"console_login_no_mfa", "login_after_failures", "new_network", "new_client"}),
        ("CreateAccessKey", "critical", {"root_access_key_created", "new_network"}),
        ("StopLogging", "critical", {"logging_tampered", "new_network"}),
        ("CreateUser", "high", {"iam_user_provisioned", "new_network"}),
        ("AttachUserPolicy", "high", {"new_network"}),
        ("RunInstances", "high", {"compute_started", "new_region", "new_network"}),
    ],
)
def test_every_act_of_the_attack_says_what_is_wrong_with_it(name, severity, signals):
    # The last of that name: sign-ins fail before one succeeds.
    *_, result = (result for record, result in told("attack") if record["eventName"] == name and record["eventTime"] > ATTACK)
    assert result["severity"] == severity and signals <= ids(result)


def test_guessing_the_password_becomes_brute_force():
    failures = [result for record, result in told("attack") if record["responseElements"] == {"ConsoleLogin": "Failure"}]
    assert [("brute_force" in ids(result)) for result in failures] == [False] * 4 + [True] * 2


def test_a_quiet_account_stays_low(policy):
    results = [result for _, result in told("quiet", "-c", policy)]
    assert {result["verdict"] for result in results} == {"routine"}
    assert all(level(result) <= SEVERITIES.index("low") for result in results)


def test_a_quiet_account_has_nothing_unusual_about_it():
    """Without a policy too: only the very first act knows no past."""
    results = [result for _, result in told("quiet")]
    past = {"new_network", "new_client", "new_region", "new_service", "dormant_root", "burst", "first_seen", "off_hours"}
    assert all(not ids(result) & (past - {"first_seen"}) and level(result) <= 2 for result in results)
    assert all("first_seen" not in ids(result) for result in results[2:])
