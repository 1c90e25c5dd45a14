# SPDX-License-Identifier: Apache-2.0
"""PagerDuty's Events API v2: takes what PagerDuty takes, refuses what PagerDuty refuses, and keeps the incidents."""

import argparse
import json
import re

from .http_peer import Answer, HttpPeer, add_options, certificate, describe
from .script import serve

KEY = "0123456789abcdef0123456789abcdef"
PATH = "/v2/enqueue"

# https://developer.pagerduty.com/docs/send-alert-event
EVENT_BYTES = 512 * 1024
DEDUP_KEY_CHARACTERS = 255
SUMMARY_CHARACTERS = 1024
EVENT_MEMBERS = {"routing_key", "event_action", "dedup_key", "client", "client_url", "payload", "links", "images"}
PAYLOAD_MEMBERS = {"summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"}
SEVERITIES = {"critical", "error", "warning", "info"}
ACTIONS = {"trigger", "acknowledge", "resolve"}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")


class Invalid(Exception):
    pass


class PagerDutyReceiver(HttpPeer):
    """`events` holds what was taken, `incidents` the events of each dedup_key that is open."""

    def __init__(self, routing_key=KEY, **options):
        super().__init__(**options)
        self.routing_key = routing_key

    @property
    def events(self):
        return self.taken()

    @property
    def incidents(self):
        found = {}
        for event in self.events:
            found.setdefault(event["dedup_key"], []).append(event)
            if event["event_action"] == "resolve":
                del found[event["dedup_key"]]
        return found

    @property
    def endpoint_url(self):
        return self.url + PATH

    def answer(self, request):
        if request.path != PATH or request.method != "POST":
            return Answer(404)
        if len(request.body) > EVENT_BYTES:
            return Answer(413)
        try:
            event = read_event(request)
            check(event["routing_key"] == self.routing_key, "Invalid routing key")
        except Invalid as problem:
            return json_answer(400, {"status": "invalid event", "message": "Event object is invalid", "errors": [str(problem)]})
        request.taken = event
        return json_answer(202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]})


def json_answer(status, value):
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def check(good, what):
    if not good:
        raise Invalid(what)


def read_event(request):
    check(request.headers.get_content_type() == "application/json", "not JSON")
    try:
        event = json.loads(request.body)
    except ValueError as error:
        raise Invalid(error) from error
    check(isinstance(event, dict) and set(event) <= EVENT_MEMBERS, f"members {set(event) - EVENT_MEMBERS}")
    check(event.get("event_action") in ACTIONS, "event_action")
    check(0 < len(event.get("dedup_key", "")) <= DEDUP_KEY_CHARACTERS, "dedup_key")
    if event["event_action"] == "trigger":
        check_payload(event.get("payload"))
    for link in event.get("links", []):
        check(set(link) <= {"href", "text"} and link["href"].startswith("https://"), "links")
    return event


def check_payload(payload):
    check(isinstance(payload, dict) and set(payload) <= PAYLOAD_MEMBERS, "payload")
    check(0 < len(payload.get("summary", "")) <= SUMMARY_CHARACTERS, "payload.summary")
    check(bool(payload.get("source")), "payload.source")
    check(payload.get("severity") in SEVERITIES, "payload.severity")
    check("timestamp" not in payload or TIMESTAMP.fullmatch(payload["timestamp"]), "payload.timestamp")
    check(isinstance(payload.get("custom_details", {}), dict), "payload.custom_details")
    for name in ("component", "group", "class"):
        check(name not in payload or (isinstance(payload[name], str) and payload[name]), f"payload.{name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--routing-key", default=KEY)
    options = parser.parse_args()
    peer = PagerDutyReceiver(
        options.routing_key, answers=options.answers, certificate=certificate(options), port=options.port
    )
    serve(peer, peer.received, lambda peer: {**describe(peer), "endpoint_url": peer.endpoint_url})


if __name__ == "__main__":
    main()
