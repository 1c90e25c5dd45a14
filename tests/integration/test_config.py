# SPDX-License-Identifier: Apache-2.0
"""The configuration: every mistake at once with its place, nothing half in force, nothing secret shown."""
import json
import re

import pytest
import yaml

from channels import LOG, aws_environment, email, slack, sns
from events import fresh
from peers.credential_server import CredentialServer
from peers.http_peer import HttpPeer
from peers.slack_receiver import SlackReceiver
from peers.smtp_receiver import SmtpReceiver
from peers.sns_receiver import SnsReceiver
from service import Service, run
from test_sns import TEMPORARY, container, grant
from waiting import BINARY, eventually

KEY = "0123456789abcdef0123456789abcdef"
GOOD = f"""\
server:
  listen: 127.0.0.1:0
  api_keys: [{{ name: eventbridge, value: {KEY} }}]
store: {{ url: "sqlite:/tmp/unused.db" }}
notifiers: [{{ name: terminal, type: log }}]
"""


@pytest.fixture
def check(tmp_path):
    """check(TEXT, VARIABLE=...): `rootwatch check` of a file with that text."""

    def check(text, **env):
        file = tmp_path / "rootwatch.yaml"
        file.write_text(text)
        return run("check", "-c", file, env=env)

    return check


def test_a_good_file_is_printed_as_it_is_in_force(check):
    done = check(GOOD)
    assert done.returncode == 0, done.err
    shown = yaml.safe_load(done.out)
    assert shown["server"]["listen"] == "127.0.0.1:0" and shown["server"]["api_key_header"] == "x-api-key"
    assert shown["ack"] == "durable" and shown["notifiers"][0]["type"] == "log"
    assert KEY not in done.out + done.err


def test_every_mistake_is_named_with_its_place(check):
    done = check(
        """\
server:
  listn: 127.0.0.1:0
  api_keys:
    - { name: a, value: 0123456789abcdef0123456789abcdef, role: boss }
  max_connections: many
store: { url: "mysql:x", retention: 400 parsecs }
acknowledge: durable
policy:
  severity: { console_loginn: high }
  routine:
    - { name: drill, source_ips: [300.0.0.1], window: "Sum 02:00-04:00" }
notifiers:
  - { name: a, type: slak }
  - { name: b, type: sns }
  - { name: c, type: slack, webhook_url: "http://hooks.example.com/services/T/B/X" }
  - { name: d, type: log, colour: red }
"""
    )
    assert done.returncode == 1
    places = {int(line) for line in re.findall(r"rootwatch\.yaml:(\d+):\d+: ", done.err)}
    assert places == {2, 4, 5, 6, 7, 9, 11, 13, 14, 15, 16}, done.err
    assert len(re.findall(r"rootwatch\.yaml:6:\d+: ", done.err)) == 2
    assert len(re.findall(r"rootwatch\.yaml:11:\d+: ", done.err)) == 2
    for suggestion in ("listen", "slack", "console_login", "topic_arn", "https"):
        assert suggestion in done.err


@pytest.mark.parametrize(
    "text, line",
    [
        ("server: [\n", 2),
        ("server: {}\nserver: {}\n", 2),
        ("- a list\n", 1),
        ("", 1),
        ("server: { api_keys: [{ name: a, value: *nowhere }] }\n", 1),
    ],
    ids=["broken", "twice", "a list", "empty", "unknown alias"],
)
def test_what_is_no_configuration_is_said_in_one_line(check, text, line):
    done = check(text)
    assert done.returncode == 1
    assert re.search(rf"rootwatch\.yaml:{line}:\d+: ", done.err), done.err


def test_a_missing_variable_is_a_mistake_and_a_default_is_not(check):
    with_variable = GOOD.replace(KEY, '"${ROOTWATCH_TEST_KEY}"')
    done = check(with_variable)
    assert done.returncode == 1 and "ROOTWATCH_TEST_KEY" in done.err and ":3:" in done.err
    assert check(with_variable, ROOTWATCH_TEST_KEY=KEY).returncode == 0
    assert check(GOOD.replace("127.0.0.1:0", '"${ROOTWATCH_TEST_LISTEN:-127.0.0.1:0}"')).returncode == 0


def test_a_secret_is_read_from_a_file_and_never_shown(check, tmp_path):
    secret = tmp_path / "key"
    secret.write_text(f"{KEY}\n")
    done = check(GOOD.replace(KEY, f'"${{file:{secret}}}"'))
    assert done.returncode == 0 and KEY not in done.out + done.err
    missing = check(GOOD.replace(KEY, '"${file:/nonexistent/key}"'))
    assert missing.returncode == 1 and "/nonexistent/key" in missing.err and ":3:" in missing.err


def test_an_expanded_value_is_data_and_no_yaml(check):
    with_variable = GOOD.replace("127.0.0.1:0", '"${ROOTWATCH_TEST_LISTEN}"')
    done = check(with_variable, ROOTWATCH_TEST_LISTEN="x: {y: [")
    assert done.returncode == 1 and ":2:" in done.err


def test_secrets_of_notifiers_are_masked(check):
    done = check(
        GOOD.replace(
            "[{ name: terminal, type: log }]",
            """
  - { name: chat, type: slack, webhook_url: "https://hooks.slack.com/services/T0/B0/verysecret" }
  - { name: post, type: email, smtp_url: "smtp://mail.example.com:587", username: u, password: hunter2hunter2,
      from: a@example.com, to: [b@example.com] }""",
        )
    )
    assert done.returncode == 0, done.err
    assert "verysecret" not in done.out + done.err and "hunter2" not in done.out + done.err
    assert "mail.example.com" in done.out


def test_check_reads_the_certificate_too(check, tmp_path, ca, certificate):
    def with_key(file):
        tls = f"  tls: {{ certificate: {certificate.certificate}, private_key: {file} }}\n"
        return GOOD.replace("  api_keys", f"{tls}  api_keys")

    assert check(with_key(certificate.key)).returncode == 0
    done = check(with_key(ca.key))
    assert done.returncode == 1 and ("match" in done.err or "belong" in done.err), done.err
    missing = check(with_key("/nonexistent/tls.key"))
    assert missing.returncode == 1 and "/nonexistent/tls.key" in missing.err


def test_serve_starts_nothing_with_a_bad_file(tmp_path):
    file = tmp_path / "rootwatch.yaml"
    file.write_text(GOOD.replace("notifiers", "notifyers").replace("/tmp/unused.db", f"{tmp_path}/rootwatch.db"))
    done = run("serve", "-c", file)
    assert done.returncode == 1 and "rootwatch.yaml:5:" in done.err and '"ready"' not in done.err
    assert not (tmp_path / "rootwatch.db").exists()


def test_a_file_that_is_not_there_is_said(tmp_path):
    done = run("check", "-c", tmp_path / "nowhere.yaml")
    assert done.returncode in (1, 3) and "nowhere.yaml" in done.err


def test_optional_notifiers_are_skipped_aloud(serve, peer, certificate):
    channel = peer(SlackReceiver(certificate=certificate))
    absent = slack(channel, "absent", optional=True) | {"webhook_url": "${ROOTWATCH_TEST_WEBHOOK:-}"}
    service = serve(absent, LOG)
    assert service.post(fresh("root_write")).result["notify"] == ["log"]
    assert "absent" in json.dumps(service.log("warning", "started", "ready"))


def test_reload_takes_everything_or_nothing(serve, peer, certificate):
    one, two = peer(SlackReceiver(certificate=certificate)), peer(SlackReceiver(certificate=certificate))
    service = serve(slack(one, "one"))
    good = json.loads(json.dumps(service.config))

    service.config["notifiers"] = [slack(two, "two")]
    service.config["server"]["api_keys"] = [{"name": "x", "value": KEY}]
    service.config["policy"] = {"routine": [{"name": "drill", "window": "nonsense"}]}
    refused = service.reload()
    assert refused["event"] == "config_refused" and "rootwatch.yaml:" in json.dumps(refused)
    assert service.post(fresh("root_write")).result["notify"] == ["one"]

    del service.config["policy"]
    assert service.reload()["event"] == "config_reloaded"
    assert service.post(fresh("root_write")).status == 401
    assert service.post(fresh("root_write"), key=KEY).result["notify"] == ["two"]

    service.config = good
    assert service.reload()["event"] == "config_reloaded"
    assert service.post(fresh("root_write")).result["notify"] == ["one"]
    eventually(lambda: len(one.messages) == 2 and len(two.messages) == 1)


def test_reload_changes_the_policy(serve):
    service = serve(LOG)
    assert service.post(fresh("create_user")).result["verdict"] == "anomaly"
    service.config["policy"] = {"routine": [{"name": "provisioning", "events": ["iam:CreateUser"]}]}
    service.reload()
    result = service.post(fresh("create_user")).result
    assert result["verdict"] == "routine" and result["severity"] in ("info", "low")


def test_rootwatch_config_holds_a_whole_document(serve):
    service = serve(LOG, start=False)
    service.env["ROOTWATCH_CONFIG"] = yaml.safe_dump(service.config)
    done = run("check", env=service.env)
    assert done.returncode == 0, done.err
    bad = run("check", env={"ROOTWATCH_CONFIG": "server: { listn: x }"})
    assert bad.returncode == 1 and re.search(r"ROOTWATCH_CONFIG:1:\d+: ", bad.err)


@pytest.fixture
def variables(tmp_path, certificate):
    return {
        "ROOTWATCH_API_KEY": KEY,
        "ROOTWATCH_LISTEN": "127.0.0.1:0",
        "ROOTWATCH_STORE": f"sqlite:{tmp_path}/variables.db",
        "ROOTWATCH_TLS_CERTIFICATE": str(certificate.certificate),
        "ROOTWATCH_TLS_PRIVATE_KEY": str(certificate.key),
    }


class FromVariables(Service):
    """`rootwatch serve` without -c."""

    def write_config(self):
        self.secrets |= {KEY}

    command = (BINARY, "serve")


def test_variables_alone_make_a_whole_service(tmp_path, ca, peer, certificate, variables):
    channel = peer(SlackReceiver(certificate=certificate))
    variables["ROOTWATCH_SLACK_WEBHOOK_URL"] = channel.webhook_url
    variables["SSL_CERT_FILE"] = str(ca.certificate)
    service = FromVariables(tmp_path / "variables", ca, certificate, {}, variables).start()
    try:
        assert "slack" in service.post(fresh("root_write"), key=KEY).result["notify"]
        assert service.post(fresh("root_write")).status == 401
    finally:
        service.finish()


def test_variables_without_a_key_start_nothing():
    done = run("check")
    assert done.returncode == 1 and "ROOTWATCH_API_KEY" in done.err


def test_variables_are_checked_like_a_file(variables):
    done = run("check", env={**variables, "ROOTWATCH_SNS_TOPIC_ARN": "no arn", **aws_environment()})
    assert done.returncode == 1 and "ROOTWATCH_SNS_TOPIC_ARN" in done.err or "topic_arn" in done.err


def test_all_notifiers_of_the_variables_are_shown(variables):
    done = run(
        "check",
        env={
            **variables,
            "ROOTWATCH_SNS_TOPIC_ARN": "arn:aws:sns:us-east-1:111122223333:root-alerts",
            "ROOTWATCH_SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/verysecret",
            "ROOTWATCH_SMTP_URL": "smtp://mail.example.com:587",
            "ROOTWATCH_SMTP_FROM": "rootwatch@example.com",
            "ROOTWATCH_SMTP_TO": "soc@example.com",
        },
    )
    assert done.returncode == 0, done.err
    assert {notifier["type"] for notifier in yaml.safe_load(done.out)["notifiers"]} == {"log", "sns", "slack", "email"}
    assert "verysecret" not in done.out + done.err


def test_outbound_proxy_is_used_for_channels(serve, peer, certificate):
    """https_proxy carries the alert as CONNECT: the proxy sees the channel's name, never the webhook's path."""
    proxy, channel = peer(HttpPeer(answers=[403] * 100)), peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel), env={"https_proxy": proxy.url})
    service.post(fresh("root_write"))
    eventually(lambda: service.log("delivery_retry", "delivery_dead"))
    assert proxy.connections and not channel.requests


def test_credential_endpoints_are_asked_without_the_proxy(serve, peer, certificate):
    proxy = peer(HttpPeer(answers=[403] * 100))
    server = peer(CredentialServer([grant(TEMPORARY)]))
    topic = peer(SnsReceiver([TEMPORARY], certificate=certificate))
    env = {**container(server), "http_proxy": proxy.url, "ALL_PROXY": proxy.url, "no_proxy": "localhost"}
    serve(sns(topic), env=env).post(fresh("root_write"))
    eventually(lambda: topic.published)
    assert server.granted and not proxy.connections


def test_mail_setting_list_may_be_one_text(serve, peer):
    server = peer(SmtpReceiver())
    serve(email(server, starttls="none") | {"to": "soc@example.com"}).post(fresh("root_write"))
    assert server.wait()[0].rcpt_tos == ["soc@example.com"]
