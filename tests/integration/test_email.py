# SPDX-License-Identifier: Apache-2.0
"""Mail: STARTTLS and AUTH, each recipient's own fate, a message that is well formed whatever the event says."""
import email.utils
import json

import pytest

from channels import MAIL_PASSWORD, MAIL_USER, email as mail
from events import fresh
from peers.ca import CA
from peers.smtp_receiver import DROP, SmtpReceiver
from test_dispatch import deliveries
from waiting import eventually

USERS = {MAIL_USER: MAIL_PASSWORD}
THREE = ["a@example.com", "b@example.com", "c@example.com"]


@pytest.fixture
def server(peer, certificate):
    return peer(SmtpReceiver(certificate=certificate, users=USERS))


def test_logs_in_over_tls_and_submits(serve, server):
    serve(mail(server)).post(fresh("root_write"))
    (message,) = server.wait()
    assert message.tls and message.user == MAIL_USER
    assert message.mail_from == "rootwatch@example.com" and message.rcpt_tos == ["soc@example.com"]
    assert server.logins == [(MAIL_USER, True, True)]


def test_message_is_what_mail_readers_want(serve, server):
    service = serve(mail(server, to=THREE))
    result = service.post(fresh("root_console_login_no_mfa")).result
    (message,) = server.wait()
    assert all(line.endswith(b"\r\n") and len(line) <= 1000 for line in message.data.splitlines(keepends=True))
    parsed = message.parse()
    assert not parsed.defects and parsed.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert "CRITICAL" in parsed["subject"].upper() and result["title"] in parsed["subject"]
    assert [address.addr_spec for address in parsed["to"].addresses] == THREE
    assert parsed["from"].addresses[0].addr_spec == "rootwatch@example.com"
    assert parsed["auto-submitted"] == "auto-generated" and result["finding_id"] in parsed["message-id"]
    assert (
        abs(email.utils.parsedate_to_datetime(parsed["date"]).timestamp() - email.utils.localtime().timestamp()) < 600
    )
    for name in ("subject", "from", "to", "date", "message-id", "mime-version"):
        assert len(parsed.get_all(name)) == 1


def test_message_id_is_the_same_at_every_attempt(serve, server):
    server.script({"message": "451 not now"})
    result = serve(mail(server)).post(fresh("root_write")).result
    (message,) = server.wait(timeout_s=20)
    assert result["finding_id"] in message.parse()["message-id"]


@pytest.mark.parametrize(
    "plan",
    [
        {"greeting": "421 busy"},
        {"mail": "451 try later"},
        {"rcpt": {"soc@example.com": "450 greylisted"}},
        {"message": "451 local error"},
        {"auth": "454 4.7.0 throttling"},
        {"data": DROP},
        {"greeting": DROP},
    ],
    ids=json.dumps,
)
def test_what_may_pass_is_tried_again(serve, server, plan):
    server.script(plan)
    service = serve(mail(server))
    service.post(fresh("root_write"))
    server.wait(timeout_s=20)
    assert service.log("delivery_retry")
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    "plan",
    [{"mail": "550 no such sender"}, {"rcpt": {"soc@example.com": "550 no such user"}}, {"message": "554 spam"}],
    ids=json.dumps,
)
def test_what_stays_is_a_dead_letter(serve, server, plan):
    server.script(plan)
    service = serve(mail(server))
    service.post(fresh("root_write"))
    (dead,) = eventually(lambda: deliveries(service, state="dead"), 15)
    assert next(iter(reply for reply in str(plan).split("'") if reply[:3].isdigit()))[:3] in dead["detail"]
    assert not server.messages


def test_a_wrong_password_is_a_dead_letter_without_the_password(serve, peer, certificate):
    server = peer(SmtpReceiver(certificate=certificate, users={MAIL_USER: "another"}))
    service = serve(mail(server))
    service.post(fresh("root_write"))
    (delivery,) = eventually(lambda: [d for d in deliveries(service) if d["attempts"]], 15)
    assert "535" in delivery["detail"] and MAIL_PASSWORD not in delivery["detail"]
    assert not server.messages


def test_one_bad_recipient_of_three_does_not_stop_the_others(serve, server):
    server.refused["b@example.com"] = "550 no such user"
    service = serve(mail(server, to=THREE))
    service.post(fresh("root_write"))
    (message,) = server.wait()
    assert message.rcpt_tos == ["a@example.com", "c@example.com"]
    (delivery,) = eventually(lambda: [d for d in deliveries(service) if d["state"] != "waiting"])
    assert "b@example.com" in delivery["detail"] and "550" in delivery["detail"]


def test_a_deferred_recipient_alone_is_tried_again(serve, server):
    server.script({"rcpt": {"b@example.com": "451 greylisted"}})
    serve(mail(server, to=THREE)).post(fresh("root_write"))
    messages = server.wait(2, timeout_s=20)
    assert [message.rcpt_tos for message in messages] == [["a@example.com", "c@example.com"], ["b@example.com"]]
    assert messages[0].parse()["message-id"] == messages[1].parse()["message-id"]
    assert messages[1].parse()["to"].addresses[1].addr_spec == "b@example.com", "the header still names everybody"


@pytest.mark.parametrize(
    "text", ["x\r\nBcc: thief@example.com", "x\nX-Injected: 1", "x\r\n\r\nbody", "x\r\n.\r\nMAIL FROM:<>"]
)
def test_an_event_cannot_write_headers(serve, server, text):
    event = fresh("root_write", eventName=text, userAgent=text, errorCode=text, errorMessage=text)
    event["detail"]["eventID"] = text
    serve(mail(server)).post(event)
    (message,) = server.wait()
    parsed = message.parse()
    assert parsed["bcc"] is None and parsed["x-injected"] is None and message.rcpt_tos == ["soc@example.com"]
    assert parsed.get_content_type() == "multipart/alternative" and parsed.get_body(("html",))


def test_an_event_cannot_write_html(serve, server):
    serve(mail(server)).post(fresh("root_write", userAgent="<script>alert(1)</script><img src=x onerror=alert(1)>"))
    html = server.wait()[0].parse().get_body(("html",)).get_content()
    assert "<script" not in html and "<img" not in html and "&lt;script&gt;" in html


@pytest.mark.parametrize("agent", ["Grüße ☃ 𝔘", "x" * 20_000, "é" * 20_000], ids=["unicode", "long", "long unicode"])
def test_any_text_survives_the_transfer(serve, server, agent):
    serve(mail(server)).post(fresh("root_write", userAgent=agent))
    parsed = server.wait()[0].parse()
    assert not parsed.defects
    assert agent[:20] in parsed.get_body(("plain",)).get_content()


def test_account_names_may_be_any_text_in_the_subject(serve, server):
    serve(mail(server), accounts={"111122223333": "Prüfung ☃ " + "long " * 20}).post(fresh("root_write"))
    parsed = server.wait()[0].parse()
    assert "Prüfung ☃" in parsed["subject"] and not parsed.defects


def test_tls_from_the_start(serve, peer, certificate):
    server = peer(SmtpReceiver(certificate=certificate, implicit_tls=True, users=USERS))
    serve(mail(server)).post(fresh("root_write"))
    assert server.wait()[0].tls


def test_without_starttls_nothing_is_sent_unless_said_outright(serve, peer):
    server = peer(SmtpReceiver())
    service = serve(mail(server))
    service.post(fresh("root_write"))
    eventually(lambda: service.log("delivery_retry", "delivery_dead"), 15)
    assert not server.messages
    service.config["notifiers"] = [mail(server, starttls="none")]
    service.reload()
    service.post(fresh("root_write"))
    server.wait(timeout_s=20)


def test_an_unknown_authority_gets_no_password(serve, peer, server, tmp_path):
    service = serve(mail(server) | {"ca_file": str(CA(tmp_path / "other").certificate)})
    service.post(fresh("root_write"))
    eventually(lambda: service.log("delivery_retry", "delivery_dead"), 15)
    assert not server.logins and not server.messages
