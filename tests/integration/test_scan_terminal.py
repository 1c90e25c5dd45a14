# SPDX-License-Identifier: Apache-2.0
"""What `rootwatch scan` shows on a terminal, and nowhere else: colours, and how far it is."""
import json
import os
import pty
import subprocess
import time

from events import FIXTURES, fresh
from service import environment, run
from waiting import BINARY, SCALE

CRITICAL = FIXTURES / "root_console_login_no_mfa.json"
ESCAPE = b"\x1b["


def read_to_end(fd):
    read = b""
    while True:
        try:
            got = os.read(fd, 65536)
        except OSError:  # the last writer is gone
            return read
        if not got:
            return read
        read += got


def on_terminal(*arguments, stream, env=None, stdin=None):
    """What one of the streams brings to a terminal."""
    ours, theirs = pty.openpty()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: theirs}
    command = [BINARY, *map(str, arguments)]
    process = subprocess.Popen(command, env=environment({"TERM": "xterm", **(env or {})}), stdin=stdin, **streams)
    os.close(theirs)
    seen = read_to_end(ours)
    os.close(ours)
    process.communicate(timeout=20 * SCALE)
    assert process.returncode == 0
    return seen


def test_a_terminal_gets_colours():
    seen = on_terminal("scan", CRITICAL, stream="stdout")
    assert ESCAPE + b"1;31mcritical" + ESCAPE + b"0m" in seen


def test_nobody_else_does():
    assert "\x1b" not in run("scan", CRITICAL, env={"TERM": "xterm"}).out
    assert ESCAPE not in on_terminal("scan", "--format", "json", CRITICAL, stream="stdout")
    assert ESCAPE not in on_terminal("scan", CRITICAL, stream="stdout", env={"NO_COLOR": "1"})
    assert ESCAPE not in on_terminal("scan", CRITICAL, stream="stdout", env={"TERM": "dumb"})
    assert ESCAPE in on_terminal("scan", CRITICAL, stream="stdout", env={"NO_COLOR": ""}), "no-color.org: not empty"


def test_a_short_scan_needs_no_progress():
    assert b"file 1 of 1" not in on_terminal("scan", CRITICAL, stream="stderr")


def test_a_long_scan_says_how_far_it_is(tmp_path):
    """Long, because its second file is a pipe that nobody writes to for a second: it is time itself that must pass."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", f'sleep 1; cat "{FIXTURES}/root_write.json" >"{pipe}"'])
    try:
        seen = on_terminal("scan", CRITICAL, pipe, CRITICAL, stream="stderr")
    finally:
        writer.wait()
    assert b"file 3 of 3, 2 events" in seen
    assert seen.rstrip().splitlines()[-1].startswith(b"accounts"), "the line is gone when the summary comes"
    assert b"\r" + ESCAPE + b"K3 events in 3 files" in seen


def test_progress_is_for_terminals_alone(tmp_path):
    events = [fresh("iam_user_call") for _ in range(2000)]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, events)))
    started = time.monotonic()
    done = run("scan", *[tmp_path / "many.jsonl"] * 20)
    assert done.returncode == 0 and "\x1b" not in done.err and " of 20" not in done.err, time.monotonic() - started
