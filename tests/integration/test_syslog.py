# SPDX-License-Identifier: Apache-2.0
"""Syslog: RFC 5424 to the letter, over TCP and TLS, and nothing in an event ends a field."""
import json
import socket

import pytest

from channels import syslog
from events import fresh
from peers.ca import CA
from peers.syslog_receiver import SyslogReceiver
from service import run
from waiting import eventually

HOSTILE = [
    'x"] [evil@1 y="z\\',
    "x\r\n<0>1 - - - - - - forged",
    '{"finding_id":"forged"}',
    "\u202egnp.exe \u0007 \x1b[31m \u0000",
    "%s%n ${x} \ufeff",
    "𝔘" * 20_000,
    "]" * 20_000,
]


@pytest.fixture
def channel(peer, certificate):
    return peer(SyslogReceiver(certificate=certificate))


def told(serve, channel, event, **settings):
    service = serve(syslog(channel, **settings))
    finding_id = service.post(event).result["finding_id"]
    channel.wait()
    assert not channel.problems
    (message,) = channel.messages
    return message, finding_id


def test_every_part_says_what_it_is_for(serve, channel):
    message, finding_id = told(serve, channel, fresh("root_console_login_no_mfa"))
    assert (message.facility, message.severity) == (10, 2), "authpriv, critical"
    assert message.hostname == socket.gethostname() and message.application == "rootwatch"
    assert message.process.isdigit() and message.kind == "anomaly"
    fields = message.data["rootwatch@32473"]
    assert fields["finding"] == finding_id and fields["account"] == "111122223333"
    assert fields["event"] == "ConsoleLogin" and "console_login_no_mfa" in fields["signals"]
    assert message.text.startswith("[CRITICAL] ") and "Root signed in" in message.text
    assert json.loads(message.finding)["finding_id"] == finding_id
    assert channel.received.items()[0].ended, "TLS says good-bye"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_ends_no_field(serve, channel, text):
    event = fresh("root_write", userAgent=text, errorCode=text, errorMessage=text, eventName=text)
    event["detail"]["sourceIPAddress"] = text
    message, finding_id = told(serve, channel, event)
    assert list(message.data) == ["rootwatch@32473"]
    assert json.loads(message.finding)["finding_id"] == finding_id


def test_plain_tcp_when_it_is_said(serve, peer):
    channel = peer(SyslogReceiver())
    message, _ = told(serve, channel, fresh("root_write"), facility="local4", hostname="watch-1.example.com")
    assert message.facility == 20 and message.hostname == "watch-1.example.com"
    assert channel.received.items()[0].tls == ""


@pytest.mark.parametrize("fault", ["reset", "close", "half"])
def test_what_may_be_lost_is_sent_again(serve, channel, fault):
    channel.script(fault, fault)
    _, finding_id = told(serve, channel, fresh("root_write"))
    assert channel.messages[0].data["rootwatch@32473"]["finding"] == finding_id


def test_a_server_of_another_authority_gets_nothing(serve, peer, tmp_path):
    impostor = peer(SyslogReceiver(certificate=CA(tmp_path / "other").issue()))
    service = serve(syslog(impostor) | {"ca_file": str(CA(tmp_path / "ours").certificate)})
    service.post(fresh("root_write"))
    (line,) = eventually(lambda: service.log("delivery_retry"))[:1]
    assert not impostor.received.items() and "certificate" in json.dumps(line).lower()


def test_a_server_that_wants_our_certificate_is_not_taken_for_one_that_listens(serve, peer, ca, certificate):
    strict = peer(SyslogReceiver(certificate=certificate, authority=str(ca.certificate)))
    service = serve(syslog(strict))
    service.post(fresh("root_write"))
    eventually(lambda: service.log("delivery_retry"))
    assert not service.log("delivered")


def test_a_drill_says_so(serve, channel):
    service = serve(syslog(channel), start=False)
    service.write_config()
    done = run("notify", "-c", service.config_file, "--test")
    assert done.returncode == 0, done.err
    channel.wait()
    (message,) = channel.messages
    assert message.kind == "drill" and message.data["rootwatch@32473"]["drill"] == "true"
    assert message.text.startswith("DRILL")
