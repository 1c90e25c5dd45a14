# SPDX-License-Identifier: Apache-2.0
"""The events of tests/fixtures, made fresh: as if they happened now and never before."""
import copy
import json
import time
import uuid
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"
ACCOUNT = "111122223333"


def fixture(name):
    """The fixture as it stands in its file."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def now(seconds_ago=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago))


def fresh(name, **changes):
    """The fixture with new ids, happening now; changes go into the CloudTrail record."""
    event = copy.deepcopy(fixture(name))
    record = event.get("detail", event)
    record.update({"eventID": str(uuid.uuid4()), "eventTime": now(), **changes})
    if record is not event:
        event.update(id=str(uuid.uuid4()), time=record["eventTime"])
    return event


def event_id(event):
    return event.get("detail", event)["eventID"]


def padded(event, size):
    """The event's JSON as exactly `size` bytes, with an unknown top-level key that holds the padding."""
    empty = len(json.dumps({**event, "padding": ""}).encode())
    assert size >= empty
    return json.dumps({**event, "padding": "x" * (size - empty)}).encode()


def nested(depth):
    """JSON text that nests `depth` levels deep."""
    return "[" * depth + "]" * depth
