# SPDX-License-Identifier: Apache-2.0
"""A TCP or TLS server that reads each connection to its end and says nothing, as log collectors do.

A script has one word per connection:

    "reset"   the connection is broken off at once
    "close"   it is closed at once, in order
    "half"    it is broken off after the first bytes
    "deaf"    nothing is read until the client gives up
    "open"    everything is read, and the connection is not closed when the client has
"""

import argparse
import json
import socket
import socketserver
import ssl
import struct
import threading
from dataclasses import dataclass

from .ca import CA
from .script import Record, Scripted, serve


@dataclass
class Received:
    """What one connection brought."""

    data: bytes
    tls: str  # the protocol's version; "" without
    ended: bool  # in order: TLS said good-bye before TCP did

    def summary(self):
        return {"data": self.data.decode(errors="replace"), "tls": self.tls, "ended": self.ended}


class StreamReceiver(Scripted):
    """`certificate`: TLS. `authority`: clients must have a certificate of this CA. `received`: connections, once they ended."""

    def __init__(self, certificate=None, authority=None, answers=(), port=0):
        super().__init__(answers)
        self.certificate = certificate
        self.context = certificate.server_context() if certificate else None
        if authority:
            self.context.load_verify_locations(authority)
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.received = Record()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), self)
        self.host, self.port = self._server.server_address[:2]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def take(self, received):
        """Called with each connection's bytes."""
        self.received.add(received)

    @staticmethod
    def read_answers(values):
        return values

    @property
    def url(self):
        """By name over TLS, so that the certificate's name is checked."""
        return f"tls://localhost:{self.port}" if self.certificate else f"tcp://{self.host}:{self.port}"

    def wait(self, count=1, timeout_s=10.0):
        return self.received.wait(count, timeout_s)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address, peer):
        self.peer = peer
        super().__init__(address, _Connection)

    def handle_error(self, request, client_address):
        """Clients that refuse the certificate or go away are part of the tests."""


class _Connection(socketserver.BaseRequestHandler):
    def handle(self):
        peer = self.server.peer
        fault = peer.next_answer()
        if fault == "reset":
            return self.reset()
        if fault == "close":
            return None
        self.request.settimeout(30)
        if peer.context:
            self.request = peer.context.wrap_socket(self.request, server_side=True, suppress_ragged_eofs=False)
        if fault == "deaf":
            return peer.closing.wait(30)
        data = self.request.recv(1) if fault == "half" else b""
        if fault == "half":
            return self.reset()
        self.read_to_end(data)
        if fault == "open":
            peer.closing.wait(30)
        return None

    def read_to_end(self, data):
        ended = True
        try:
            while piece := self.request.recv(65536):
                data += piece
        except OSError:  # ragged, or reset
            ended = False
        tls = self.request.version() if self.server.peer.context else ""
        self.server.peer.take(Received(data, tls or "", ended))

    def reset(self):
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()

    def finish(self):
        self.request.close()


def add_options(parser):
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", metavar="DIRECTORY", help="speak TLS; puts ca.crt into DIRECTORY")
    parser.add_argument("--client-certificates", action="store_true", help="clients need one of DIRECTORY's authority")
    parser.add_argument("--answers", type=json.loads, default=[], help='JSON: a list of words, one per connection')


def options_of(options):
    """What the options say, as the constructor takes it."""
    authority = CA(options.tls) if options.tls else None
    return {
        "certificate": authority.issue() if authority else None,
        "authority": str(authority.certificate) if options.client_certificates else None,
        "answers": options.answers,
        "port": options.port,
    }


def describe(peer):
    return {"port": peer.port, "url": peer.url}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    peer = StreamReceiver(**options_of(parser.parse_args()))
    serve(peer, peer.received, describe)


if __name__ == "__main__":
    main()
