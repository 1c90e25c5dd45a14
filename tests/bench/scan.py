#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast and how large is `rootwatch scan`? Makes two logs, one large file and many small ones, and reads both with every
binary named, in turn, ROUNDS times; tells the median, and each against the first.

    tests/bench/scan.py [BINARY...]      (build/rootwatch)"""
import copy
import gzip
import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"
ROUNDS = 5
ONE_FILE_EVENTS, FILES, EVENTS_A_FILE = 60000, 40, 3000


def record(name):
    event = json.loads((FIXTURES / f"{name}.json").read_text())
    return event.get("detail", event)


def events(count, rng):
    """Nearly all by somebody else, some 2.2 KB each, in no order."""
    others, roots = [record("iam_user_call"), record("service_for_root_read")], [record("root_read"), record("root_write")]
    for _ in range(count):
        event = copy.deepcopy(rng.choice(roots) if rng.random() < 0.005 else rng.choice(others))
        when = time.gmtime(1790000000 + rng.randrange(20 * 24 * 60 * 60))
        event["eventTime"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", when)
        event["eventID"] = str(uuid.UUID(int=rng.getrandbits(128)))
        event["responseElements"] = {"items": [{f"field{i}": "x" * rng.randrange(20) for i in range(8)} for _ in range(6)]}
        yield json.dumps(event, separators=(",", ":"))


def make_logs(directory):
    rng = random.Random(1)
    one, many = directory / "one.jsonl", directory / "many"
    one.write_text("\n".join(events(ONE_FILE_EVENTS, rng)))
    many.mkdir()
    for hour in range(FILES):
        name = f"111122223333_CloudTrail_us-east-1_202609{21 + hour // 24}T{hour % 24:02}00Z_Q.json.gz"
        (many / name).write_bytes(gzip.compress(f'{{"Records":[{",".join(events(EVENTS_A_FILE, rng))}]}}'.encode()))
    return {"one file": one, "many .gz": many}


def measure(binary, path):
    """Seconds of processor time, and MB at most."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(binary, [binary, "scan", "--format", "json", str(path)])
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main(*binaries):
    binaries = binaries or ("build/rootwatch",)
    with tempfile.TemporaryDirectory() as directory:
        for log, path in make_logs(Path(directory)).items():
            size = path.stat().st_size / 2**20 if path.is_file() else 0
            print(log, f"({size:.0f} MiB)" if size else "")
            rounds = [[measure(binary, path) for binary in binaries] for _ in range(ROUNDS)]
            first = None
            for binary, results in zip(binaries, zip(*rounds)):
                seconds, megabytes = (statistics.median(column) for column in zip(*results))
                first = first or (seconds, megabytes)
                ratio = f"{seconds / first[0]:.2f} of the time, {megabytes / first[1]:.2f} of the memory"
                print(f"  {binary:40} {seconds:6.2f} s {megabytes:6.0f} MB   {ratio}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
