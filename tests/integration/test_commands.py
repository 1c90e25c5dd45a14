# SPDX-License-Identifier: Apache-2.0
"""Every command of DESIGN 2: what it prints where, and its exit status."""
import gzip
import hashlib
import json
import re

import pytest
import yaml

from channels import LOG, slack
from events import FIXTURES, fixture, fresh
from peers.http_peer import Answer
from peers.slack_receiver import SlackReceiver
from service import run
from waiting import eventually

FINE, BAD, USAGE, ENVIRONMENT = 0, 1, 2, 3
COMMANDS = ["serve", "check", "scan", "explain", "notify", "outbox", "expect", "keygen", "version"]
RESULT_KEYS = {"event_id", "account", "actor", "verdict", "severity", "title", "signals", "finding_id", "duplicate"}


def test_version():
    done = run("version")
    assert done.returncode == FINE and re.fullmatch(r"rootwatch \d+\.\d+\.\d+\n", done.out) and not done.err


@pytest.mark.parametrize("arguments", [("--help",), ("help",), ("-h",)])
def test_help_lists_every_command(arguments):
    done = run(*arguments)
    assert done.returncode == FINE and not done.err
    assert [command for command in COMMANDS if command not in done.out] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command):
    done = run(command, "--help")
    assert done.returncode == FINE and f"usage: rootwatch {command}" in done.out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("serve", "--fast"),
        ("serve", "-c"),
        ("check", "stray"),
        ("scan", "--format", "xml"),
        ("scan", "--fail-on", "loud"),
        ("scan", "--only", "everything"),
        ("notify",),
        ("outbox",),
        ("outbox", "empty"),
        ("outbox", "show"),
        ("outbox", "show", "x"),
        ("expect",),
        ("expect", "--list", "--revoke", "x-1"),
        ("expect", "--account", "prod", "--list"),
        ("expect", "--revoke", "x-1", "--json"),
        ("expect", "--account"),
        ("expect", "--account", "prod", "stray"),
        ("version", "stray"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_says_how_it_is_used(arguments):
    done = run(*arguments)
    assert done.returncode == USAGE and "usage" in done.err.lower() or "--help" in done.err
    assert done.returncode == USAGE and not done.out


# -- keygen


def test_keygen_makes_a_key_that_works(serve):
    done = run("keygen", "soc")
    assert done.returncode == FINE
    said = done.out + done.err
    (digest,) = re.findall(r"\b[0-9a-f]{64}\b(?=.*\n?)", re.search(r"sha256:.*", said)[0])
    words = re.findall(r"[A-Za-z0-9_-]{32,}", said)
    (key,) = {word for word in words if hashlib.sha256(word.encode()).hexdigest() == digest}
    assert said.count(key) == 1, "the value is shown once"

    (line,) = [line for line in said.splitlines() if "sha256:" in line]
    (row,) = yaml.safe_load(line.strip() if line.strip().startswith("-") else f"- {line.strip()}")
    assert row["name"] == "soc"
    service = serve(LOG, start=False)
    service.config["server"]["api_keys"] = [row]
    service.start()
    assert service.post(fresh("root_write"), key=key).status == 200


def test_keygen_never_makes_the_same_key_twice():
    assert run("keygen").out != run("keygen").out


# -- scan


def scanned(*arguments, **options):
    done = run("scan", "--format", "json", *arguments, **options)
    return done, [json.loads(line) for line in done.out.splitlines()]


def test_scan_prints_one_result_an_event():
    done, results = scanned(FIXTURES / "root_console_login_no_mfa.json", FIXTURES / "iam_user_call.json")
    assert done.returncode == FINE
    assert [result["verdict"] for result in results] == ["anomaly", "not_root"]
    assert all(set(result) == RESULT_KEYS for result in results)


def test_scan_reads_every_shape_and_orders_by_time(tmp_path):
    events = [fresh("root_write", eventTime=f"2026-11-23T03:0{minute}:00Z") for minute in (3, 1, 2)]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    shapes = {
        "lines.jsonl": lines.encode(),
        "array.json": json.dumps(events).encode(),
        "records.json": json.dumps({"Records": [event["detail"] for event in events]}).encode(),
    }
    wanted = [events[place]["detail"]["eventID"] for place in (1, 2, 0)]
    for name, content in shapes.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
        for file in (name, f"{name}.gz"):
            done, results = scanned(tmp_path / file)
            assert done.returncode == FINE and [result["event_id"] for result in results] == wanted, file
    done, results = scanned("-", stdin=lines.encode())
    assert [result["event_id"] for result in results] == wanted


def test_scan_filters_and_fails_on_request():
    files = [FIXTURES / f"{name}.json" for name in ("root_console_login_no_mfa", "root_read", "iam_user_call")]
    assert {result["verdict"] for result in scanned("--only", "not_root", *files)[1]} == {"not_root"}
    assert len(scanned("--only", "anomaly,not_root", *files)[1]) == 3
    assert run("scan", "--fail-on", "critical", *files).returncode == BAD
    assert run("scan", "--fail-on", "high", files[1]).returncode == FINE


def test_scan_for_a_person_is_a_table():
    done = run("scan", FIXTURES / "root_console_login_no_mfa.json")
    assert done.returncode == FINE and "critical" in done.out.lower() and "\x1b" not in done.out


def test_scan_says_which_file_is_broken_and_reads_the_rest(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"detail":')
    done, results = scanned(broken, FIXTURES / "root_write.json")
    assert "broken.json" in done.err and len(results) == 1
    missing, results = scanned(tmp_path / "missing.json", FIXTURES / "root_write.json")
    assert "missing.json" in missing.err and missing.returncode in (BAD, ENVIRONMENT) and len(results) == 1


def test_scan_of_a_directory_reads_all_of_it(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.json").write_text(json.dumps(fresh("root_write")))
    (tmp_path / "deep" / "b.json.gz").write_bytes(gzip.compress(json.dumps(fresh("root_write")).encode()))
    assert len(scanned(tmp_path)[1]) == 2


def test_scan_takes_accounts_and_policy_of_a_configuration_and_nothing_else(tmp_path):
    """Neither the missing key nor the missing variable matters to it."""
    file = tmp_path / "rootwatch.yaml"
    file.write_text(
        'server: { api_keys: [{ name: a, value: "${NOT_SET_ANYWHERE}" }] }\n'
        'accounts: { "111122223333": prod }\n'
        "policy: { routine: [{ name: provisioning, events: [iam:CreateUser] }] }\n"
    )
    done, results = scanned("-c", file, FIXTURES / "create_user.json")
    assert done.returncode == FINE, done.err
    assert results[0]["verdict"] == "routine"


def test_scan_and_serve_judge_alike(serve):
    service = serve(LOG)
    for name in ("root_console_login_no_mfa", "assume_root_call", "service_for_root", "root_federated"):
        posted = service.post(fixture(name), path="/v1/events?dry_run=true").result
        posted.pop("notify")
        assert scanned(FIXTURES / f"{name}.json")[1] == [posted]


# -- explain


def test_explain_says_how_the_verdict_came_about():
    done = run("explain", FIXTURES / "root_console_login_no_mfa.json")
    assert done.returncode == FINE
    for word in ("anomaly", "critical", "console_login_no_mfa", "userIdentity"):
        assert word in done.out, done.out
    assert "service" in run("explain", "-", stdin=(FIXTURES / "service_for_root.json").read_bytes()).out


def test_explain_of_what_is_no_event_is_bad():
    done = run("explain", "-", stdin=b'{"hello": "world"}')
    assert done.returncode == BAD and done.err and not done.out


# -- notify --test


@pytest.fixture
def configured(serve, peer, certificate):
    """A configuration with two channels, not served, and the channels."""
    channels = [peer(SlackReceiver(certificate=certificate)) for _ in range(2)]
    service = serve(slack(channels[0], "one"), slack(channels[1], "two"), start=False)
    service.write_config()
    return service, channels


def test_notify_sends_a_marked_drill_through_every_channel(configured):
    service, channels = configured
    done = run("notify", "-c", service.config_file, "--test")
    assert done.returncode == FINE, done.err
    for name, channel in zip(("one", "two"), channels):
        (message,) = channel.messages
        assert message["text"].startswith("DRILL") or "DRILL" in message["text"][:20]
        assert "DRILL" in json.dumps(message["blocks"]) and "Drill" in json.dumps(message["attachments"])
        assert name in done.out + done.err


def test_notify_sends_to_the_named_alone(configured):
    service, channels = configured
    assert run("notify", "-c", service.config_file, "--test", "two").returncode == FINE
    assert not channels[0].messages and len(channels[1].messages) == 1
    assert run("notify", "-c", service.config_file, "--test", "three").returncode in (BAD, USAGE)


def test_notify_reports_a_failed_drill(configured):
    service, channels = configured
    channels[0].script(Answer(404, b"no_service"))
    done = run("notify", "-c", service.config_file, "--test")
    assert done.returncode == BAD and "no_service" in done.out + done.err
    assert len(channels[1].messages) == 1, "the other one is tried all the same"
    assert channels[0].path not in done.out + done.err


# -- outbox


@pytest.fixture
def outbox(serve, peer, certificate):
    """A service with one delivered and one dead delivery, and a call of `rootwatch outbox`."""
    channel = peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel))
    for answer in (None, Answer(404, b"no_service")):
        if answer:
            channel.script(answer)
        service.post(fresh("root_write"))
        settled = "delivery_dead" if answer else "delivered"
        eventually(lambda: service.log(settled))
    return service, channel, lambda *arguments: run("outbox", *arguments, "-c", service.config_file)


def test_outbox_list(outbox):
    _, _, call = outbox
    rows = json.loads(call("list", "--json").out)
    rows = rows["deliveries"] if isinstance(rows, dict) else rows
    assert [row["state"] for row in rows] == ["dead", "delivered"], "newest first"
    done = call("list", "--state", "dead")
    assert done.returncode == FINE and "no_service" in done.out and "delivered" not in done.out


def test_outbox_show(outbox):
    service, _, call = outbox
    (dead,) = service.get("/v1/deliveries?state=dead", key=service.read_key).json["deliveries"]
    done = call("show", str(dead["id"]))
    assert done.returncode == FINE and "no_service" in done.out and dead["finding_id"] in done.out
    assert call("show", "999999").returncode == BAD


def test_outbox_retry_wakes_the_dead(outbox):
    service, channel, call = outbox
    (dead,) = service.get("/v1/deliveries?state=dead", key=service.read_key).json["deliveries"]
    assert call("retry", str(dead["id"])).returncode == FINE
    eventually(lambda: len(channel.messages) == 2, 30)
    assert call("retry", "999999").returncode == BAD


def test_outbox_retries_all_the_dead(outbox):
    _, channel, call = outbox
    assert call("retry", "--dead").returncode == FINE
    eventually(lambda: len(channel.messages) == 2, 30)


def test_outbox_without_a_store_is_the_environment(tmp_path):
    file = tmp_path / "rootwatch.yaml"
    file.write_text(f'store: {{ url: "sqlite:{tmp_path}/none.db" }}\n')
    done = run("outbox", "list", "-c", file)
    assert done.returncode == ENVIRONMENT and "none.db" in done.err
    assert not (tmp_path / "none.db").exists()
