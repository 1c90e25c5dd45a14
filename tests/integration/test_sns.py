# SPDX-License-Identifier: Apache-2.0
"""SNS: signatures that botocore confirms, credentials from where AWS users keep them, messages for every protocol."""
import json

import pytest

from channels import REGION, TOPIC, aws_environment, sns
from events import event_id, fresh
from peers.credential_server import CredentialServer, Grant
from peers.sns_receiver import Key, SnsReceiver, error_answer
from test_dispatch import deliveries
from waiting import eventually

LONG_LIVED = Key()
TEMPORARY = Key("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYTEMPORARY", "token/with+odd==characters")


@pytest.fixture
def topic(peer, certificate):
    return peer(SnsReceiver([LONG_LIVED, TEMPORARY], certificate=certificate))


def published(topic, count=1):
    return eventually(lambda: len(topic.published) >= count and topic.published)[-1]


@pytest.mark.parametrize("key", [LONG_LIVED, TEMPORARY], ids=["long-lived", "session token"])
def test_signed_with_the_keys_of_the_environment(serve, topic, key):
    serve(sns(topic), env=aws_environment(key)).post(fresh("root_write"))
    assert published(topic).access_key_id == key.access_key_id


def test_a_wrong_secret_is_refused_and_said(serve, topic):
    """The control: the receiver does verify."""
    wrong = Key(LONG_LIVED.access_key_id, "wrong-secret-wrong-secret-wrong-secret00")
    service = serve(sns(topic), env=aws_environment(wrong))
    service.post(fresh("root_write"))
    request = topic.wait()[0]
    assert request.status == 403 and not topic.published
    (delivery,) = eventually(lambda: [d for d in deliveries(service) if d["attempts"]])
    assert "SignatureDoesNotMatch" in delivery["detail"]


def test_no_credentials_at_all_is_said_and_tried_again(serve, topic):
    service = serve(sns(topic))
    service.post(fresh("root_write"))
    (delivery,) = eventually(lambda: [d for d in deliveries(service) if d["attempts"]], 15)
    assert delivery["state"] == "waiting" and "credentials" in delivery["detail"]
    assert not topic.requests, "nothing goes out unsigned"


def container(server, token="Bearer secret-container-token"):
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.container_url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": token}


def grant(key, **more):
    return Grant(key.access_key_id, key.secret, key.token, **more)


def test_container_credentials_are_fetched_once_and_used(serve, peer, topic):
    server = peer(CredentialServer([grant(TEMPORARY)], container_token="Bearer secret-container-token"))
    service = serve(sns(topic, rate="100/s"), env=container(server))
    service.secrets |= {TEMPORARY.secret, TEMPORARY.token}
    service.post([fresh("root_write") for _ in range(3)])
    assert published(topic, 3).access_key_id == TEMPORARY.access_key_id
    assert server.granted == 1


def test_credentials_that_expire_are_fetched_again(serve, peer, topic):
    server = peer(CredentialServer([grant(TEMPORARY, lifetime_s=1), grant(LONG_LIVED)]))
    topic.keys[LONG_LIVED.access_key_id].token = ""
    service = serve(sns(topic, rate="100/s"), env=container(server))
    service.post(fresh("root_write"))
    assert published(topic).access_key_id == TEMPORARY.access_key_id

    def renewed():
        service.post(fresh("root_write"))
        return topic.published[-1].access_key_id == LONG_LIVED.access_key_id

    eventually(renewed, what="a message signed with the second grant")
    assert server.granted == 2


def test_credentials_refused_as_expired_are_renewed_and_the_alert_goes_out(serve, peer, certificate):
    stale = Key("ASIASTALEEXAMPLE0000", TEMPORARY.secret, "stale-token", expired=True)
    topic = peer(SnsReceiver([stale, TEMPORARY], certificate=certificate))
    server = peer(CredentialServer([grant(stale), grant(TEMPORARY)]))
    service = serve(sns(topic), env=container(server))
    service.secrets |= {stale.secret, stale.token, TEMPORARY.token}
    service.post(fresh("root_write"))
    assert published(topic).access_key_id == TEMPORARY.access_key_id
    assert topic.requests[0].status == 403


def test_keys_of_a_shared_profile(serve, topic, tmp_path):
    file = tmp_path / "credentials"
    file.write_text(
        "[default]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = wrong\n\n[soc]\n"
        f"aws_access_key_id = {LONG_LIVED.access_key_id}\naws_secret_access_key = {LONG_LIVED.secret}\n"
    )
    service = serve(sns(topic), env={"AWS_SHARED_CREDENTIALS_FILE": str(file), "AWS_PROFILE": "soc"})
    service.secrets.add(LONG_LIVED.secret)
    service.post(fresh("root_write"))
    assert published(topic).access_key_id == LONG_LIVED.access_key_id


def test_message_has_a_text_for_every_protocol(serve, topic):
    event = fresh("root_console_login_no_mfa")
    result = serve(sns(topic), env=aws_environment()).post(event).result
    message = published(topic)
    assert message.parameters["TopicArn"] == TOPIC and message.parameters["MessageStructure"] == "json"
    assert "critical" in message.subject.lower() and "111122223333" in message.subject

    texts = message.per_protocol()
    assert len(texts["sms"]) <= 160 and "root" in texts["sms"].lower()
    assert result["title"] in texts["email"] and "\n" in texts["email"]
    for protocol in ("sqs", "lambda", "http", "https"):
        finding = json.loads(texts[protocol])
        assert finding["finding_id"] == result["finding_id"] and finding["event_id"] == event_id(event)
    assert message.attributes == {"severity": "critical", "verdict": "anomaly", "account": "111122223333"}


@pytest.mark.parametrize("name", ["root_write", "root_console_login_no_mfa"])
def test_fifo_topics_get_a_group_and_a_deduplication_id(serve, topic, name):
    service = serve(sns(topic, topic=f"{TOPIC}.fifo"), env=aws_environment())
    finding = service.post(fresh(name)).result["finding_id"]
    parameters = published(topic).parameters
    assert parameters["MessageDeduplicationId"] == finding and parameters["MessageGroupId"]


def test_ordinary_topics_get_neither(serve, topic):
    serve(sns(topic), env=aws_environment()).post(fresh("root_write"))
    assert not {"MessageGroupId", "MessageDeduplicationId"} & set(published(topic).parameters)


def test_region_of_the_signature_comes_from_the_topic(serve, peer, certificate):
    topic = peer(SnsReceiver(region="eu-central-1", certificate=certificate))
    arn = "arn:aws:sns:eu-central-1:111122223333:root-alerts"
    serve(sns(topic, topic=arn), env={**aws_environment(), "AWS_REGION": REGION}).post(fresh("root_write"))
    published(topic)


RETRIED = [
    ("Throttling", 400),
    ("ThrottledException", 400),
    ("KMSThrottling", 400),
    ("InternalError", 500),
    ("ServiceUnavailable", 503),
]
FINAL = [
    ("NotFound", 404),
    ("InvalidParameter", 400),
    ("AuthorizationError", 403),
    ("KMSDisabled", 400),
    ("EndpointDisabled", 400),
]


@pytest.mark.parametrize("code, status", RETRIED)
def test_errors_that_pass_are_tried_again(serve, topic, code, status):
    topic.script(error_answer(code, status=status))
    serve(sns(topic), env=aws_environment()).post(fresh("root_write"))
    published(topic)
    assert [request.status for request in topic.requests] == [status, 200]


@pytest.mark.parametrize("code, status", FINAL)
def test_errors_that_stay_are_dead_letters(serve, topic, code, status):
    topic.script(error_answer(code, status=status))
    service = serve(sns(topic), env=aws_environment())
    service.post(fresh("root_write"))
    (dead,) = eventually(lambda: deliveries(service, state="dead"))
    assert code in dead["detail"] and len(topic.requests) == 1


ANY_TEXT = {
    "accents": "é" * 1000,
    "lines": "\r\nSubject: x\r\n" * 50,
    "astral": "𝔘" * 1000,
    "quotes": '"\\\u2028' * 300,
}


@pytest.mark.parametrize("agent", ANY_TEXT.values(), ids=ANY_TEXT.keys())
def test_any_text_of_an_event_fits_into_subject_and_message(serve, topic, agent):
    event = fresh("root_write", userAgent=agent, eventName=agent, errorMessage=agent)
    serve(sns(topic), env=aws_environment()).post(event)
    message = published(topic)
    assert message.subject.isascii() and message.subject.isprintable() and len(message.subject) < 100


def test_an_event_of_a_megabyte_still_makes_a_message(serve, topic):
    event = fresh("root_write", requestParameters={"document": "ä" * 500_000})
    body = json.dumps(event, ensure_ascii=False).encode()
    assert len(body) > 1_000_000
    result = serve(sns(topic), env=aws_environment()).post(body).result
    texts = published(topic).per_protocol()
    assert result["finding_id"] in texts["email"] and json.loads(texts["sqs"])["finding_id"] == result["finding_id"]
