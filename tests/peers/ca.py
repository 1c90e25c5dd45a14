# SPDX-License-Identifier: Apache-2.0
"""A certificate authority for tests: one per directory, P-256, valid for two days."""

import argparse
import ipaddress
import pathlib
import ssl
import subprocess
from dataclasses import dataclass

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]


@dataclass(frozen=True)
class Certificate:
    certificate: pathlib.Path
    key: pathlib.Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context


class CA:
    """Makes files in `directory`: ca.crt (what clients are given as ca_file), ca.key, NAME.crt, NAME.key per server."""

    def __init__(self, directory, name="rootwatch test CA"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.certificate = self.directory / "ca.crt"
        self.key = self.directory / "ca.key"
        if not (self.certificate.exists() and self.key.exists()):
            self._request("ca", name, ["-addext", "keyUsage=critical,keyCertSign"])

    def issue(self, *hosts, name="server") -> Certificate:
        """A server certificate for these host names and addresses; localhost and 127.0.0.1 when none is given."""
        hosts = hosts or ("localhost", "127.0.0.1")
        names = ",".join(f"{'IP' if is_address(host) else 'DNS'}:{host}" for host in hosts)
        self._request(
            name,
            hosts[0],
            ["-CA", self.certificate, "-CAkey", self.key]
            + ["-addext", f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:FALSE"],
        )
        return Certificate(self.directory / f"{name}.crt", self.directory / f"{name}.key")

    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def _request(self, name, subject, options):
        files = ["-keyout", self.directory / f"{name}.key", "-out", self.directory / f"{name}.crt"]
        command = ["openssl", "req", "-x509", *NEW_KEY, *files, "-subj", f"/CN={subject}", *options]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"openssl req: {result.stderr}")


def is_address(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description="make ca.crt and server.crt, server.key in a directory")
    parser.add_argument("directory")
    parser.add_argument("hosts", nargs="*", help="names and addresses of the server; default localhost 127.0.0.1")
    options = parser.parse_args()
    CA(options.directory).issue(*options.hosts)


if __name__ == "__main__":
    main()
