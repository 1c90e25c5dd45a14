# SPDX-License-Identifier: Apache-2.0
"""What an operator sees: series that are explained and move, and log lines of a documented vocabulary."""
import datetime
import re
import time
from pathlib import Path

import pytest
from cryptography import x509

from channels import LOG, slack
from events import fresh
from peers.slack_receiver import SlackReceiver
from waiting import eventually

ROOT = Path(__file__).parent.parent.parent
SAMPLE = re.compile(r'^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+|\+Inf|NaN)$')


def exposition(service):
    answer = service.get("/metrics", key=service.read_key)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.body.decode()


def test_every_series_is_explained_and_well_formed(serve):
    service = serve(LOG)
    service.post(fresh("root_write"))
    eventually(service.alerts)
    text = exposition(service)
    assert text.endswith("\n")
    kinds, helped = {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split(" ", 3)[2])
            assert len(line.split(" ", 3)[3]) > 10
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds, f"{name} is declared twice"
            kinds[name] = kind
        else:
            match = SAMPLE.match(line)
            assert match, f"no sample: {line}"
            family = re.sub(r"_(bucket|sum|count)$", "", match[1]) if match[1] not in kinds else match[1]
            assert family in kinds and family in helped, f"{match[1]} is not declared"
    assert {"counter", "gauge", "histogram"} == set(kinds.values())
    assert all(name.startswith("rootwatch_") for name in kinds)


def test_histograms_add_up(serve):
    service = serve(LOG)
    for _ in range(3):
        service.post(fresh("root_write"))
    eventually(lambda: len(service.alerts()) == 3)
    metrics = service.metrics()
    buckets = [
        value for name, value in metrics.items() if name.startswith('rootwatch_request_seconds_bucket{route="events"')
    ]
    assert buckets == sorted(buckets), "they are cumulative"
    assert buckets[-1] == metrics['rootwatch_request_seconds_count{route="events"}'] == 3
    assert metrics['rootwatch_request_seconds_sum{route="events"}'] > 0


def moved(service, before):
    after = service.metrics()
    return {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}


def test_values_move_with_what_happens(serve, peer, certificate):
    channel = peer(SlackReceiver(certificate=certificate))
    service = serve(slack(channel))
    before = service.metrics()
    event = fresh("root_console_login_no_mfa")
    service.post(event)
    service.post(event)
    service.post(fresh("iam_user_call"))
    service.post(b"{")
    channel.script(404)
    service.post(fresh("root_write"))
    eventually(lambda: service.log("delivery_dead") and service.log("delivered"))
    changes = moved(service, before)
    for series, change in {
        'rootwatch_requests_total{route="events",status="200"}': 4,
        'rootwatch_requests_total{route="events",status="400"}': 1,
        'rootwatch_events_total{verdict="anomaly",severity="critical"}': 2,
        "rootwatch_duplicates_total": 1,
        "rootwatch_findings_total": 2,
        'rootwatch_attempts_total{notifier="slack",outcome="delivered"}': 1,
        'rootwatch_attempts_total{notifier="slack",outcome="dead"}': 1,
        'rootwatch_outbox_deliveries{notifier="slack",state="dead"}': 1,
        'rootwatch_alert_seconds_count{notifier="slack"}': 1,
    }.items():
        assert changes.get(series) == change, f"{series}: {changes.get(series)}\n{changes}"


def test_certificate_expiry_is_the_certificate_s(serve, certificate):
    expires = x509.load_pem_x509_certificate(certificate.certificate.read_bytes()).not_valid_after
    wanted = expires.replace(tzinfo=datetime.timezone.utc).timestamp()
    assert serve(LOG).metric("rootwatch_certificate_expiry_timestamp_seconds") == wanted


def test_start_time_and_readiness(serve):
    service = serve(LOG)
    assert abs(service.metric("rootwatch_start_time_seconds") - time.time()) < 60
    assert service.metric("rootwatch_ready") == 1


def test_a_port_of_its_own_needs_no_key(serve):
    service = serve(LOG, server={"metrics_listen": "127.0.0.1:0"})
    (ready,) = service.log("ready")
    main, service.port = service.port, int(ready["metrics_port"])
    service.config["server"]["plaintext"] = True
    assert service.get("/metrics").status == 200
    assert service.get("/v1/findings").status == 404
    service.config["server"]["plaintext"] = False
    service.port = main


# -- logs


def documented_events():
    """The names of the table in src/base/log.c, from which the documentation is made."""
    return set(re.findall(r'^ *\[LOG_[A-Z_]+\] *= *\{"([a-z_]+)"', (ROOT / "src/base/log.c").read_text(), re.M))


def test_every_line_is_json_with_a_known_event(serve, peer, certificate):
    channel = peer(SlackReceiver(certificate=certificate, answers=[500]))
    service = serve(slack(channel), LOG)
    service.post(fresh("root_write"))
    service.post(b"{")
    service.reload()
    eventually(lambda: len(service.log("delivered")) == 2)
    service.stop()
    lines = service.log()
    assert len(lines) == len(service.log_text().splitlines()), "nothing but JSON lines"
    known = documented_events()
    assert known and {line["event"] for line in lines} <= known
    for line in lines:
        assert line["level"] in ("debug", "info", "warning", "error")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert all(isinstance(value, str) for value in line.values())
    happened = [line["event"] for line in lines]
    for event in (
        "started",
        "ready",
        "finding",
        "request",
        "request_refused",
        "config_reloaded",
        "stopping",
        "stopped",
    ):
        assert event in happened, happened


def test_vocabulary_is_documented():
    documentation = "".join(file.read_text() for file in (ROOT / "docs").glob("*.md"))
    missing = [event for event in documented_events() if f"`{event}`" not in documentation]
    assert not missing, f"docs say nothing of {missing}"


def test_series_are_documented(serve):
    documentation = "".join(file.read_text() for file in (ROOT / "docs").glob("*.md"))
    families = re.findall(r"^# TYPE (\S+)", exposition(serve(LOG)), re.M)
    assert [name for name in families if name not in documentation] == []


def test_a_request_line_says_who_what_and_how_it_ended(serve):
    service = serve(LOG)
    service.post(fresh("root_write"))
    (line,) = service.log("request")
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/events", "200")
    assert (line["key"], line["client"]) == ("eventbridge", "127.0.0.1") and float(line["duration_ms"]) >= 0


@pytest.mark.parametrize("path", ["/v1/\x7f%0a{'event':'ready'}", "/v1/%00events", "/v1/" + "x" * 3000])
def test_a_path_cannot_write_log_lines(serve, path):
    service = serve(LOG)
    try:
        assert service.request("GET", path.replace("\x7f", ""), key=service.read_key).status in (400, 404, 414)
    except ConnectionError:
        pass
    assert len(service.log("ready")) == 1
    assert len(service.log()) == len(service.log_text().splitlines())
