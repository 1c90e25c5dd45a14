# SPDX-License-Identifier: Apache-2.0
"""What is routine and what is not, as configured: through the running service, `scan`, `explain` and `check`."""
import json
import re
import uuid

import pytest
import yaml

from channels import LOG
from events import FIXTURES, fresh, now
from service import run
from waiting import eventually

DAY_S = 24 * 60 * 60
ABROAD = {"sourceIPAddress": "198.51.100.9"}
BUILT_IN = "built-in: user provisioning"
KEY = "0123456789abcdef0123456789abcdef"


def habits():
    """Forty days of root reading from home: what makes an account known."""
    return [fresh("root_read", eventTime=now(day * DAY_S), sourceIPAddress="203.0.113.7") for day in range(40, 0, -3)]


def settle(service):
    assert service.post(habits()).status == 200
    return service


def judged(service, name, **changes):
    """What the service makes of it, keeping and learning nothing."""
    return service.post(fresh(name, **changes), path="/v1/events?dry_run=true").result


def signals(result):
    return {signal["id"]: signal["severity"] for signal in result["signals"]}


def rules(*rules, **policy):
    return {"policy": {"routine": list(rules), "defaults": False, **policy}}


# -- a rule that holds


def test_a_matching_rule_makes_it_routine_low_at_most_and_is_named(serve):
    service = serve(LOG, **rules({"name": "planned work", "events": ["iam:*", "ec2:*"], "accounts": ["prod"]}))
    result = service.post(fresh("run_instances")).result
    assert (result["verdict"], result["severity"]) == ("routine", "low")
    assert signals(result)["compute_started"] == "high", "what was noticed is still told"
    (alert,) = eventually(service.alerts, what="the alert")
    assert 'routine rule "planned work"' in json.dumps(alert).replace('\\"', '"')


CONDITIONS = [
    ({"events": ["iam:Create*"]}, {"eventName": "CreateGroup"}, {"eventName": "DeleteGroup"}),
    ({"accounts": ["prod"]}, {}, {"recipientAccountId": "444455556666"}),
    ({"accounts": ["444455556666"]}, {"recipientAccountId": "444455556666"}, {}),
    ({"source_ips": ["203.0.113.0/24"]}, {"sourceIPAddress": "203.0.113.255"}, {"sourceIPAddress": "203.0.114.0"}),
    ({"source_ips": ["2001:db8::/32"]}, {"sourceIPAddress": "2001:db8:ffff::1"}, {"sourceIPAddress": "2001:db9::1"}),
    ({"source_ips": ["::/0"]}, {"sourceIPAddress": "203.0.113.7"}, {"sourceIPAddress": "AWS Internal"}),
    ({"user_agent": "aws-cli/*"}, {"userAgent": "aws-cli/2.22.4"}, {"userAgent": "Mozilla/5.0 aws-cli/2.22.4"}),
    ({"regions": ["eu-west-1"]}, {"awsRegion": "eu-west-1"}, {"awsRegion": "eu-west-2"}),
    ({"mfa": True}, {}, {"userIdentity": {"type": "Root", "accountId": "111122223333"}}),
    ({"until": "2026-07-01"}, {"eventTime": "2026-06-30T21:59:59Z"}, {"eventTime": "2026-06-30T22:00:00Z"}),
    # Berlin's clock: +1 in winter, +2 in summer, and over the night in which it changes
    ({"window": "Tue 02:00-04:00"}, {"eventTime": "2026-07-14T00:00:00Z"}, {"eventTime": "2026-07-14T02:00:00Z"}),
    ({"window": "Tue 02:00-04:00"}, {"eventTime": "2026-01-13T01:00:00Z"}, {"eventTime": "2026-01-13T00:59:59Z"}),
    ({"window": "Sun 00:00-03:00"}, {"eventTime": "2026-03-29T00:59:59Z"}, {"eventTime": "2026-03-29T01:00:00Z"}),
    ({"window": "Sat 22:00-02:00"}, {"eventTime": "2026-07-11T23:59:59Z"}, {"eventTime": "2026-07-12T00:00:00Z"}),
]


def test_every_condition_holds_where_it_should_and_just_not_beside_it(serve):
    service = serve(LOG)
    for condition, holds, misses in CONDITIONS:
        service.config.update(rules({"name": "rule", **condition}, timezone="Europe/Berlin"))
        assert service.reload()["event"] == "config_reloaded"
        for changes, verdict in ((holds, "routine"), (misses, "anomaly")):
            assert judged(service, "create_user", **changes)["verdict"] == verdict, (condition, changes)


def test_a_known_network_is_learned_or_configured(serve):
    rule = {"name": "from home", "events": ["iam:*"], "known_network": True, "allow": ["new_network"]}
    service = settle(serve(LOG, **rules(rule)))
    assert judged(service, "create_user")["verdict"] == "routine"
    assert judged(service, "create_user", **ABROAD)["verdict"] == "anomaly"
    assert judged(service, "create_user", recipientAccountId="444455556666")["verdict"] == "anomaly"
    service.config["accounts"] = {"111122223333": {"name": "prod", "networks": ["198.51.100.0/24"]}}
    service.reload()
    result = judged(service, "create_user", **ABROAD)
    assert result["verdict"] == "routine" and "new_network" not in signals(result)
    service.config.update(accounts={}, **rules(rule, known_networks=["198.51.100.0/24"]))
    service.reload()
    assert judged(service, "create_user", **ABROAD)["verdict"] == "routine"


# -- what no rule explains


@pytest.mark.parametrize("name", ["root_console_login_no_mfa", "stop_logging", "root_create_access_key", "root_federated"])
def test_what_is_critical_is_never_routine(serve, name):
    result = serve(LOG, **rules({"name": "anything", "regions": ["us-east-1"]})).post(fresh(name)).result
    assert (result["verdict"], result["severity"]) == ("anomaly", "critical")


def test_what_is_unusual_breaks_a_rule_that_does_not_allow_it(serve):
    users = {"name": "users", "events": ["iam:*"]}
    service = settle(serve(LOG, **rules(users)))
    assert judged(service, "create_user")["verdict"] == "routine"
    result = judged(service, "create_user", **ABROAD)
    assert (result["verdict"], result["severity"]) == ("anomaly", "high")
    assert signals(result)["new_network"] == "high"
    for allow, verdict in ((["burst"], "anomaly"), (["burst", "new_network"], "routine")):
        service.config.update(rules({**users, "allow": allow}))
        service.reload()
        assert judged(service, "create_user", **ABROAD)["verdict"] == verdict


def test_a_burst_breaks_a_rule(serve):
    users = {"name": "users", "events": ["iam:*"]}
    service = serve(LOG, **rules(users))
    verdicts = [service.post(fresh("create_user", eventTime=now(60))).result["verdict"] for _ in range(20)]
    assert verdicts == ["routine"] * 19 + ["anomaly"]
    service.config.update(rules({**users, "allow": ["burst"]}))
    service.reload()
    assert service.post(fresh("create_user", eventTime=now(60))).result["verdict"] == "routine"


# -- severities, hours


def test_severities_and_hours_go_by_account(serve):
    service = serve(
        LOG,
        accounts={
            "111122223333": "prod",
            "444455556666": {"name": "sandbox", "timezone": "Asia/Tokyo", "hours": "Mon-Fri 09:00-18:00"},
        },
        policy={
            "timezone": "Europe/Berlin",
            "hours": ["Mon-Fri 08:00-18:00"],
            "severity": {"off_hours": {"sandbox": "low", "default": "high"}},
        },
    )
    expected = [
        ("111122223333", "2026-07-14T06:00:00Z", None),  # 08:00 in Berlin's summer
        ("111122223333", "2026-07-14T05:59:59Z", "high"),
        ("111122223333", "2026-01-13T06:30:00Z", "high"),  # 07:30 in its winter
        ("444455556666", "2026-07-14T00:00:00Z", None),  # 09:00 in Tokyo
        ("444455556666", "2026-07-14T09:00:00Z", "low"),
        ("777788889999", "2026-07-14T05:00:00Z", "high"),  # nobody's: the default
    ]
    for account, time, severity in expected:
        result = judged(service, "root_write", recipientAccountId=account, eventTime=time)
        assert signals(result).get("off_hours") == severity, (account, time)


# -- the built-in rule


def test_making_users_with_mfa_from_home_is_routine_by_itself(serve):
    service = settle(serve(LOG))
    for name in ("CreateUser", "CreateGroup"):
        result = judged(service, "create_user", eventName=name)
        assert result["verdict"] == "routine" and result["severity"] in ("info", "low")
    service.post(fresh("create_user"))
    told = eventually(lambda: [a for a in map(json.dumps, service.alerts()) if BUILT_IN in a], what="the rule's name")
    assert len(told) == 1
    for changes in (
        ABROAD,
        {"recipientAccountId": "444455556666"},  # an account without history
        {"userIdentity": {"type": "Root", "accountId": "111122223333"}},  # no MFA that is known of
        {"eventName": "AddUserToGroup"},
        {"eventName": "AttachUserPolicy"},
        {"eventName": "CreateLoginProfile"},
    ):
        assert judged(service, "create_user", **changes)["verdict"] == "anomaly", changes
    service.config["policy"] = {"defaults": False}
    service.reload()
    assert judged(service, "create_user")["verdict"] == "anomaly"


def test_the_built_in_rule_holds_without_a_configuration(tmp_path):
    story = tmp_path / "story.json"
    event = fresh("create_user", eventTime=now(60))
    story.write_text(json.dumps([*habits(), event]))
    results = [json.loads(line) for line in run("scan", "--format", "json", story).out.splitlines()]
    assert results[-1]["event_id"] == event["detail"]["eventID"] and results[-1]["verdict"] == "routine"
    assert f'rule     "{BUILT_IN}": holds' in run("explain", story).out
    off = tmp_path / "rootwatch.yaml"
    off.write_text("policy: { defaults: false }\n")
    results = [json.loads(line) for line in run("scan", "-c", off, "--format", "json", story).out.splitlines()]
    assert results[-1]["verdict"] == "anomaly"
    assert f'"{BUILT_IN}": does not hold: history' in run("explain", FIXTURES / "create_user.json").out


# -- the watch

WATCH = {
    "arns": [
        "arn:aws:events:us-east-1:111122223333:rule/root-activity",
        "arn:aws:events:us-east-1:111122223333:connection/soc/5cb6c5e0-aaaa-bbbb-cccc-0123456789ab",
        "arn:aws:sns:us-east-1:111122223333:root-alerts",
    ],
    "principals": ["arn:aws:iam::111122223333:role/deployer"],
}


def test_who_touches_the_watch_is_told_unless_he_may(serve):
    service = serve(LOG, watch=WATCH)
    session = {"sessionContext": {"sessionIssuer": {"type": "Role", "arn": WATCH["principals"][0]}}}
    deployer = {"userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/deployer/ci", **session}}
    for source, name, parameters, verdict in (
        ("events", "PutRule", {"name": "root-activity", "state": "ENABLED"}, "anomaly"),
        ("events", "PutRule", {"name": "nightly-build", "state": "ENABLED"}, "not_root"),
        ("events", "PutTargets", {"rule": "root-activity"}, "anomaly"),
        ("events", "UpdateConnection", {"name": "soc"}, "anomaly"),
        ("events", "UpdateConnection", {"name": "other"}, "not_root"),
        ("sns", "Subscribe", {"topicArn": WATCH["arns"][2]}, "anomaly"),
        ("sns", "Subscribe", {"topicArn": WATCH["arns"][2] + "-2"}, "not_root"),
        ("events", "DisableRule", {"name": "nightly-build"}, "anomaly"),  # switched off, listed or not
    ):
        call = {"eventSource": f"{source}.amazonaws.com", "eventName": name, "requestParameters": parameters}
        result = judged(service, "watch_tampered_user", **call)
        assert result["verdict"] == verdict, call
        assert signals(result) == ({"watch_tampered": "high"} if verdict == "anomaly" else {})
        assert judged(service, "watch_tampered_user", **call, **deployer)["verdict"] == "not_root", call
        by_root = judged(service, "watch_tampered_root", **call)
        assert signals(by_root)["watch_tampered"] == "critical", call


def test_scan_and_explain_know_the_watch(tmp_path):
    file = tmp_path / "rootwatch.yaml"
    file.write_text(yaml.safe_dump({"watch": WATCH}))
    event = fresh("watch_tampered_user", eventName="PutRule", requestParameters={"name": "root-activity"})
    done = run("explain", "-c", file, "-", stdin=json.dumps(event).encode())
    assert "watch_tampered (high)" in done.out and "watch.arns lists arn:aws:events" in done.out
    assert "anomaly" not in run("explain", "-", stdin=json.dumps(event).encode()).out


# -- check


@pytest.fixture
def check(tmp_path):
    """check(SECTIONS): `rootwatch check` of a good configuration with these sections."""

    def check(**sections):
        server = {"listen": "127.0.0.1:0", "api_keys": [{"name": "a", "value": KEY}]}
        file = tmp_path / f"{uuid.uuid4()}.yaml"
        file.write_text(yaml.safe_dump({"server": server, "notifiers": [{"name": "log", "type": "log"}], **sections}))
        return run("check", "-c", file)

    return check


def warnings(done):
    """Those about the policy."""
    assert done.returncode == 0, done.err
    return [w for w in re.findall(r": warning: (.*)", done.err) if not w.startswith("server.tls")]


def test_check_doubts_rules_and_lowered_severities(check):
    rule = {"name": "b", "events": ["iam:CreateUser"], "mfa": True}
    for sections, words in (
        (rules(rule), None),
        (rules({"name": "wide", "accounts": ["111122223333"], "until": "2999-01-01"}), ['"wide"', "nearly everything"]),
        (rules({"name": "wide", "events": ["*"]}), ['"wide"', "nearly everything"]),
        (rules({**rule, "until": "2020-01-01"}), ['"b"', "expired", "2020-01-01T00:00:00Z"]),
        (rules({**rule, "until": "2999-01-01"}), None),
        (rules({"name": "a", "events": ["iam:*"]}, rule), ['"a"', '"b"', "explains nothing"]),
        (rules(rule, {"name": "a", "events": ["iam:*"]}), None),
        (rules(severity={"logging_tampered": "high"}), ["logging_tampered", "lowered to high"]),
        (rules(severity={"console_login": "low"}), None),
    ):
        told = warnings(check(**sections))
        assert len(told) == (1 if words else 0), (sections, told)
        assert all(word in told[0] for word in words or ()), (words, told)


def test_check_prints_a_policy_that_can_be_read_back(check):
    sections = {
        "accounts": {"111122223333": "prod", "444455556666": {"name": "sandbox", "timezone": "Asia/Tokyo", "hours": "Sat"}},
        "policy": {
            "timezone": "Europe/Berlin",
            "hours": "Mon-Fri 08:00-18:00",
            "known_networks": ["2001:db8::/48"],
            "routine": [{"name": "a", "known_network": True, "allow": ["burst"], "until": "2999-01-01"}],
            "severity": {"off_hours": {"sandbox": "low", "default": "high"}, "burst": "medium"},
        },
        "watch": WATCH,
    }
    shown = yaml.safe_load(check(**sections).out)
    assert shown["accounts"]["444455556666"]["hours"] == ["Sat"] and shown["policy"]["defaults"] is True
    assert shown["watch"] == WATCH
    assert shown["policy"]["severity"] == sections["policy"]["severity"]
    again = {name: shown[name] for name in sections}
    assert {name: yaml.safe_load(check(**again).out)[name] for name in sections} == again


def test_check_says_what_was_meant(check):
    done = check(**rules({"name": "a", "mfa": True, "allow": ["new_netwrk"]}), watch={"arn": []})
    assert done.returncode == 1
    assert 'did you mean "new_network"?' in done.err and 'did you mean "arns"?' in done.err
