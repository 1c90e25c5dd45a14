# SPDX-License-Identifier: Apache-2.0
"""HTTP and TLS as DESIGN 3 promises: statuses, limits, deadlines, certificates, and an orderly end."""
import json
import shutil
import signal
import ssl
import time

import pytest

from channels import LOG
from events import fresh, padded
from peers.ca import CA
from waiting import SCALE, eventually
from wire import Wire

BODY_LIMIT = 1280 * 1024
REQUEST_TIMEOUT_S = 1


def limited_context(ca, version, ciphers=None):
    context = ca.client_context()
    context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    return context


# -- TLS


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_tls_versions_are_served(serve, ca, version):
    with Wire(serve(LOG), context=limited_context(ca, version)) as wire:
        name, _, _ = wire.socket.cipher()
        assert "GCM" in name or "CHACHA20" in name
        wire.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.answer("GET").status == 200


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "version, ciphers",
    [
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES256-SHA384"),
    ],
    ids=["TLS 1.1", "TLS 1.0", "CBC with SHA-1", "CBC with SHA-384"],
)
def test_old_versions_and_ciphers_are_refused(serve, ca, version, ciphers):
    service = serve(LOG)
    # EOF: the server may close without saying why; anything but a finished handshake is right.
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        Wire(service, context=limited_context(ca, version, ciphers))
    assert service.accepts()


def test_plain_http_is_no_answer_where_tls_is_configured(serve):
    with Wire(serve(LOG), tls=False) as wire:
        wire.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert not wire.socket.recv(100).startswith(b"HTTP/")


def test_plaintext_is_served_when_said_outright(serve):
    service = serve(LOG, server={"plaintext": True, "tls": None})
    assert service.url.startswith("http:")
    assert service.post(fresh("root_write")).status == 200


def test_without_a_certificate_one_is_made_and_announced(serve):
    service = serve(LOG, server={"tls": None})
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with Wire(service, context=trusting) as wire:
        wire.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.answer("GET").status == 200
    assert "self-signed" in service.log_text()


def test_certificate_is_replaced_without_a_restart(serve, tmp_path):
    old, new = CA(tmp_path / "old"), CA(tmp_path / "new")
    ours, theirs = old.issue(), new.issue()
    service = serve(
        LOG, server={"tls": {"certificate": str(ours.certificate), "private_key": str(ours.key)}}, start=False
    )
    service.ca = old
    service.start()
    assert service.accepts()

    shutil.copy(theirs.key, ours.key)
    shutil.copy(theirs.certificate, ours.certificate)
    service.ca = new
    eventually(service.accepts, 15, "the new certificate")

    loaded = len(service.log("certificate_loaded"))
    ours.key.write_text("not a key")
    eventually(lambda: service.log("certificate_refused"), 15)
    assert service.accepts() and len(service.log("certificate_loaded")) == loaded


# -- statuses

EVENT = json.dumps(fresh("root_write")).encode()
REFUSALS = {
    "not JSON": ("POST", "/v1/events", b'{"detail":', 400),
    "trailing garbage": ("POST", "/v1/events", EVENT + b"x", 400),
    "empty": ("POST", "/v1/events", b"", 400),
    "a text": ("POST", "/v1/events", b'"Root"', 400),
    "a number": ("POST", "/v1/events", b"1", 400),
    "neither envelope nor record": ("POST", "/v1/events", b'{"hello": "world"}', 422),
    "an array with a stranger": ("POST", "/v1/events", b"[" + EVENT + b', {"hello": "world"}]', 422),
    "no such path": ("POST", "/v1/nothing", b"{}", 404),
    "no such path to read": ("GET", "/favicon.ico", None, 404),
    "wrong method for events": ("GET", "/v1/events", None, 405),
    "wrong method for health": ("DELETE", "/healthz", None, 405),
}


@pytest.mark.parametrize("method, path, body, status", REFUSALS.values(), ids=REFUSALS.keys())
def test_refusals_say_what_is_wrong_and_are_counted(serve, method, path, body, status):
    service = serve(LOG)
    before = refused(service, status)
    answer = service.request(method, path, body, key=service.ingest_key)
    assert answer.status == status
    assert answer.problem["detail"]
    assert ("allow" in answer.headers) == (status == 405)
    assert refused(service, status) == before + 1
    assert service.get("/v1/findings", key=service.read_key).json["findings"] == []


def refused(service, status):
    return sum(v for k, v in service.metrics().items() if "requests_total" in k and f'"{status}"' in k)


def test_405_names_the_methods_that_would_do(serve):
    service = serve(LOG)
    assert set(service.get("/v1/events", key=service.ingest_key).headers["allow"].split(", ")) == {"POST", "PUT"}
    assert "GET" in service.request("POST", "/healthz", b"").headers["allow"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_events_are_taken_by_post_and_put(serve, method):
    service = serve(LOG)
    assert service.request(method, "/v1/events", EVENT, key=service.ingest_key).result["verdict"] == "anomaly"


def test_head_answers_as_get_without_a_body(serve):
    service = serve(LOG)
    answer = service.request("HEAD", "/healthz")
    assert answer.status == 200 and answer.body == b""


def test_body_of_exactly_the_limit_is_taken_and_one_more_byte_is_not(serve):
    service = serve(LOG)
    assert service.post(padded(fresh("root_write"), BODY_LIMIT)).result["verdict"] == "anomaly"
    answer = service.post(padded(fresh("root_write"), BODY_LIMIT + 1))
    assert answer.status == 413 and answer.problem
    assert refused(service, 413) == 1
    assert [line["status"] for line in service.log("request_refused")] == ["413"]


@pytest.mark.parametrize("size, status", [(BODY_LIMIT, 200), (BODY_LIMIT + 1, 413)])
def test_chunked_bodies_have_the_same_limit(serve, size, status):
    service = serve(LOG)
    body = padded(fresh("root_write"), size)
    chunks = [body[i : i + 65536] for i in range(0, len(body), 65536)]
    with Wire(service) as wire:
        wire.head(service, "Transfer-Encoding: chunked", "Connection: close")
        for chunk in [*chunks, b""]:
            wire.send(f"{len(chunk):x}\r\n", chunk, "\r\n")
        assert wire.answer().status == status


def test_a_body_far_over_the_limit_does_not_hang(serve):
    service = serve(LOG)
    with Wire(service) as wire:
        wire.head(service, f"Content-Length: {64 * BODY_LIMIT}")
        try:
            for _ in range(64):
                wire.send(b" " * BODY_LIMIT)
            assert wire.answer().status == 413
        except (ConnectionError, ssl.SSLError):
            pass  # cut off in the middle: also an end
    assert service.accepts()


def test_expect_continue_is_honoured(serve):
    service = serve(LOG)
    with Wire(service) as wire:
        wire.head(service, f"Content-Length: {len(EVENT)}", "Expect: 100-continue")
        assert wire.line() == "HTTP/1.1 100 Continue" and wire.line() == ""
        wire.send(EVENT)
        assert wire.answer().status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1048575"},
        {"Content-Type": "application/cloudevents+json"},
        {"Content-Type": "text/plain"},
        {"Accept-Encoding": "gzip,deflate"},
        {"Expect": "something-else"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_headers_that_must_not_matter_do_not(serve, headers):
    service = serve(LOG)
    answer = service.post(EVENT, headers=headers)
    assert answer.status == 200 and answer.result["verdict"] == "anomaly"
    assert "content-range" not in answer.headers and "content-encoding" not in answer.headers


def test_connections_are_kept_alive_and_closed_on_request(serve):
    service = serve(LOG)
    connection = service.connect()
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        assert service.post(fresh("root_write"), connection=connection).status == 200
        assert connection.sock is socket
    # A refusal leaves the connection in step too.
    assert service.post(b"{", connection=connection).status == 400
    assert service.post(b"{}", key="wrong", connection=connection).status == 401
    assert connection.sock is socket
    service.post(fresh("root_write"), connection=connection, headers={"Connection": "close"})
    assert connection.sock is None


SMUGGLED = {
    "two lengths": ["Content-Length: 2", "Content-Length: 40"],
    "length and chunked": ["Content-Length: 2", "Transfer-Encoding: chunked"],
    "unknown transfer encoding": ["Transfer-Encoding: gzip, chunked"],
    "negative length": ["Content-Length: -1"],
    "blank before the colon": ["Content-Length : 2"],
}


@pytest.mark.parametrize("headers", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_ambiguous_bodies_are_refused_and_the_connection_ends(serve, headers):
    service = serve(LOG)
    with Wire(service) as wire:
        wire.head(service, *headers)
        wire.send("{}")
        assert wire.answer().status in (400, 501)
        eventually(wire.closed)


# -- slow peers and many peers


def client_hello():
    """The first bytes of an honest client."""
    out = ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        return out.read()


def slow_tls(service):
    wire = Wire(service, tls=False)
    hello = iter(client_hello()[:-1])
    return wire, lambda: wire.send(bytes([next(hello)]))


def slow_head(service):
    wire = Wire(service)
    return wire, lambda: wire.send("x")


def slow_body(service):
    wire = Wire(service)
    wire.head(service, "Content-Length: 1000")
    return wire, lambda: wire.send(" ")


@pytest.mark.parametrize("open_slow", [slow_tls, slow_head, slow_body])
def test_slow_peers_are_cut_off_while_others_are_served(serve, open_slow):
    service = serve(LOG, server={"request_timeout": f"{REQUEST_TIMEOUT_S}s"})
    wire, dribble = open_slow(service)
    began = time.monotonic()

    def cut_off():
        assert service.accepts()
        try:
            dribble()
        except OSError:
            return True
        return wire.closed()

    with wire:
        eventually(cut_off, 8 * REQUEST_TIMEOUT_S, "the slow peer to be cut off")
    assert time.monotonic() - began > REQUEST_TIMEOUT_S / 2, "nobody is cut off before the time-out"
    assert any("deadline" in name and value >= 1 for name, value in service.metrics().items())


def test_connections_per_address_are_limited(serve):
    service = serve(LOG, server={"max_connections_per_address": 4})
    wires = [Wire(service) for _ in range(4)]
    eventually(lambda: not service.accepts(), what="the fifth connection to be refused")
    wires.pop().socket.close()
    eventually(service.accepts, what="room again")
    for wire in wires:
        wire.socket.close()


def test_the_limit_per_address_never_throttles_a_trusted_proxy(serve):
    service = serve(LOG, server={"max_connections_per_address": 2, "trusted_proxies": ["127.0.0.0/8"]})
    wires = [Wire(service) for _ in range(6)]
    assert service.accepts()
    service.post(fresh("root_write"), headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert "203.0.113.9" in [line["client"] for line in service.log("request")]
    for wire in wires:
        wire.socket.close()


def test_forwarded_for_is_not_believed_from_just_anybody(serve):
    service = serve(LOG)
    service.post(fresh("root_write"), headers={"X-Forwarded-For": "203.0.113.9"})
    assert [line["client"] for line in service.log("request")] == ["127.0.0.1"]


def test_connections_are_limited_altogether(serve):
    service = serve(LOG, server={"max_connections": 8})
    wires = [Wire(service, tls=False) for _ in range(16)]
    eventually(lambda: any(wire.closed() for wire in wires) or not service.accepts(), what="a connection to be refused")
    for wire in wires:
        wire.socket.close()
    eventually(service.accepts, what="room again")


# -- the end


def test_sigterm_finishes_what_is_under_way(serve):
    service = serve(LOG)
    waiting = service.connect()
    waiting.connect()
    with Wire(service) as wire:
        wire.head(service, f"Content-Length: {len(EVENT)}")
        wire.send(EVENT[:100])
        eventually(lambda: service.metric("rootwatch_connections") >= 2)
        service.signal(signal.SIGTERM)
        eventually(lambda: service.log("stopping"))
        wire.send(EVENT[100:])
        answer = wire.answer()
        assert answer.status == 200
    service.wait_stopped()
    finding = json.loads(answer.body)["results"][0]["finding_id"]
    assert finding in service.alert_text() or service.start() and eventually(lambda: finding in service.alert_text())
    assert service.log("stopped")


def test_sigterm_ends_an_idle_service_at_once(serve):
    service = serve(LOG)
    began = time.monotonic()
    service.stop()
    assert time.monotonic() - began < 3 * SCALE


def test_sigterm_does_not_wait_for_a_peer_that_never_ends(serve):
    service = serve(LOG, server={"request_timeout": "60s"})
    with Wire(service) as wire:
        wire.head(service, "Content-Length: 1000")
        wire.send("{")
        eventually(lambda: service.metric("rootwatch_connections") >= 1)
        service.stop()
