# SPDX-License-Identifier: Apache-2.0
"""What must hold of every fixture however it is written, and of whatever one field of it becomes.

Judged by a running service with ?dry_run=true: it learns nothing from them, so that each is judged like the first."""
import copy
import json
import random

import pytest

from events import FIXTURES, fixture
from service import run

NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
WRITINGS = 12  # of each fixture
ODD = [None, 7, True, "x", "", [], {}, ["Root"], {"type": "x"}]
REMOVED = object()
CHUNK = 100  # events a request


# -- JSON as pairs, so that a name may stand twice


class Pairs(list):
    """An object's members in their order."""


def read_pairs(name):
    return json.loads((FIXTURES / f"{name}.json").read_text(), object_pairs_hook=Pairs)


def shuffled(tree, rng):
    if isinstance(tree, Pairs):
        members = [(name, shuffled(value, rng)) for name, value in tree]
        names = [name for name, _ in members]
        if len(set(names)) == len(names):  # which of two namesakes comes first is not for us to change
            rng.shuffle(members)
        return Pairs(members)
    return [shuffled(value, rng) for value in tree] if isinstance(tree, list) else tree


def with_unknown_fields(tree, rng):
    if isinstance(tree, Pairs):
        members = [(name, with_unknown_fields(value, rng)) for name, value in tree]
        for _ in range(rng.randrange(3)):
            unknown = rng.choice([None, 1, "Root", {"type": "Root", "userIdentity": {"type": "Root"}}, [[]]])
            members.insert(rng.randrange(len(members) + 1), (f"unknown{rng.randrange(10**9)}", unknown))
        return Pairs(members)
    return [with_unknown_fields(value, rng) for value in tree] if isinstance(tree, list) else tree


def escaped(text, rng):
    """Any character may be written as \\uXXXX: "\\u0052oot"."""
    units = [text.encode("utf-16-be")[i : i + 2] for i in range(0, 2 * len(text.encode("utf-16-be")) // 2, 2)]
    if any(0xD8 <= unit[0] <= 0xDF for unit in units):
        return json.dumps(text)
    return '"' + "".join(
        f"\\u{unit.hex()}" if rng.random() < 0.3 else json.dumps(unit.decode("utf-16-be"))[1:-1] for unit in units
    ) + '"'


def written(tree, rng, text=json.dumps, space=lambda: ""):
    def put(value):
        if isinstance(value, (Pairs, dict)):
            members = value.items() if isinstance(value, dict) else value
            return "{" + ",".join(space() + text(name) + space() + ":" + put(member) for name, member in members) + space() + "}"
        if isinstance(value, list):
            return "[" + ",".join(put(member) for member in value) + space() + "]"
        return space() + (text(value) if isinstance(value, str) else json.dumps(value)) + space()

    return put(tree)


def permuted(tree, rng):
    return written(shuffled(tree, rng), rng)


def extended(tree, rng):
    return written(with_unknown_fields(tree, rng), rng)


def spaced(tree, rng):
    return written(tree, rng, space=lambda: "".join(rng.choices(" \t\r\n", k=rng.randrange(4))))


def in_escapes(tree, rng):
    return written(tree, rng, text=lambda value: escaped(value, rng))


def all_at_once(tree, rng):
    space = lambda: " " * rng.randrange(2)  # noqa: E731
    return written(with_unknown_fields(shuffled(tree, rng), rng), rng, lambda value: escaped(value, rng), space)


# -- judging


@pytest.fixture
def judge(serve):
    service = serve()

    def post(body):
        return service.post(body.encode() if isinstance(body, str) else body, path="/v1/events?dry_run=true")

    return post


def essence(answer):
    """All of a RESULT that must not change; who wrote an unreadable event twice is a different text, so ids are left out."""
    assert answer.status == 200, answer
    keys = ("account", "actor", "verdict", "severity", "title")
    return [
        ([result[key] for key in keys], [(s["id"], s["severity"]) for s in result["signals"]])
        for result in answer.json["results"]
    ]


def judged(judge, events):
    """(event, RESULT or None when it is none) of each; asked in bulk, and more closely where something is no event."""
    if not events:
        return []
    answer = judge(json.dumps(events))
    if answer.status == 200:
        assert len(answer.json["results"]) == len(events)
        return list(zip(events, answer.json["results"]))
    assert answer.status == 422, answer
    if len(events) == 1:
        return [(events[0], None)]
    half = len(events) // 2
    return judged(judge, events[:half]) + judged(judge, events[half:])


@pytest.mark.parametrize("writing", [permuted, extended, spaced, in_escapes, all_at_once], ids=lambda f: f.__name__)
def test_how_an_event_is_written_changes_nothing(judge, writing):
    for name in NAMES:
        tree = read_pairs(name)
        expected = essence(judge((FIXTURES / f"{name}.json").read_bytes()))
        texts = [writing(tree, random.Random(f"{name} {seed}")) for seed in range(WRITINGS)]
        # Together in an array, for speed; what is one itself would be no element.
        bodies = texts if isinstance(tree, list) and not isinstance(tree, Pairs) else [f"[{','.join(texts)}]"]
        found = [result for body in bodies for result in essence(judge(body))]
        assert len(found) == len(expected) * WRITINGS, name
        for seed, text in enumerate(texts):
            assert found[seed * len(expected) :][: len(expected)] == expected, f"{name}, seed {seed}: {text}"


# -- one field removed, or of another type


def places(tree, path=()):
    """Every path to a member or an element."""
    members = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in members:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(tree, path, value):
    tree = copy.deepcopy(tree)
    *way, last = path
    at = tree
    for key in way:
        at = at[key]
    if value is REMOVED:
        del at[last]
    else:
        at[last] = value
    return tree


def variants(name):
    event = fixture(name)
    return [changed(event, path, value) for path in places(event) for value in (REMOVED, *ODD)]


def says_root(event):
    """An event, by its envelope or its record, whose userIdentity says Root."""
    record = event.get("detail", event)
    identity = record.get("userIdentity") if isinstance(record, dict) else None
    return isinstance(identity, dict) and identity.get("type") == "Root"


ROOT_USER = [
    "root_access_key_used", "root_access_key_write", "root_bare_record", "root_china", "root_console_aws_internal",
    "root_console_login_mfa", "root_console_login_no_mfa", "root_create_access_key", "root_email_changed", "root_govcloud",
    "root_odd_types", "root_read", "root_replayed", "root_write", "stop_logging", "create_user", "deactivate_mfa", "run_instances",
]  # fmt: skip


@pytest.mark.parametrize("name", ROOT_USER)
def test_no_single_field_hides_root(judge, name):
    events = [event for event in variants(name) if says_root(event)]
    assert len(events) > 100
    for start in range(0, len(events), CHUNK):
        for event, result in judged(judge, events[start : start + CHUNK]):
            assert result and result["verdict"] in ("anomaly", "routine"), json.dumps(event)


def test_no_single_field_is_too_much(tmp_path):
    """For every fixture; read by scan, which answers each line by itself."""
    events = [event for name in NAMES for event in variants(name)]
    assert len(events) > 10000
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, events)))
    done = run("scan", "--format", "json", tmp_path / "all.jsonl", timeout=60)
    assert done.returncode in (0, 1), done.err
    assert len(done.out.splitlines()) > len(events) / 2
