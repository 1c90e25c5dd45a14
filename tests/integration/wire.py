# SPDX-License-Identifier: Apache-2.0
"""A connection that sends exactly the bytes it is told to, for what no HTTP library would send."""
import http.client
import socket
import ssl

from service import read_answer
from waiting import SCALE


class Wire:
    def __init__(self, service, tls=True, context=None):
        self.socket = socket.create_connection(("127.0.0.1", service.port), timeout=10 * SCALE)
        if tls:
            context = context or service.ca.client_context()
            self.socket = context.wrap_socket(self.socket, server_hostname="127.0.0.1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        self.socket.sendall(b"".join(part if isinstance(part, bytes) else part.encode() for part in parts))

    def head(self, service, *headers, method="POST", path="/v1/events"):
        """Sends the head of a request that carries the ingest key."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"x-api-key: {service.ingest_key}", *headers]
        self.send("\r\n".join(lines), "\r\n\r\n")

    def line(self):
        """The next line, byte by byte: nothing behind it is taken."""
        line = b""
        while not line.endswith(b"\n"):
            byte = self.socket.recv(1)
            assert byte, f"closed after {line}"
            line += byte
        return line.decode().strip()

    def answer(self, method="POST"):
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        return read_answer(response)

    def closed(self):
        """True once the other end has closed: asks without waiting."""
        self.socket.setblocking(False)
        try:
            return self.socket.recv(1) == b""
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        finally:
            self.socket.setblocking(True)
