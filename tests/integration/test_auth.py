# SPDX-License-Identifier: Apache-2.0
"""API keys: who may do what, rotation without a lost event, and no trace of a key's value anywhere."""
import hashlib
import json
import threading

import pytest

from channels import LOG
from eventbridge import EventBridge
from events import fresh
from waiting import eventually


def sha256(value):
    return hashlib.sha256(value.encode()).hexdigest()


def test_header_name_is_configurable(serve):
    service = serve(LOG, server={"api_key_header": "X-Root-Watch"})
    event = json.dumps(fresh("root_write")).encode()
    for name in ("X-Root-Watch", "x-root-watch"):
        assert service.request("POST", "/v1/events", event, headers={name: service.ingest_key}).status == 200
    answer = service.request("POST", "/v1/events", event, headers={"x-api-key": service.ingest_key})
    assert answer.status == 401 and "X-Root-Watch" in answer.problem["detail"]


@pytest.mark.parametrize(
    "key", [None, "", "wrong", "x" * 4096, "\xe4\xf6\xfc"], ids=["none", "empty", "wrong", "long", "latin-1"]
)
def test_events_without_a_right_key_get_401_and_are_not_kept(serve, key):
    service = serve(LOG)
    answer = service.request("POST", "/v1/events", b'{"detail": {}}', key=key)
    assert answer.status == 401 and answer.problem and answer.headers["www-authenticate"]
    assert service.get("/v1/findings", key=service.read_key).json["findings"] == []


def test_a_key_that_is_a_prefix_or_longer_is_wrong(serve):
    service = serve(LOG)
    for key in (service.ingest_key[:-1], service.ingest_key + "0", service.ingest_key.upper() + " "):
        assert service.post(fresh("root_write"), key=key).status == 401


def test_a_key_may_be_given_as_its_hash_alone(serve):
    service = serve(LOG, start=False)
    service.config["server"]["api_keys"] = [{"name": "hashed", "sha256": sha256(service.ingest_key)}]
    service.start()
    assert service.post(fresh("root_write")).status == 200
    # The hash itself opens nothing.
    assert service.post(fresh("root_write"), key=sha256(service.ingest_key)).status == 401


ROLES = [
    # path, method, statuses for the ingest, read and admin key
    ("POST", "/v1/events", {"ingest": 422, "read": 401, "admin": 422}),
    ("GET", "/v1/findings", {"ingest": 403, "read": 200, "admin": 200}),
    ("GET", "/v1/findings/f-none", {"ingest": 403, "read": 404, "admin": 404}),
    ("GET", "/v1/deliveries", {"ingest": 403, "read": 200, "admin": 200}),
    ("POST", "/v1/deliveries/1/retry", {"ingest": 403, "read": 403, "admin": 404}),
    ("GET", "/metrics", {"ingest": 403, "read": 200, "admin": 200}),
]


@pytest.mark.parametrize("method, path, statuses", ROLES, ids=[path for _, path, _ in ROLES])
def test_roles(serve, method, path, statuses):
    service = serve(LOG)
    keys = {"ingest": service.ingest_key, "read": service.read_key, "admin": service.admin_key}
    body = b"{}" if method == "POST" else None
    assert {role: service.request(method, path, body, key=key).status for role, key in keys.items()} == statuses
    assert service.request(method, path, body).status == 401
    assert service.request(method, path, body, key="wrong").status == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.yaml"])
def test_what_needs_no_key(serve, path):
    service = serve(LOG)
    assert service.get(path).status == 200
    assert service.get(path, key="wrong").status == 200


def test_name_of_the_key_is_in_the_log_and_in_the_finding(serve):
    service = serve(LOG)
    result = service.post(fresh("root_write"), key=service.admin_key).result
    assert service.log("request")[-1]["key"] == "boss"
    finding = service.get(f"/v1/findings/{result['finding_id']}", key=service.read_key).json
    assert finding["received_by"] == "boss"


def test_a_wrong_key_is_never_repeated(serve):
    service = serve(LOG)
    service.secrets.add("s3cret-of-someone-else")
    assert service.post(fresh("root_write"), key="s3cret-of-someone-else").status == 401
    eventually(lambda: service.log("request_refused"))


def test_rotation_loses_no_event(serve, ca):
    """Old key, both keys, new key: events posted all the while are taken, with retries where a 401 says so."""
    service = serve(LOG)
    old, new = service.ingest_key, "a-new-key-0123456789abcdef"
    service.secrets.add(new)
    keys = service.config["server"]["api_keys"]
    events, taken = [fresh("root_write") for _ in range(40)], []
    halfway = threading.Event()

    with EventBridge(lambda: service.url, old, ca.certificate, concurrency=1) as sender:
        for number, event in enumerate(events):
            if number == 10:
                keys.append({"name": "eventbridge-2", "value": new})
                assert service.reload()["event"] == "config_reloaded"
                sender.key = new
                halfway.set()
            if number == 20:
                keys[:] = [key for key in keys if key.get("value") != old]
                assert service.reload()["event"] == "config_reloaded"
            taken.append(sender.invoke(event))
    assert halfway.is_set() and all(invocation.statuses == [200] for invocation in taken)
    assert service.post(fresh("root_write"), key=old).status == 401
    assert len({invocation.answer["results"][0]["finding_id"] for invocation in taken}) == len(events)
    names = [line["key"] for line in service.log("request") if line["path"] == "/v1/events"]
    assert names == ["eventbridge"] * 10 + ["eventbridge-2"] * 30


def test_a_sender_with_the_wrong_key_delivers_once_it_is_put_right(serve, ca):
    """401 is retried, so a mistake in the key costs time and no event."""
    service = serve(LOG)
    with EventBridge(lambda: service.url, "wrong", ca.certificate) as sender:
        sending = sender.put(fresh("root_write"))
        eventually(lambda: len(service.log("request_refused")) >= 2)
        sender.key = service.ingest_key
        invocation = sending.result(30)
    assert invocation.delivered and set(invocation.statuses[:-1]) == {401}
