# SPDX-License-Identifier: Apache-2.0
"""Every shape and wobble that senders really post, judged over HTTP: nothing crashes, nothing passes silently."""
import json

import pytest

from channels import LOG
from events import event_id, fixture, fresh, nested

ROOT = "root_user"
JUDGED = {
    "root_console_login_no_mfa": (ROOT, "anomaly", "console_login_no_mfa"),
    "root_console_login_mfa": (ROOT, "anomaly", "console_login"),
    "root_console_login_failed": (ROOT, "anomaly", "console_login_failed"),
    "root_console_aws_internal": (ROOT, "anomaly", None),
    "root_console_invoked_by_signin": (ROOT, "anomaly", None),
    "root_create_access_key": (ROOT, "anomaly", "root_access_key_created"),
    "root_access_key_used": (ROOT, "anomaly", "root_access_key_used"),
    "root_password_changed": (ROOT, "anomaly", "root_password_changed"),
    "deactivate_mfa": (ROOT, "anomaly", "root_mfa_disabled"),
    "stop_logging": (ROOT, "anomaly", "logging_tampered"),
    "run_instances": (ROOT, "anomaly", "compute_started"),
    "create_user": (ROOT, "anomaly", "iam_user_provisioned"),
    "root_read": (ROOT, "anomaly", "read_only"),
    "root_write": (ROOT, "anomaly", "root_activity"),
    "root_odd_types": (ROOT, "anomaly", "console_login"),
    "root_bare_record": (ROOT, "anomaly", None),
    "root_china": (ROOT, "anomaly", None),
    "root_govcloud": (ROOT, "anomaly", None),
    "root_federated": ("root_federated", "anomaly", None),
    "assume_root_call": ("assumed_root", "anomaly", None),
    "assumed_root_session": ("assumed_root", "anomaly", None),
    "password_recovery": ("unauthenticated", "anomaly", None),
    "service_for_root": ("aws_service", "service", None),
    "service_deletes_trail": ("aws_service", "anomaly", "logging_tampered"),
    "root_service_event": ("aws_service", "service", None),
    "iam_user_call": ("other", "not_root", None),
    "iam_user_named_root": ("other", "not_root", None),
    "iam_user_federated": ("other", "not_root", None),
    "principal_in_policy": ("other", "not_root", None),
    "aws_account": ("other", "not_root", None),
    "identity_null": ("other", "not_root", None),
    "scheduled_event": ("other", "not_root", None),
    "cloudtrail_insight": ("other", "not_root", None),
}


@pytest.mark.parametrize("name", JUDGED)
def test_who_acted_and_what_it_means(serve, name):
    actor, verdict, signal = JUDGED[name]
    result = serve(LOG).post(fixture(name)).result
    assert (result["actor"], result["verdict"]) == (actor, verdict), result
    assert signal is None or signal in [hit["id"] for hit in result["signals"]]
    assert (result["finding_id"] is not None) == (verdict in ("routine", "anomaly"))


def results(service, body):
    answer = service.post(body)
    assert answer.status == 200, answer
    return answer.json["results"]


@pytest.mark.parametrize("name", ["sqs_record", "cloudevents"])
def test_wrapped_events_are_the_event_inside(serve, name):
    service, plain = serve(LOG), fixture("root_console_login_no_mfa")
    inside = results(service, fixture(name))[0]
    assert inside["event_id"] == event_id(plain) and inside["severity"] == "critical"
    assert results(service, plain)[0]["finding_id"] == inside["finding_id"], "the same event, however wrapped"


def test_arrays_and_log_files_are_judged_in_order(serve):
    service = serve(LOG)
    batch = [fresh("root_write"), fresh("iam_user_call"), fresh("root_bare_record")]
    assert [result["event_id"] for result in results(service, batch)] == [event_id(event) for event in batch]
    records = fixture("records_file")["Records"]
    assert len(results(service, fixture("records_file"))) == len(records)
    assert results(service, []) == []


def test_an_array_is_taken_whole_or_not_at_all(serve):
    service = serve(LOG)
    good, stranger = fresh("root_write"), {"hello": "world"}
    answer = service.post([good, stranger])
    assert answer.status == 422 and "2" in answer.problem["detail"] or "1" in answer.problem["detail"]
    assert service.get("/v1/findings", key=service.read_key).json["findings"] == []
    assert results(service, [good])[0]["duplicate"] is False


def raw(event, old, new):
    """The event's text with one piece replaced: for what no JSON library would write."""
    text = json.dumps(event)
    assert text.count(old) >= 1
    return text.replace(old, new, 1).encode("latin-1")


ROOT_TYPE = '"type": "Root"'
ODD = {
    # what stands for "type": "Root", and what must come of it
    "escaped letters": ('"type": "\\u0052oot"', {"root_user"}),
    "escaped NUL behind it": ('"type": "Root\\u0000x"', {"other"}),
    "escaped NUL before it": ('"type": "\\u0000Root"', {"other"}),
    "letter case of the value": ('"type": "root"', {"other"}),
    "letter case of the key": ('"Type": "Root"', {"root_user"}),  # not by this key: the ARN still says so
    "said twice, root first": ('"type": "Root", "type": "IAMUser"', None),
    "said twice, root last": ('"type": "IAMUser", "type": "Root"', None),
    "a number": ('"type": 7', None),
    "a list": ('"type": ["Root"]', None),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_spellings_of_root(serve, name):
    """None: not clear who acted, so it must be told, never passed over."""
    text, actors = ODD[name]
    (result,) = results(serve(LOG), raw(fresh("root_write"), ROOT_TYPE, text))
    if actors is None:
        assert result["verdict"] == "anomaly", result
    else:
        assert result["actor"] in actors, result


def test_a_raw_nul_in_a_text_does_not_end_it(serve):
    (result,) = results(serve(LOG), raw(fresh("root_write"), ROOT_TYPE, '"type": "Root\x00x"'))
    assert result["actor"] == "other"


def test_an_escaped_backslash_before_u0000_is_only_text(serve):
    event = fresh("root_write", userAgent="\\u0000 agent")
    assert results(serve(LOG), event)[0]["actor"] == "root_user"


@pytest.mark.parametrize("value", [None, "Root", 7, [], {}], ids=repr)
def test_identity_of_every_type_gets_an_answer(serve, value):
    (result,) = results(serve(LOG), fresh("root_write", userIdentity=value))
    # A text where the object belongs may hide root: it is told. Nothing at all cannot.
    assert result["verdict"] in ("not_root", "anomaly")
    assert value != "Root" or result["verdict"] == "anomaly"


def with_depth(depth):
    """A root event whose requestParameters make the whole nest `depth` levels deep."""
    return raw(fresh("root_write", requestParameters="DEEP"), '"DEEP"', nested(depth - 2))


def test_nesting_to_the_limit_is_judged(serve):
    (result,) = results(serve(LOG), with_depth(1000))
    assert result["actor"] == "root_user"
    assert "unreadable_event" not in [signal["id"] for signal in result["signals"]]


@pytest.mark.parametrize("depth", [1001, 100_000])
def test_deeper_nesting_cannot_hide(serve, depth):
    service = serve(LOG)
    (result,) = results(service, with_depth(depth))
    assert result["verdict"] == "anomaly" and result["severity"] in ("high", "critical")
    assert "unreadable_event" in [signal["id"] for signal in result["signals"]]
    assert result["finding_id"] and result["notify"] == ["log"]


@pytest.mark.parametrize("bytes_", ["\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"])
def test_invalid_utf8_is_judged_and_told_as_valid_text(serve, bytes_):
    service = serve(LOG)
    body = raw(fresh("root_write", userAgent="AGENT"), "AGENT", f"agent{bytes_}")
    answer = service.post(body)
    assert answer.status == 200 and answer.json["results"][0]["actor"] == "root_user"
    assert answer.body.decode("utf-8")
    finding = answer.json["results"][0]["finding_id"]
    assert service.get(f"/v1/findings/{finding}", key=service.read_key).body.decode("utf-8")


def test_bare_surrogates_and_bad_escapes_are_not_json(serve):
    service = serve(LOG)
    for text in ("\\ud800", "\\uZZZZ", "\\x41"):
        answer = service.post(raw(fresh("root_write", userAgent="AGENT"), "AGENT", text))
        assert answer.status == 400 or answer.json["results"][0]["actor"] == "root_user"


FORGED = ["not an object", 1, True, None, [[]], {"detail": None}, {"detail": "Root"}, {"Records": {}}, {"body": "{"}]


@pytest.mark.parametrize("body", FORGED, ids=json.dumps)
def test_what_is_no_event_is_refused(serve, body):
    answer = serve(LOG).post(json.dumps(body).encode())
    assert answer.status in (400, 422) and answer.problem["detail"]


@pytest.mark.parametrize(
    "path", [("eventID",), ("eventTime",), ("awsRegion",), ("recipientAccountId",), ("eventName",)]
)
@pytest.mark.parametrize(
    "value", [None, 7, "", "x" * 20000, {"a": 1}], ids=["null", "number", "empty", "long", "object"]
)
def test_fields_of_any_type_never_make_root_pass(serve, path, value):
    event = fresh("root_write")
    event["detail"][path[0]] = value
    (result,) = results(serve(LOG), event)
    assert result["actor"] == "root_user" and result["verdict"] == "anomaly", result


def test_late_and_forged_events_are_judged_all_the_same(serve):
    service = serve(LOG)
    for name in ("root_replayed", "forged_envelope"):
        assert results(service, fixture(name))[0]["verdict"] == "anomaly"
    late = results(service, fresh("root_write", eventTime="2020-01-01T00:00:00Z"))[0]
    finding = service.get(f"/v1/findings/{late['finding_id']}", key=service.read_key).json
    assert finding["late_s"] > 365 * 24 * 3600


def test_events_without_ids_are_told_apart_by_what_they_say(serve):
    service = serve(LOG)
    bare = fresh("root_bare_record")
    del bare["eventID"]
    other = {**bare, "eventName": "DeleteBucketPolicy"}
    assert [results(service, event)[0]["duplicate"] for event in (bare, other, bare)] == [False, False, True]


def test_one_call_in_two_accounts_is_two_events(serve):
    service = serve(LOG)
    event = fresh("root_write")
    twin = json.loads(json.dumps(event))
    twin["detail"]["recipientAccountId"] = "444455556666"
    assert [result["duplicate"] for result in results(service, [event, twin])] == [False, False]
