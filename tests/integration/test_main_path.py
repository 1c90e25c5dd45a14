# SPDX-License-Identifier: Apache-2.0
"""An event goes in as EventBridge posts it; an alert that a person can act on comes out of every channel."""
import html
import json

import pytest

from channels import LOG, MAIL_PASSWORD, MAIL_USER, aws_environment, email, slack, sns
from eventbridge import EventBridge
from events import event_id, fixture, fresh
from peers.slack_receiver import SlackReceiver
from peers.smtp_receiver import SmtpReceiver
from peers.sns_receiver import SnsReceiver
from reading import html_text, slack_text
from waiting import eventually, stays


class Channels:
    """A service with all four notifiers, and the far ends of them."""

    def __init__(self, serve, peer, certificate):
        self.sns = peer(SnsReceiver(certificate=certificate))
        self.slack = peer(SlackReceiver(certificate=certificate))
        self.mail = peer(SmtpReceiver(certificate=certificate, users={MAIL_USER: MAIL_PASSWORD}))
        notifiers = [sns(self.sns), slack(self.slack), email(self.mail), LOG]
        self.service = serve(*notifiers, env=aws_environment())

    def counts(self):
        taken = (self.sns.published, self.slack.messages, self.mail.messages, self.service.alerts())
        return [len(items) for items in taken]

    def settled(self, alerts):
        eventually(lambda: self.counts() == [alerts] * 4, 10, f"{alerts} alerts on every channel")

    def told(self):
        """The last alert as each channel's reader sees it."""
        mail = self.mail.messages[-1].parse()
        per_protocol = self.sns.published[-1].per_protocol()
        return {
            "sns email": per_protocol["email"],
            "slack": html.unescape(slack_text(self.slack.messages[-1])),
            "mail text": mail.get_body(("plain",)).get_content(),
            "mail html": html_text(mail.get_body(("html",)).get_content()),
        }


@pytest.fixture
def channels(serve, peer, certificate):
    return Channels(serve, peer, certificate)


def check_contents(where, text, event, result):
    """What an alert must say: who did what, how, from where, when, why it matters and what to do now."""
    plain = " ".join(text.split())
    record = event["detail"]
    head = plain[:200].lower()
    assert result["verdict"] in head and result["severity"] in head, f"{where} does not open with the verdict: {head}"
    day = record["eventTime"][:10]
    for fact in (
        record["recipientAccountId"],
        "prod",
        record["eventName"],
        "root",
        "MFA",
        record["sourceIPAddress"],
        "Chrome",
        record["awsRegion"],
        f"{day} {record['eventTime'][11:19]} UTC",
        " ago",
        record["eventID"],
        result["finding_id"],
        f"https://{record['awsRegion']}.console.aws.amazon.com/cloudtrail",
        *[" ".join(signal["reason"].split()) for signal in result["signals"]],
    ):
        assert fact in plain, f"{where} lacks {fact!r}: {text}"


def test_root_sign_in_reaches_every_channel(channels, ca):
    event = fresh("root_console_login_no_mfa")
    with EventBridge(lambda: channels.service.url, channels.service.ingest_key, ca.certificate) as sender:
        invocation = sender.invoke(event)
    (result,) = invocation.answer["results"]
    assert invocation.statuses == [200]
    assert (result["actor"], result["verdict"], result["severity"]) == ("root_user", "anomaly", "critical")
    assert result["event_id"] == event_id(event) and result["account"] == "111122223333"
    assert result["signals"][0]["id"] == "console_login_no_mfa" and result["duplicate"] is False
    assert sorted(result["notify"]) == ["log", "mail", "slack", "topic"]

    channels.settled(1)
    for where, text in channels.told().items():
        check_contents(where, text, event, result)


def test_alerts_say_what_to_do_next(channels):
    channels.service.post(fresh("root_create_access_key"))
    channels.settled(1)
    steps = channels.service.alerts()[0]["steps"]
    assert len(steps) >= 2
    for where, text in channels.told().items():
        plain = " ".join(text.split())
        missing = [step for step in steps if " ".join(step.split()) not in plain]
        assert not missing, f"{where} lacks {missing}"


def test_failed_call_is_told_as_failed(channels):
    event = fresh("stop_logging_denied")
    channels.service.post(event)
    channels.settled(1)
    for where, text in channels.told().items():
        assert event["detail"]["errorCode"] in text and "fail" in text.lower(), f"{where}: {text}"


def test_the_same_event_again_sends_nothing(channels):
    event = fresh("root_console_login_no_mfa")
    first = channels.service.post(event).result
    channels.settled(1)
    second = channels.service.post(event).result
    assert second["duplicate"] is True and second["notify"] == []
    same = ("event_id", "account", "actor", "verdict", "severity", "title", "signals", "finding_id")
    assert {key: second[key] for key in same} == {key: first[key] for key in same}

    channels.service.post(fresh("root_create_access_key"))
    channels.settled(2)
    stays(lambda: channels.counts() == [2] * 4, 0.3)


def test_twice_in_one_array_is_once(channels):
    event = fresh("root_console_login_no_mfa")
    answer = channels.service.post([event, event])
    assert [result["duplicate"] for result in answer.json["results"]] == [False, True]
    channels.settled(1)


@pytest.mark.parametrize("name, verdict", [("iam_user_call", "not_root"), ("service_for_root", "service")])
def test_what_root_did_not_do_is_neither_kept_nor_told(channels, name, verdict):
    service = channels.service
    result = service.post(fresh(name)).result
    assert result["verdict"] == verdict
    assert result["finding_id"] is None and result["notify"] == []
    assert service.get("/v1/findings", key=service.read_key).json["findings"] == []
    assert any(series.startswith("rootwatch") and f'verdict="{verdict}"' in series for series in service.metrics())

    service.post(fresh("root_create_access_key"))
    channels.settled(1)


def test_dry_run_keeps_and_sends_nothing(channels):
    service, event = channels.service, fresh("root_console_login_no_mfa")
    judged = service.post(event, path="/v1/events?dry_run=true").result
    assert judged["verdict"] == "anomaly" and judged["finding_id"] is None
    assert service.get("/v1/findings", key=service.read_key).json["findings"] == []
    assert service.post(event).result["duplicate"] is False
    channels.settled(1)


def test_routine_is_kept_and_told_by_severity(serve, peer, certificate):
    loud, quiet = peer(SlackReceiver(certificate=certificate)), peer(SlackReceiver(certificate=certificate))
    service = serve(
        slack(loud, "loud", min_severity="low"),
        slack(quiet, "quiet", min_severity="medium"),
        policy={"routine": [{"name": "provisioning", "events": ["iam:CreateUser"], "mfa": True}]},
    )
    result = service.post(fresh("create_user")).result
    assert (result["verdict"], result["severity"], result["notify"]) == ("routine", "low", ["loud"])
    eventually(lambda: loud.messages)
    assert "provisioning" in slack_text(loud.messages[0])
    assert not quiet.messages


def test_only_the_named_accounts_and_verdicts_are_told(serve, peer, certificate):
    ours, theirs = peer(SlackReceiver(certificate=certificate)), peer(SlackReceiver(certificate=certificate))
    service = serve(
        slack(ours, "ours", accounts=["prod"], verdicts=["anomaly"]), slack(theirs, "theirs", accounts=["444455556666"])
    )
    assert service.post(fresh("root_console_login_no_mfa")).result["notify"] == ["ours"]
    eventually(lambda: ours.messages)
    assert not theirs.messages


def test_log_notifier_prints_the_whole_finding(serve):
    service = serve(LOG)
    event = fixture("root_write")
    result = service.post(event).result
    (finding,) = eventually(service.alerts)
    assert finding["verdict"] == result["verdict"] and finding["signals"]
    assert result["finding_id"] in json.dumps(finding) and event_id(event) in json.dumps(finding)
    assert '"eventbridge"' in json.dumps(finding), "the key that posted it is part of the finding"
