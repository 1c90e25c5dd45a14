# SPDX-License-Identifier: Apache-2.0
"""`scan` and `explain` with what a store knows of an account: `--baseline-from` reads it, `--learn` adds to it."""
import json
import subprocess

import pytest

from events import fresh, now
from service import environment, run
from waiting import BINARY, SCALE, eventually

FINE, BAD, USAGE, ENVIRONMENT = 0, 1, 2, 3
DAY_S = 24 * 60 * 60
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.99"


def act(days_ago, address=HOME, name="root_read", **changes):
    return fresh(name, eventTime=now(days_ago * DAY_S), sourceIPAddress=address, **changes)


def written(path, *events):
    path.write_text("\n".join(map(json.dumps, events)))
    return path


def signals(*arguments):
    """The ids of the signals of each event."""
    done = run("scan", "--format", "json", *arguments)
    assert done.returncode == FINE, done.err
    return [{signal["id"] for signal in json.loads(line)["signals"]} for line in done.out.splitlines()]


@pytest.fixture
def past(tmp_path):
    """Months of root at home, in a file; the store that is to learn them; root elsewhere, today."""
    history = written(tmp_path / "history.jsonl", *(act(days) for days in range(30, 90, 10)))
    today = written(tmp_path / "today.jsonl", act(0, ELSEWHERE))
    return history, f"sqlite:{tmp_path}/rootwatch.db", today


def test_a_scan_without_a_store_knows_nobody(past):
    (found,) = signals(past[2])
    assert "first_seen" in found and "new_network" not in found


def test_what_a_scan_learned_the_next_one_knows(past):
    history, url, today = past
    assert signals("--baseline-from", url, "--learn", history)
    (found,) = signals("--baseline-from", url, today)
    assert "new_network" in found and "first_seen" not in found
    # To ask teaches nothing: it is as new the second time.
    assert signals("--baseline-from", url, today) == [found]


def test_learning_again_adds_and_loses_nothing(past, tmp_path):
    history, url, today = past
    signals("--baseline-from", url, "--learn", history)
    signals("--baseline-from", url, "--learn", history)
    signals("--baseline-from", url, "--learn", written(tmp_path / "more.jsonl", *(act(d, ELSEWHERE) for d in (20, 21))))
    (found,) = signals("--baseline-from", url, today)
    assert "new_network" not in found
    (found,) = signals("--baseline-from", url, written(tmp_path / "home.jsonl", act(0)))
    assert "new_network" not in found and "first_seen" not in found


def test_the_configured_store_is_meant_by_its_name(past, tmp_path):
    history, url, today = past
    file = tmp_path / "rootwatch.yaml"
    file.write_text(f'store: {{ url: "{url}", retention: "${{NOT_SET}}" }}\nserver: {{ listen: "${{NOT_SET}}" }}\n')
    signals("-c", file, "--learn", history)
    (found,) = signals("-c", file, "--baseline-from", "store", today)
    assert "new_network" in found
    (found,) = signals("-c", file, today)
    assert "first_seen" in found, "nothing is asked of a store that was not named"
    assert run("scan", "--baseline-from", "store", today).returncode == ENVIRONMENT, "the default one is not there"


def test_explain_says_what_the_store_knows(past):
    history, url, today = past
    signals("--baseline-from", url, "--learn", history)
    explained = run("explain", "--baseline-from", url, today)
    assert explained.returncode == FINE and "new_network" in explained.out
    assert "new_network" not in run("explain", today).out


def test_a_running_service_may_be_asked_but_not_taught(serve, past, tmp_path):
    history, _, today = past
    service = serve()
    url = f"sqlite:{service.directory}/rootwatch.db"
    done = run("scan", "--baseline-from", url, "--learn", history)
    assert done.returncode == ENVIRONMENT and not done.out
    assert "--learn" in done.err and "another rootwatch is serving from it" in done.err
    assert "first_seen" in signals("--baseline-from", url, today)[0]
    for days in (30, 40):
        assert service.post(act(days)).result["verdict"] == "anomaly"
    assert "new_network" in signals("--baseline-from", url, today)[0], "what it has committed is there to read"

    service.stop()
    other = written(tmp_path / "other.jsonl", *(act(days, ELSEWHERE) for days in (20, 30)))
    signals("--baseline-from", url, "--learn", other)
    service.start()
    eventually(lambda: service.get("/readyz").status == 200)
    found = {signal["id"] for signal in service.post(act(0, ELSEWHERE)).result["signals"]}
    assert "first_seen" not in found and "new_network" not in found, "the service begins with what the scan learned"


@pytest.mark.parametrize("what", ["none", "text", "directory", "url"])
def test_a_store_that_is_none_is_the_environment(tmp_path, what):
    path = tmp_path / "store"
    if what == "text":
        path.write_text("no database at all, but long enough to be looked at as one" * 20)
    if what == "directory":
        path.mkdir()
    url = "elsewhere" if what == "url" else f"sqlite:{path}"
    file = written(tmp_path / "event.json", act(0))
    for command in ("scan", "explain"):
        done = run(command, "--baseline-from", url, file)
        assert done.returncode == ENVIRONMENT and "--baseline-from: open store" in done.err and not done.out
    assert path.exists() == (what in ("text", "directory")), "to ask creates nothing"


def test_nothing_is_kept_of_a_scan_that_failed(past):
    """A full device ends it: what it had learned until then is not the whole of it."""
    history, url, today = past
    command = [BINARY, "scan", "--format", "json", "--baseline-from", url, "--learn", history]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, env=environment(), stdout=full, stderr=subprocess.PIPE, timeout=20 * SCALE)
    assert done.returncode == ENVIRONMENT
    assert "first_seen" in signals("--baseline-from", url, today)[0]


def test_wrong_usage():
    for arguments in (("scan", "--baseline-from"), ("explain", "--baseline-from"), ("explain", "--learn")):
        assert run(*arguments).returncode == USAGE
