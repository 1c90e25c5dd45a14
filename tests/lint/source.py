#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks of the source text that no compiler makes: layering, banned calls, sizes.

    source.py layering|banned|sizes      prints what is wrong, exits 1 if anything is
"""
import re
import statistics
import sys
from pathlib import Path

# Third-party headers and where they may be included. A header of nobody's list is a system header.
HOMES = {
    r"microhttpd\.h|gnutls/": ["src/server/"],
    r"sqlite3\.h": ["src/store/"],
    r"libpq-fe\.h": ["src/store/"],
    r"curl/": ["src/net/"],
    r"yaml\.h": ["src/config/"],
    r"zlib\.h": ["src/commands/"],
    r"openssl/": ["src/base/crypto.c", "src/server/", "src/net/"],
    r"cjson/": ["src/base/json", "src/event", "src/finding", "src/api", "src/net/", "src/store/", "src/notifiers/"],
}

# What a part may include of ours (by the text between the quotes). The first row that fits a file decides.
LAYERS = [
    ("include/rootwatch/", r"rootwatch/"),
    ("src/notifiers/", r"rootwatch/|[a-z_]+\.h$"),  # the latter: beside it
    ("src/base/", r"rootwatch/|base/"),
    # Pure: no log, no I/O of any kind; of the clock only how a time is written.
    ("src/signal_past.c", r"rootwatch/|base/(clock|excerpt)|signal"),
    ("src/baseline", r"rootwatch/|base/(json|parse)|event|baseline"),
    ("src/expectation", r"rootwatch/|base/(clock|excerpt|json|parse)|event|expectation|policy"),
    ("src/detector", r"rootwatch/|base/(excerpt|json|parse|zone)|baseline|event|expectation|detector|signal|policy|calls"),
    ("src/signal", r"rootwatch/|base/(excerpt|json|parse|zone)|baseline|event|detector|signal|policy|calls"),
    ("src/policy", r"rootwatch/|base/(excerpt|json|parse|zone)|event|policy"),
    ("src/event", r"rootwatch/|base/(?!log)|event"),
    ("src/finding", r"rootwatch/|base/(?!log)|event|detector|signals|policy|finding"),
    ("src/store/", r"rootwatch/|base/(?!log)|store/|expectation|finding"),
    ("src/net/", r"rootwatch/|base/(?!log)|net/|config/config\.h"),
    ("src/config/", r"rootwatch/|base/(?!log)|config/|auth|notifier|policy|signals|event|net/"),
]

# Only the top speaks: everything below hands errors up.
LOGGERS = ("src/base/log", "src/main.c", "src/command", "src/service", "src/server/", "src/dispatcher", "src/worker", "src/api", "src/outbox")

BANNED = {
    r"strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|gets": "unbounded, or bounded by the wrong thing: struct strbuf, snprintf, memcpy",
    r"strtok|gmtime|localtime|ctime|asctime|rand|srand|random": "keeps hidden state: not safe in threads",
    r"atoi|atol|atoll|atof": "accepts anything: base/parse.h",
    r"system|popen": "runs a shell",
    r"alloca": "unbounded stack",
}

# Calls with one home.
ONLY_IN = {
    r"getenv|secure_getenv": ["src/config/"],
    r"time|gettimeofday|clock_gettime": ["src/base/clock.c"],
    r"exit|_exit|quick_exit": ["src/main.c"],
    r"assert": [],
}

FUNCTION_LINES_MAX = 60
FUNCTION_LINES_P90 = 40
FUNCTION_LINES_MEDIAN = 15
FILE_LINES_MAX = 400

TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*directories):
    return sorted(path for directory in directories for path in Path(directory).rglob("*.[ch]"))


def code_of(path):
    """The text with comments and literals blanked: same length in lines."""

    def blank(match):
        text = match.group()
        return "\n" * text.count("\n") if text.startswith("/") else text[0] * 2

    return TOKENS.sub(blank, path.read_text())


def line_of(code, place):
    return code.count("\n", 0, place) + 1


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def within(path, places):
    return any(str(path).startswith(place) for place in places)


def layering():
    for path in files("src", "include"):
        layer = next((allowed for place, allowed in LAYERS if within(path, [place])), None)
        for number, ours, header in includes(path):
            for pattern, homes in HOMES.items():
                if re.match(pattern, header) and not within(path, homes):
                    yield f"{path}:{number}: <{header}> belongs in {', '.join(homes)}"
            if ours and layer and not re.match(layer, header):
                yield f'{path}:{number}: "{header}" is not for this layer, which includes {layer}'
            if header == "base/log.h" and not within(path, LOGGERS):
                yield f"{path}:{number}: only the top logs; return the error"


def calls(code, names):
    # Not a member, not part of a longer name, not its own declaration in a struct of functions.
    return re.finditer(rf"(?<![\w.>])({names})\s*\(", code)


def banned():
    for path in files("src", "include", "tests"):
        code = code_of(path)
        for names, reason in BANNED.items():
            for match in calls(code, names):
                yield f"{path}:{line_of(code, match.start())}: {match.group(1)}() {reason}"
        if str(path).startswith("tests/"):
            continue
        for names, homes in ONLY_IN.items():
            for match in calls(code, names):
                if not within(path, homes):
                    yield f"{path}:{line_of(code, match.start())}: {match.group(1)}() belongs in {', '.join(homes) or 'tests'}"


def functions(path):
    """(first line, number of lines) of every function: a block at the outermost level that follows a ')'."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group().count("\n"), code_of(path), flags=re.M)
    depth, start = 0, None
    for match in re.finditer(r"[{}]", code):
        if match.group() == "{":
            before = code[: match.start()].rstrip()
            if depth == 0 and before.endswith(")"):
                # The head begins behind whatever came before it; an empty line parts them, too.
                behind = max(before.rfind(end) + len(end) for end in (";", "}", "\n\n"))
                start = line_of(code, len(before) - len(before[behind:].lstrip()))
            depth += 1
        else:
            depth -= 1
            if depth == 0 and start is not None:
                yield start, line_of(code, match.start()) - start + 1
                start = None


def sizes():
    lengths = []
    for path in files("src", "include"):
        lines = path.read_text().count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{path}: {lines} lines; {FILE_LINES_MAX} at most: split it by meaning"
        if not path.read_text().startswith("/* SPDX-License-Identifier: Apache-2.0 */\n"):
            yield f"{path}:1: the first line is the licence: /* SPDX-License-Identifier: Apache-2.0 */"
    for path in files("src", "include", "tests"):
        for number, length in functions(path):
            if not str(path).startswith("tests/"):
                lengths.append(length)
            if length > FUNCTION_LINES_MAX and not str(path).startswith("tests/"):
                yield f"{path}:{number}: a function of {length} lines; {FUNCTION_LINES_MAX} at most"
    median, p90 = statistics.median(lengths), statistics.quantiles(lengths, n=10)[-1]
    if median > FUNCTION_LINES_MEDIAN or p90 > FUNCTION_LINES_P90:
        yield f"functions have {median:.0f} lines in the median, {p90:.0f} at the 90th percentile; {FUNCTION_LINES_MEDIAN} and {FUNCTION_LINES_P90} at most"


def main():
    check = {"layering": layering, "banned": banned, "sizes": sizes}[sys.argv[1]]
    wrong = list(check())
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
