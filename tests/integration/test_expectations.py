# SPDX-License-Identifier: Apache-2.0
"""Planned root work: announced by key or command, told to everybody, routine while it lasts, and no longer."""
import json

import pytest

from channels import LOG, slack
from events import ACCOUNT, fresh, now
from peers.slack_receiver import SlackReceiver
from reading import slack_text
from service import run
from waiting import eventually

PATH = "/v1/expectations"
HOSTILE = "<!channel> *all is well* \u202e\x1b[31m </b><script>"


def announce(service, key=None, **changes):
    body = {"account": "prod", "for": "1h", "reason": "support plan, CHG-4711", **changes}
    body = {name: value for name, value in body.items() if value is not None}
    return service.request("POST", PATH, json.dumps(body), key=key or service.admin_key)


def command(service, *arguments):
    return run("expect", "-c", service.config_file, *arguments, env=service.env)


def at(minutes):
    """A write by root, so many minutes from now."""
    return fresh("root_write", eventTime=now(-60 * minutes))


def test_announced_routine_revoked_anomaly(serve):
    service = serve(LOG)
    assert service.post(fresh("root_write")).result["verdict"] == "anomaly"
    made = announce(service)
    assert made.status == 201 and made.json["account"] == ACCOUNT and made.json["made_by"] == "boss"

    result = service.post(fresh("root_write")).result
    assert (result["verdict"], result["severity"]) == ("routine", "low")
    finding = service.get(f"/v1/findings/{result['finding_id']}", key=service.read_key).json
    assert finding["explanation"] == f'work announced by boss: "support plan, CHG-4711" ({made.json["id"]})'
    critical = service.post(fresh("root_console_login_no_mfa")).result
    assert (critical["verdict"], critical["severity"]) == ("anomaly", "critical")
    other = fresh("root_write", recipientAccountId="444455556666")
    assert service.post(other).result["verdict"] == "anomaly"

    revoked = service.request("DELETE", f"{PATH}/{made.json['id']}", key=service.admin_key)
    assert revoked.status == 200 and revoked.json["state"] == "revoked" and revoked.json["revoked_by"] == "boss"
    assert service.post(fresh("root_write")).result["verdict"] == "anomaly"
    assert service.request("DELETE", f"{PATH}/{made.json['id']}", key=service.admin_key).status == 409
    (listed,) = service.get(PATH, key=service.read_key).json["expectations"]
    assert listed == revoked.json


def test_an_event_is_placed_by_its_own_time(serve):
    service = serve()
    announce(service, **{"for": "10m"})
    assert service.post(at(5)).result["verdict"] == "routine"
    assert service.post(at(15)).result["verdict"] == "anomaly", "after its end"
    assert service.post(at(-5)).result["verdict"] == "anomaly", "before it was announced"


def test_it_ends_by_time(serve):
    service = serve()
    announce(service, **{"for": "1s"})
    eventually(lambda: service.get(PATH, key=service.read_key).json["expectations"][0]["state"] == "ended")
    assert service.post(fresh("root_write")).result["verdict"] == "anomaly"


def test_only_the_calls_it_names(serve):
    service = serve()
    announce(service, account=ACCOUNT, events=["iam:CreateUser", "s3:*"])
    assert service.post(fresh("create_user")).result["verdict"] == "routine"
    assert service.post(fresh("root_console_login_mfa")).result["verdict"] == "anomaly"


def test_it_survives_a_restart(serve):
    service = serve()
    announce(service)
    service.stop()
    service.start()
    assert service.post(fresh("root_write")).result["verdict"] == "routine"


def test_every_channel_is_told_of_both_ends(serve, peer, certificate):
    channel = peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel, min_severity="critical", accounts=["444455556666"]), accounts={ACCOUNT: "prod"})
    made = announce(service, reason=HOSTILE).json
    channel.wait(1)
    service.request("DELETE", f"{PATH}/{made['id']}", key=service.admin_key)
    channel.wait(2)
    first, second = channel.messages
    assert "Root work is expected in prod (111122223333) until" in first["text"] and "INFO" in first["text"]
    assert "boss announced it" in slack_text(first)
    assert "Root work is no longer expected in prod (111122223333)" in second["text"]
    for message in (first, second):
        assert "&lt;!channel&gt;" in slack_text(message), "the reason is text and nothing else"
        assert "<!channel>" not in json.dumps(message) and "\\u001b" not in json.dumps(message)


def test_an_alert_that_it_explains_names_it(serve, peer, certificate):
    channel = peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel))
    announce(service)
    channel.wait(1)
    service.post(fresh("root_write"))
    channel.wait(2)
    assert "work announced by boss" in slack_text(channel.messages[1])
    assert "support plan, CHG-4711" in slack_text(channel.messages[1])


@pytest.mark.parametrize("role", ["ingest_key", "read_key"])
def test_only_an_admin_announces_and_revokes(serve, role):
    service = serve()
    made = announce(service).json
    key = getattr(service, role)
    assert announce(service, key=key).status == 403
    assert service.request("DELETE", f"{PATH}/{made['id']}", key=key).status == 403
    assert service.get(PATH, key=key).status == (200 if role == "read_key" else 403)
    assert announce(service, key="wrong").status == 401
    assert len(service.get(PATH, key=service.admin_key).json["expectations"]) == 1


@pytest.mark.parametrize(
    "changes, why",
    [
        ({"reason": None}, "reason is missing"),
        ({"reason": "  "}, "reason is missing"),
        ({"reason": "x" * 161}, "longer than 160"),
        ({"reason": 7}, "reason must be a text"),
        ({"for": "8d"}, "7 days at most"),
        ({"for": None}, "one of for"),
        ({"until": "2099-01-01T00:00:00Z"}, "one of for"),
        ({"for": None, "until": "2099-01-01T00:00:00Z"}, "7 days at most"),
        ({"for": None, "until": now(60)}, "over already"),
        ({"account": "nobody"}, "neither twelve digits nor a name"),
        ({"events": []}, "events must be a list"),
        ({"events": "iam:*"}, "events must be a list"),
        ({"events": ["CreateUser"]}, "is no call"),
        ({"event": ["iam:*"]}, 'no member "event"'),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(serve, changes, why):
    service = serve()
    answer = announce(service, **changes)
    assert answer.status == 422 and why in answer.problem["detail"]
    assert service.get(PATH, key=service.read_key).json["expectations"] == []
    assert service.request("POST", PATH, b"{", key=service.admin_key).status == 400
    assert service.request("POST", PATH, b"[]", key=service.admin_key).status == 422


# -- the command


def test_the_command_beside_a_running_service(serve, peer, certificate):
    channel = peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel, min_severity="high"))
    done = command(service, "--account", "prod", "--for", "1h", "--reason", "key rotation", "--events", "iam:*,sts:*")
    assert done.returncode == 0 and "slack" in done.err
    identity = done.out.strip()
    result = service.post(fresh("create_user")).result
    assert result["verdict"] == "routine", "at once"
    finding = service.get(f"/v1/findings/{result['finding_id']}", key=service.read_key).json
    assert finding["explanation"].startswith('work announced by command line: "key rotation"')
    eventually(lambda: channel.messages, 10, "the service to look for what the command left")
    assert "key rotation" in slack_text(channel.messages[0])

    listed = command(service, "--list")
    assert listed.returncode == 0 and identity in listed.out and "active" in listed.out
    (row,) = json.loads(command(service, "--list", "--json").out)["expectations"]
    assert row["events"] == ["iam:*", "sts:*"] and row["made_by"] == "command line"

    done = command(service, "--revoke", identity)
    assert done.returncode == 0 and not done.out
    assert service.post(fresh("create_user")).result["verdict"] == "anomaly"
    assert command(service, "--revoke", identity).returncode == 1
    assert command(service, "--revoke", "x-none").returncode == 1


def test_the_command_refuses_what_the_api_refuses(serve):
    service = serve()
    for arguments in (
        ("--account", "prod", "--for", "8d", "--reason", "r"),
        ("--account", "prod", "--for", "1h"),
        ("--account", "nobody", "--for", "1h", "--reason", "r"),
        ("--account", "prod", "--for", "1h", "--reason", "r", "--events", "iam:*,"),
    ):
        done = command(service, *arguments)
        assert done.returncode == 1 and "nothing is announced" in done.err and not done.out
    assert command(service, "--list").err == "nothing was announced\n"


def test_the_command_shows_no_terminal_controls(serve):
    service = serve()
    announce(service, reason=HOSTILE)
    assert "\x1b" not in command(service, "--list").out


def test_the_command_makes_no_store(serve):
    service = serve(start=False)
    service.write_config()
    done = command(service, "--list")
    assert done.returncode == 3 and not (service.directory / "rootwatch.db").exists()
