#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Would a test notice? Takes the rows of the signal table out, one at a time, and runs the unit tests of signals against each.

    signals.py FLAGS LIBS [ID...]       of all rows, or those named; exits 1 when one could go and no test fails

`make mutants` calls it, with the library built."""
import re
import shlex
import subprocess
import sys
from pathlib import Path

TABLE = Path("src/signals.c")
LIBRARY = "build/librootwatch.a"
WORK = Path("build/mutation")
TESTS = [*sorted(Path("tests/unit").glob("signal*_test.c"))]
INCLUDE = ["-Iinclude", "-Isrc", "-Itests"]
START = "const struct signal signals[] = {"
# Literals and comments first, so that what is in them is no brace.
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|[{}]', re.S)


def rows(text):
    """(id, start, end) of each row, its comma with it."""
    depth, start, name = 0, 0, None
    for token in TOKEN.finditer(text, text.index(START) + len(START)):
        match token.group()[0]:
            case "{":
                depth += 1
                start, name = (token.start(), None) if depth == 1 else (start, name)
            case "}":
                depth -= 1
                if depth < 0:
                    return
                if depth == 0:
                    yield name, start, token.end() + (text[token.end()] == ",")
            case '"':
                name = name or token.group()[1:-1]


def run(*command):
    return subprocess.run([*map(str, command)], capture_output=True, text=True)


def build(*command):
    done = run(*command)
    if done.returncode:
        sys.exit(done.stderr)


def failing(table, flags, libs, objects):
    """The first test program that fails with this table; None: all pass."""
    (WORK / "signals.c").write_text(table)
    build("gcc", *flags, *INCLUDE, "-c", "-o", WORK / "signals.o", WORK / "signals.c")
    for test in objects:
        build("gcc", *flags, "-pie", "-pthread", "-o", WORK / "test", test, WORK / "signals.o", LIBRARY, "-lcmocka", *libs)
        if run(WORK / "test").returncode:
            return test.stem
    return None


def main(flags, libs, *wanted):
    flags, libs = shlex.split(flags), shlex.split(libs)
    WORK.mkdir(parents=True, exist_ok=True)
    objects = [WORK / f"{test.stem}.o" for test in TESTS]
    for test, target in zip(TESTS, objects):
        build("gcc", *flags, *INCLUDE, "-c", "-o", target, test)
    table = TABLE.read_text()
    broken = failing(table, flags, libs, objects)
    if broken:
        sys.exit(f"{broken} fails as it is")
    survivors = 0
    for name, start, end in rows(table):
        if wanted and name not in wanted:
            continue
        noticed = failing(table[:start] + table[end:], flags, libs, objects)
        survivors += not noticed
        print(f"{name:34} {noticed or 'NO TEST NOTICES'}", flush=True)
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
