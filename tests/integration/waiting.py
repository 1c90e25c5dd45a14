# SPDX-License-Identifier: Apache-2.0
"""Waiting for conditions, never for time: every wait is bounded, and longer under a sanitized binary."""
import os
import time

BINARY = os.environ.get("ROOTWATCH_BIN", "build/rootwatch")


def _sanitized():
    try:
        with open(BINARY, "rb") as program:
            code = program.read()
    except OSError:
        return False
    return b"__asan_init" in code or b"__tsan_init" in code


# What a time-out is multiplied by. A second run of this suite may share the machine.
SCALE = 4 if _sanitized() else 2


def eventually(condition, timeout=5, what=None):
    """The first true value that condition() gives; an AssertionError when none came within timeout (scaled) seconds."""
    deadline = time.monotonic() + timeout * SCALE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(
                f"waited {timeout * SCALE} s in vain for {what or getattr(condition, '__name__', condition)}"
            )
        time.sleep(0.01)


def stays(condition, seconds):
    """condition() holds all through these seconds: for "nothing more is sent"."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition()
        time.sleep(0.02)
