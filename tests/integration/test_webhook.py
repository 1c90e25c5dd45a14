# SPDX-License-Identifier: Apache-2.0
"""Webhooks: a receiver that checks signatures for itself believes ours, and nobody else's."""
import json

import pytest

from channels import webhook
from events import fresh
from peers.webhook_receiver import SECRET, WebhookReceiver
from service import run
from waiting import eventually

OTHER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"


@pytest.fixture
def channel(peer, certificate):
    return peer(WebhookReceiver(certificate=certificate))


def test_the_finding_arrives_signed(serve, channel):
    service = serve(webhook(channel))
    result = service.post(fresh("root_console_login_no_mfa")).result
    (request,) = channel.wait()
    assert request.status == 204, request.summary()
    (finding,) = channel.messages
    told = service.get(f"/v1/findings/{result['finding_id']}", key=service.read_key).json
    assert finding["finding_id"] == result["finding_id"] and finding.items() <= told.items()
    assert request.headers["webhook-id"] == result["finding_id"]
    assert request.headers.get_content_type() == "application/json"
    eventually(lambda: service.log("delivered"))


def test_a_secret_is_exchanged_without_losing_a_finding(serve, peer, certificate):
    """Both sign while receivers change over: one that knows the old one and one that knows the new one believe it."""
    old = peer(WebhookReceiver(certificate=certificate))
    new = peer(WebhookReceiver(OTHER, certificate=certificate))
    both = [OTHER, SECRET]
    service = serve(webhook(old, "old", secret=both), webhook(new, "new", secret=both))
    service.post(fresh("root_write"))
    assert old.wait()[0].status == 204 and new.wait()[0].status == 204
    assert old.requests[0].headers["webhook-signature"].count("v1,") == 2


def test_another_secret_is_refused_for_good(serve, channel):
    service = serve(webhook(channel, secret=OTHER))
    service.post(fresh("root_write"))
    (line,) = eventually(lambda: service.log("delivery_dead"))
    assert "401: no good signature" in json.dumps(line)
    assert len(channel.requests) == 1 and not channel.messages


def test_a_token_goes_in_a_header_of_its_own(serve, peer, certificate):
    channel = peer(WebhookReceiver(token=("Authorization", "Bearer s3cr3t-token"), certificate=certificate))
    serve(webhook(channel, header_name="Authorization", header_value="Bearer s3cr3t-token")).post(fresh("root_write"))
    assert channel.wait()[0].status == 204


@pytest.mark.parametrize("answer", [503, 429, 408, "drop", "half"])
def test_what_may_pass_is_tried_again_with_the_same_id(serve, channel, answer):
    channel.script(answer if answer != "half" else {"status": 500, "fault": "half", "body": "x"})
    service = serve(webhook(channel))
    service.post(fresh("root_write"))
    first, second = channel.wait(2)
    assert second.status == 204
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert len(channel.messages) == 1


def test_check_masks_what_is_secret(serve, channel):
    service = serve(webhook(channel, header_name="X-Token", header_value="s3cr3t-token"), start=False)
    service.write_config()
    checked = run("check", "-c", service.config_file)
    assert checked.returncode == 0, checked.err
    said = checked.out + checked.err
    assert not [secret for secret in service.secrets if secret in said] and "s3cr3t-token" not in said
    assert "********" in said
