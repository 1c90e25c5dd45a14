# SPDX-License-Identifier: Apache-2.0
"""An HTTP(S) server that records every request and answers from a script, then through `answer()`."""

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .ca import CA
from .script import Record, Scripted

# How an answer can go wrong on the way.
SILENCE = "silence"  # the request is read, nothing comes back until the client gives up
DROP = "drop"  # the connection closes without an answer
HALF = "half"  # the head promises a body and the connection closes in the middle of it


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=dict)
    delay_s: float = 0.0
    fault: str = ""  # SILENCE, DROP or HALF

    @classmethod
    def of(cls, value):
        """From an Answer, a status, the name of a fault, or a dict of this class's fields with a text body."""
        if isinstance(value, cls):
            return value
        if isinstance(value, int):
            return cls(status=value)
        if isinstance(value, str):
            return cls(fault=value)
        return cls(**{**value, "body": value.get("body", "").encode()})


@dataclass
class Request:
    method: str
    path: str  # with the query, as it was sent
    headers: Message  # look-ups ignore case; get_all() shows what was sent twice
    body: bytes
    status: int = 0  # what it was answered with; 0: nothing
    client_port: int = 0  # the same for requests on one connection
    received_at: float = field(default_factory=time.time)
    taken: object = None  # what answer() accepted of it; with the request, so that whoever sees one sees the other

    def json(self):
        return json.loads(self.body)

    def summary(self):
        return {
            "method": self.method,
            "path": self.path,
            "headers": self.headers.items(),
            "body": self.body.decode(errors="replace"),
            "status": self.status,
            "client_port": self.client_port,
        }


class HttpPeer(Scripted):
    """Subclasses say in answer(request) what the real service would."""

    def __init__(self, answers=(), certificate=None, host="127.0.0.1", port=0):
        super().__init__(Answer.of(answer) for answer in answers)
        self.certificate = certificate  # ca.Certificate: serve HTTPS
        self.received = Record()
        self.connections = 0
        self.closing = threading.Event()
        self._server = _Server((host, port), self)
        self.host, self.port = self._server.server_address[:2]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def answer(self, request) -> Answer:
        return Answer()

    def script(self, *answers):
        super().script(*(Answer.of(answer) for answer in answers))

    @staticmethod
    def read_answers(values):
        return [Answer.of(value) for value in values]

    @property
    def requests(self):
        return self.received.items()

    def taken(self):
        """What was accepted, in the order of the requests."""
        return [request.taken for request in self.requests if request.taken is not None]

    def wait(self, count=1, timeout_s=10.0):
        return self.received.wait(count, timeout_s)

    @property
    def url(self):
        """By name over TLS, so that the certificate's name is checked."""
        return f"https://localhost:{self.port}" if self.certificate else f"http://{self.host}:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that keeps its connection must not hold up the end of a test
    request_queue_size = 128

    def __init__(self, address, peer):
        self.peer = peer
        self.context = peer.certificate.server_context() if peer.certificate else None
        super().__init__(address, _Handler)

    def finish_request(self, request, client_address):
        # The handshake belongs into the connection's thread: a client that stalls it must not stop the others.
        self.peer.connections += 1
        request.settimeout(30)
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """Clients that refuse the certificate or go away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self):
        peer = self.server.peer
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, self.headers, body, client_port=self.client_address[1])
        answer = peer.next_answer() or Answer.of(peer.answer(request))
        if answer.delay_s:
            peer.closing.wait(answer.delay_s)
        request.status = 0 if answer.fault in (SILENCE, DROP) else answer.status
        peer.received.add(request)
        self.send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve

    def send(self, answer):
        if answer.fault in (SILENCE, DROP):
            if answer.fault == SILENCE:
                self.wait_for_client()
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) + (1000 if answer.fault == HALF else 0)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        if answer.fault == HALF:
            self.close_connection = True

    def wait_for_client(self):
        """Until the client hangs up or the test ends."""
        self.connection.settimeout(0.1)
        while not self.server.peer.closing.is_set():
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def finish(self):
        super().finish()
        # TLS sockets are ours: the server closes the plain one it accepted, which wrapping has emptied.
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()

    def log_message(self, format, *args):
        pass


def add_options(parser):
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", metavar="DIRECTORY", help="serve HTTPS; puts ca.crt into DIRECTORY")
    parser.add_argument("--answers", type=json.loads, default=[], help='[429, {"status": 500, "body": "x"}, "drop"]')


def certificate(options):
    return CA(options.tls).issue() if options.tls else None


def describe(peer):
    return {"port": peer.port, "url": peer.url}
