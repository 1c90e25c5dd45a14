# SPDX-License-Identifier: Apache-2.0
"""The binary under test: one `rootwatch serve` with its configuration, its log and its answers; or one command."""
import http.client
import json
import os
import re
import secrets
import signal
import ssl
import subprocess
import urllib.parse
from dataclasses import dataclass

import yaml

from events import ACCOUNT
from waiting import BINARY, SCALE, eventually

STOP_WITHIN_S = 10  # what SIGTERM promises
SECRET_SETTINGS = {"value", "password", "webhook_url", "secret", "header_value", "routing_key"}
SECRET_VARIABLES = re.compile(r"KEY$|TOKEN$|PASSWORD$|WEBHOOK_URL$")
SANITIZER_REPORT = re.compile(r"(Address|Leak|Thread|Memory)Sanitizer|runtime error:")


@dataclass
class Answer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def result(self):
        """The one RESULT of an accepted event."""
        assert self.status == 200, self
        (result,) = self.json["results"]
        return result

    @property
    def problem(self):
        """The body, checked to be RFC 9457's."""
        assert self.headers["content-type"].startswith("application/problem+json"), self
        problem = self.json
        assert problem["status"] == self.status and problem["title"] and problem["detail"], problem
        return problem


def read_answer(response):
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def environment(changes=None):
    """A bare environment: nothing of the caller's AWS or proxy settings reaches the binary."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
    # No instance metadata service: where no credentials are meant to be, none may be looked for on the network.
    return {"HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", **kept, **(changes or {})}


def run(*arguments, env=None, stdin=b"", timeout=20):
    """One command to its end."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)], input=stdin, env=environment(env), capture_output=True, timeout=timeout * SCALE
    )
    assert not SANITIZER_REPORT.search(done.stderr.decode(errors="replace")), done.stderr.decode(errors="replace")
    done.out, done.err = done.stdout.decode(), done.stderr.decode()
    return done


def secret_values(tree):
    """Every secret written out in a configuration; of a webhook's address the path alone."""
    if isinstance(tree, list):
        return {value for item in tree for value in secret_values(item)}
    if not isinstance(tree, dict):
        return set()
    found = {value for item in tree.values() for value in secret_values(item)}
    return found | {
        urllib.parse.urlsplit(value).path if name == "webhook_url" else value
        for name, values in tree.items()
        for value in (values if isinstance(values, list) else [values])
        if name in SECRET_SETTINGS and isinstance(value, str) and "${" not in value
    }


class Service:
    """Started, stopped, killed and restarted at will; its log and alerts go on in the same files."""

    def __init__(self, directory, ca, certificate, sections, env=None):
        directory.mkdir()
        self.directory, self.ca, self.env = directory, ca, dict(env or {})
        self.ingest_key, self.read_key, self.admin_key = (secrets.token_hex(16) for _ in range(3))
        self.config = self.configuration(certificate, sections)
        self.config_file = directory / "rootwatch.yaml"
        self.log_file, self.alert_file = directory / "log", directory / "alerts"
        self.process = self.port = None
        self.answers = []
        self.secrets = {value for name, value in self.env.items() if SECRET_VARIABLES.search(name)}

    def configuration(self, certificate, sections):
        server = {
            "listen": "127.0.0.1:0",
            "tls": {"certificate": str(certificate.certificate), "private_key": str(certificate.key)},
            "api_keys": [
                {"name": "eventbridge", "value": self.ingest_key},
                {"name": "soc", "value": self.read_key, "role": "read"},
                {"name": "boss", "value": self.admin_key, "role": "admin"},
            ],
            **sections.pop("server", {}),
        }
        server = {name: value for name, value in server.items() if value is not None}
        store = {"url": f"sqlite:{self.directory}/rootwatch.db"}
        return {"server": server, "store": store, "accounts": {ACCOUNT: "prod"}, **sections}

    # -- its life

    def start(self):
        seen = len(self.log("ready"))
        self.write_config()
        self.spawn()
        ready = eventually(lambda: self.log("ready")[seen:] or self.check_alive(), 10, "the service to be ready")
        self.port = int(ready[0]["port"])
        return self

    def spawn(self):
        """Starts the process and waits for nothing."""
        with open(self.log_file, "ab") as log, open(self.alert_file, "ab") as alerts:
            self.process = subprocess.Popen(self.command, stdout=alerts, stderr=log, env=environment(self.env))
        return self

    @property
    def command(self):
        return [BINARY, "serve", "-c", str(self.config_file)]

    def check_alive(self):
        assert self.process.poll() is None, f"the service ended with {self.process.returncode}: {self.log_text()}"

    def write_config(self):
        self.secrets |= secret_values(self.config)
        self.config_file.write_text(yaml.safe_dump(self.config, sort_keys=False))

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        """Writes the configuration and has it read again; the log line that says how that went."""
        seen = len(self.log("config_reloaded", "config_refused"))
        self.write_config()
        self.signal(signal.SIGHUP)
        return eventually(lambda: self.log("config_reloaded", "config_refused")[seen:], what="the reload")[0]

    def wait_stopped(self, within_s=STOP_WITHIN_S):
        try:
            status = self.process.wait(within_s * SCALE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {within_s * SCALE} s after SIGTERM: {self.log_text()}") from None
        self.process = None
        assert status == 0, f"the service ended with {status}: {self.log_text()}"

    def stop(self):
        self.signal(signal.SIGTERM)
        self.wait_stopped()

    def kill(self):
        """As a crash of the machine would, but for the disk."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def finish(self):
        """The end of a test: stopped in order, no sanitizer's report, no secret in anything that it said."""
        if self.process:
            self.stop()
        said = self.log_text() + self.alert_text() + "".join(a.body.decode(errors="replace") for a in self.answers)
        assert not SANITIZER_REPORT.search(said), said
        told = [value for value in self.secrets if value in said]
        assert not told, f"secrets were told: {told}"

    # -- what it says

    def log_text(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log(self, *events):
        """The log's lines, of these events alone."""
        lines = [json.loads(line) for line in complete_lines(self.log_text()) if line.startswith("{")]
        return [line for line in lines if not events or line["event"] in events]

    def alert_text(self):
        return self.alert_file.read_text(errors="replace") if self.alert_file.exists() else ""

    def alerts(self):
        """What the log notifier printed: findings, a JSON line each."""
        return [json.loads(line) for line in complete_lines(self.alert_text())]

    def metric(self, series):
        """The value of one series, written as `name{label="value"}`; 0 when it is not there (yet)."""
        return self.metrics().get(series, 0.0)

    def metrics(self):
        text = self.get("/metrics", key=self.read_key).body.decode()
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    # -- talking to it

    @property
    def url(self):
        scheme = "http" if self.config["server"].get("plaintext") else "https"
        return f"{scheme}://127.0.0.1:{self.port}"

    def connect(self, context=None):
        if self.url.startswith("http:"):
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10 * SCALE)
        context = context or self.ca.client_context()
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10 * SCALE, context=context)

    def request(self, method, path, body=None, key=None, headers=None, connection=None):
        """One request; on a connection of its own when none is given."""
        headers = dict(headers or {})
        if key is not None:
            headers[self.config["server"].get("api_key_header", "x-api-key")] = key
        own = connection or self.connect()
        try:
            own.request(method, path, body, headers)
            answer = read_answer(own.getresponse())
        finally:
            if not connection:
                own.close()
        self.answers.append(answer)
        return answer

    def get(self, path, key=None, **options):
        return self.request("GET", path, key=key, **options)

    def post(self, event, path="/v1/events", key=None, **options):
        """Posts an event, a list of events, or bytes as they are; with the ingest key unless another is given."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return self.request("POST", path, body, key=self.ingest_key if key is None else key, **options)

    def accepts(self):
        """Can it be reached, and does it say it is ready?"""
        try:
            return self.get("/readyz").status == 200
        except (OSError, http.client.HTTPException, ssl.SSLError):
            return False


def complete_lines(text):
    return text[: text.rfind("\n") + 1].splitlines()
