# SPDX-License-Identifier: Apache-2.0
"""What every peer has: a script of answers, a record of what came, and a command line."""

import json
import queue
import sys
import threading
import time
from collections import deque


class Scripted:
    """Answers to give before the usual one, first in, first out. Any thread."""

    def __init__(self, answers=()):
        self._answers = deque(answers)
        self._lock = threading.Lock()

    def script(self, *answers):
        """Adds answers to what is still to be played."""
        with self._lock:
            self._answers.extend(answers)

    def next_answer(self):
        """The next scripted answer, or None: answer as usual."""
        with self._lock:
            return self._answers.popleft() if self._answers else None


class Record:
    """What a peer received, in order. Any thread."""

    def __init__(self):
        self._items = []
        self._changed = threading.Condition()
        self.on_item = None  # called with each item, for the command line

    def add(self, item):
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()
        if self.on_item:
            self.on_item(item)

    def items(self):
        with self._changed:
            return list(self._items)

    def clear(self):
        with self._changed:
            self._items.clear()

    def wait(self, count=1, timeout_s=10.0):
        """The items, once there are at least `count`; AssertionError when there are not in time."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while len(self._items) < count:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{len(self._items)} of {count} items within {timeout_s} s: {self._items}")
                self._changed.wait(left)
            return list(self._items)


def serve(peer, record, describe):
    """Runs `peer` as a script, until standard input ends.

    Prints one JSON object per line: first where the peer listens, then each thing it receives. Every line of
    standard input is a JSON list of answers to add to its script, acknowledged with {"scripted": N}.
    """
    # Through a queue: a peer that waits for its reader would hold up the client that its reader is waiting for.
    statements = queue.SimpleQueue()
    say = statements.put

    def speak():
        while True:
            print(json.dumps(statements.get(), default=str), flush=True)

    record.on_item = lambda item: say({"received": item.summary()})
    threading.Thread(target=speak, daemon=True).start()
    with peer:
        say(describe(peer))
        for line in sys.stdin:
            answers = peer.read_answers(json.loads(line))
            peer.script(*answers)
            say({"scripted": len(answers)})
