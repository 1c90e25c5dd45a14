# SPDX-License-Identifier: Apache-2.0
"""openapi.yaml is held against the running binary: paths, methods, statuses, headers, schemas, both ways."""
import json
import re
import sqlite3
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

from channels import slack
from events import fresh, padded
from peers.http_peer import Answer
from peers.slack_receiver import SlackReceiver
from waiting import eventually
from wire import Wire

FILE = Path(__file__).parent.parent.parent / "openapi.yaml"
SPEC = yaml.safe_load(FILE.read_text())
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
# Statuses that HTTP itself brings for what the contract does not name.
UNNAMED = {404, 405}


def resolve(node):
    while "$ref" in node:
        target = node["$ref"]
        node = SPEC
        for step in target.removeprefix("#/").split("/"):
            node = node[step]
    return node


def operations():
    return {
        (method.upper(), path): item[method]
        for path, item in SPEC["paths"].items()
        for method in METHODS
        if method in item
    }


def documented():
    """Every (method, path, status) of the contract."""
    return {(*place, int(status)) for place, operation in operations().items() for status in operation["responses"]}


def check_schema(schema, value):
    Draft202012Validator(schema, resolver=RefResolver("", SPEC), format_checker=FormatChecker()).validate(value)


class Contract:
    """Makes requests and holds each answer against the document; remembers what was produced."""

    def __init__(self):
        self.seen = set()

    def call(self, service, method, template, body=None, key=None, query="", headers=None, **values):
        path = re.sub(r"\{(\w+)\}", lambda name: str(values[name[1]]), template) + query
        return self.check(method, template, service.request(method, path, body, key=key, headers=headers))

    def check(self, method, template, answer):
        responses = operations()[method, template]["responses"]
        assert str(answer.status) in responses, f"{method} {template} gave {answer.status}, which is not documented"
        response = resolve(responses[str(answer.status)])
        self.check_headers(response, answer)
        self.check_body(response, answer)
        self.seen.add((method, template, answer.status))
        return answer

    @staticmethod
    def check_headers(response, answer):
        for name, reference in response.get("headers", {}).items():
            header = resolve(reference)
            assert not header.get("required") or name.lower() in answer.headers, f"{name} is missing: {answer}"
            if name.lower() in answer.headers:
                value = answer.headers[name.lower()]
                check_schema(header["schema"], int(value) if header["schema"].get("type") == "integer" else value)

    @staticmethod
    def check_body(response, answer):
        (media_type,) = response["content"]
        assert answer.headers["content-type"].split(";")[0] == media_type
        text = answer.body.decode()
        check_schema(response["content"][media_type]["schema"], answer.json if "json" in media_type else text)


def test_the_document_is_valid_openapi_as_far_as_json_schema_can_say():
    assert SPEC["openapi"].startswith("3.1") and SPEC["paths"]
    for schema in SPEC["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    ids = [operation["operationId"] for operation in operations().values()]
    assert len(ids) == len(set(ids))


def test_the_binary_serves_the_very_document(serve):
    answer = serve().get("/openapi.yaml")
    assert answer.status == 200 and answer.body == FILE.read_bytes()


def test_every_documented_answer_is_given_and_no_other(serve, peer, certificate):
    contract = Contract()
    channel = peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel))
    drive_events(contract, service)
    drive_reading(contract, service)
    drive_deliveries(contract, service, channel)
    drive_expectations(contract, service)
    drive_operation(contract, service)
    drive_unavailable(contract, serve(slack(channel)))
    drive_too_many(contract, serve)
    missing = documented() - contract.seen
    assert not missing, f"documented and never given: {sorted(missing)}"


def drive_events(contract, service):
    for method in ("POST", "PUT"):
        for body, status in (
            (padded(fresh("root_write"), 4000), 200),
            (b"[" + padded(fresh("iam_user_call"), 4000) + b"]", 200),
            (b"{", 400),
            (b"{}", 422),
            (padded(fresh("root_write"), 1280 * 1024 + 1), 413),
        ):
            answer = contract.call(service, method, "/v1/events", body, service.ingest_key)
            assert answer.status == status
        dry = contract.call(
            service, method, "/v1/events", padded(fresh("root_write"), 4000), service.ingest_key, "?dry_run=true"
        )
        assert dry.result["notify"] == ["slack"] and dry.result["finding_id"] is None
        assert contract.call(service, method, "/v1/events", b"{}", "wrong").status == 401
        assert contract.call(service, method, "/v1/events", b"{}", service.ingest_key, "?dry_run=maybe").status in (
            400,
            422,
        )


def drive_reading(contract, service):
    for template in ("/v1/findings", "/v1/deliveries", "/v1/expectations", "/metrics"):
        for key, status in ((service.read_key, 200), (service.ingest_key, 403), (None, 401)):
            assert contract.call(service, "GET", template, key=key).status == status
    for query in ("?limit=0", "?limit=1001", "?limit=x", "?before=-1"):
        assert contract.call(service, "GET", "/v1/findings", key=service.read_key, query=query).status == 400
        assert contract.call(service, "GET", "/v1/deliveries", key=service.read_key, query=query).status == 400
    for query in ("?verdict=service", "?severity=loud", "?account=12"):
        assert contract.call(service, "GET", "/v1/findings", key=service.read_key, query=query).status == 400
    assert contract.call(service, "GET", "/v1/deliveries", key=service.read_key, query="?state=lost").status == 400

    finding = service.post(fresh("root_write")).result["finding_id"]
    for key, status in ((service.read_key, 200), (service.ingest_key, 403), (None, 401)):
        assert contract.call(service, "GET", "/v1/findings/{id}", key=key, id=finding).status == status
    assert contract.call(service, "GET", "/v1/findings/{id}", key=service.read_key, id="f-none").status == 404


def drive_deliveries(contract, service, channel):
    def retry(key, delivery):
        return contract.call(service, "POST", "/v1/deliveries/{id}/retry", b"", key, id=delivery).status

    channel.script(404)
    service.post(fresh("root_write"))
    (dead,) = eventually(
        lambda: contract.call(service, "GET", "/v1/deliveries", key=service.read_key, query="?state=dead").json[
            "deliveries"
        ]
    )
    channel.script(Answer(503, b"", {"Retry-After": "60"}))
    assert retry(None, dead["id"]) == 401 and retry(service.read_key, dead["id"]) == 403
    assert retry(service.admin_key, 999999) == 404
    assert retry(service.admin_key, dead["id"]) == 200
    eventually(lambda: service.log("delivery_retry"))
    assert retry(service.admin_key, dead["id"]) == 409


def drive_expectations(contract, service):
    def announce(key, **body):
        return contract.call(service, "POST", "/v1/expectations", json.dumps(body), key)

    def revoke(key, id):
        return contract.call(service, "DELETE", "/v1/expectations/{id}", key=key, id=id).status

    good = {"account": "111122223333", "for": "1h", "reason": "a drill", "events": ["iam:*"]}
    made = announce(service.admin_key, **good)
    assert made.status == 201
    for _ in range(15):
        announce(service.admin_key, **good)
    assert announce(service.admin_key, **good).status == 409
    assert announce(service.admin_key).status == 422
    assert announce(service.read_key, **good).status == 403 and announce(None, **good).status == 401
    for body, status in ((b"{", 400), (b" " * (1280 * 1024 + 1), 413)):
        assert contract.call(service, "POST", "/v1/expectations", body, service.admin_key).status == status
    assert revoke(None, "x-1") == 401 and revoke(service.read_key, "x-1") == 403
    assert revoke(service.admin_key, "x-1") == 404
    assert revoke(service.admin_key, made.json["id"]) == 200
    assert revoke(service.admin_key, made.json["id"]) == 409


def drive_operation(contract, service):
    for template in ("/healthz", "/readyz", "/openapi.yaml"):
        assert contract.call(service, "GET", template).status == 200


def drive_unavailable(contract, service):
    """First the store takes no writes, then it cannot even be read."""
    finding = service.post(fresh("root_write")).result["finding_id"]
    expected = {"account": "111122223333", "for": "1h", "reason": "a drill"}
    made = service.request("POST", "/v1/expectations", json.dumps(expected), key=service.admin_key).json["id"]
    file = service.directory / "rootwatch.db"
    thief = sqlite3.connect(file, isolation_level=None)
    thief.execute("BEGIN IMMEDIATE")
    for method in ("POST", "PUT"):
        assert (
            contract.call(service, method, "/v1/events", padded(fresh("root_write"), 4000), service.ingest_key).status
            == 503
        )
    assert contract.call(service, "GET", "/readyz").status == 503
    retry = contract.call(service, "POST", "/v1/deliveries/{id}/retry", b"", service.admin_key, id=1)
    assert retry.status == 503
    announced = contract.call(service, "POST", "/v1/expectations", json.dumps(expected), service.admin_key)
    assert announced.status == 503
    assert contract.call(service, "DELETE", "/v1/expectations/{id}", key=service.admin_key, id=made).status == 503
    thief.execute("ROLLBACK")
    thief.execute("ALTER TABLE finding RENAME TO lost_finding")
    thief.execute("ALTER TABLE delivery RENAME TO lost_delivery")
    thief.execute("ALTER TABLE expectation RENAME TO lost_expectation")
    thief.close()
    for template in ("/v1/findings", "/v1/findings/{id}", "/v1/deliveries", "/v1/expectations"):
        assert contract.call(service, "GET", template, key=service.read_key, id=finding).status == 503


def drive_too_many(contract, serve):
    """Requests of one client behind a trusted proxy, over that client's limit."""
    service = serve(server={"max_connections_per_address": 1, "trusted_proxies": ["127.0.0.0/8"]})
    client = {"X-Forwarded-For": "203.0.113.9"}
    limited = sorted((method, template) for method, template, status in documented() if status == 429)
    with Wire(service) as busy:
        busy.head(service, "X-Forwarded-For: 203.0.113.9", "Content-Length: 10")
        eventually(lambda: service.get("/healthz", headers=client).status == 429, what="the request to be under way")
        for method, template in limited:
            body = b"{}" if method in ("POST", "PUT") else None
            assert contract.call(service, method, template, body, service.admin_key, headers=client, id=1).status == 429


@pytest.mark.parametrize("method, path", sorted(operations()))
def test_methods_that_are_not_documented_are_refused(serve, method, path):
    service = serve()
    path = re.sub(r"\{\w+\}", "1", path)
    allowed = {m for m, p in operations() if re.sub(r"\{\w+\}", "1", p) == path}
    for other in {"GET", "POST", "PUT", "DELETE", "PATCH"} - allowed:
        answer = service.request(other, path, b"", key=service.admin_key)
        assert answer.status == 405 and allowed <= set(answer.headers["allow"].split(", ")), f"{other} {path}: {answer}"


def test_pages_follow_each_other_newest_first(serve, peer, certificate):
    service = serve(slack(peer(SlackReceiver(certificate=certificate))))
    ids = [service.post(fresh("root_write")).result["finding_id"] for _ in range(7)]
    for name, key in (("findings", "finding_id"), ("deliveries", "finding_id")):
        pages, query = [], "?limit=3"
        while True:
            page = service.get(f"/v1/{name}{query}", key=service.read_key).json
            pages.append([row[key] for row in page[name]])
            if page["next"] is None:
                break
            query = f"?limit=3&before={page['next']}"
        assert pages == [ids[6:3:-1], ids[3:0:-1], ids[0:1]], name


def test_findings_can_be_filtered(serve):
    service = serve()
    critical = service.post(fresh("root_console_login_no_mfa")).result["finding_id"]
    service.post(fresh("root_read"))

    def found(query):
        return [
            row["finding_id"] for row in service.get(f"/v1/findings?{query}", key=service.read_key).json["findings"]
        ]

    assert found("severity=critical") == [critical]
    assert found("verdict=routine") == [] and len(found("verdict=anomaly")) == 2
    assert found("account=444455556666") == [] and len(found("account=111122223333")) == 2
