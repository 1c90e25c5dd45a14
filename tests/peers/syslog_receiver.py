# SPDX-License-Identifier: Apache-2.0
"""A syslog server over TCP or TLS (RFC 5425, RFC 6587 octet counting) that takes RFC 5424 to the letter."""

import argparse
import re
from dataclasses import dataclass, field

from .script import serve
from .stream_receiver import StreamReceiver, add_options, describe, options_of

MESSAGE_BYTES = 8192  # RFC 5425, 4.3.1: what a receiver should take
BOM = b"\xef\xbb\xbf"

# RFC 5424, 6: the header's fields, each with what it may hold and how much of it.
HEADER = re.compile(
    rb"<(0|[1-9]\d{0,2})>([1-9]\d{0,2}) "
    rb"(-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) "
    rb"([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) "
)
SD_NAME = rb'[!#-<>-\\^-~]{1,32}'  # printable, without = blank ] "
SD_ID = re.compile(rb"\[(" + SD_NAME + rb")")
SD_PARAMETER = re.compile(rb" (" + SD_NAME + rb')="((?:[^"\\\]]|\\["\\\]])*)"', re.S)


class Malformed(Exception):
    pass


@dataclass
class Message:
    facility: int
    severity: int
    time: str
    hostname: str
    application: str
    process: str
    kind: str
    data: dict = field(default_factory=dict)  # of each structured element its parameters
    text: str = ""

    @property
    def finding(self):
        """What a rule takes for the JSON: from the first brace to the end."""
        return self.text[self.text.index("{") :]


class SyslogReceiver(StreamReceiver):
    """`messages` holds what was understood, `problems` why something was not."""

    def __init__(self, **options):
        super().__init__(**options)
        self.messages = []
        self.problems = []

    def take(self, received):
        try:
            self.messages += [parse(frame) for frame in frames(received.data)]
        except (Malformed, UnicodeDecodeError) as problem:
            self.problems.append(f"{problem!r}: {received.data!r}")
        super().take(received)


def frames(data):
    """MSG-LEN SP SYSLOG-MSG, again and again, and nothing else."""
    while data:
        count = re.match(rb"([1-9]\d{0,5}) ", data)
        if not count:
            raise Malformed("no length")
        length = int(count.group(1))
        frame, data = data[count.end() : count.end() + length], data[count.end() + length :]
        if len(frame) != length or length > MESSAGE_BYTES:
            raise Malformed(f"{len(frame)} bytes of {length}")
        yield frame


def parse(frame):
    header = HEADER.match(frame)
    if not header or int(header.group(1)) > 191 or header.group(2) != b"1":
        raise Malformed("no header")
    priority = int(header.group(1))
    message = Message(priority // 8, priority % 8, *(part.decode() for part in header.groups()[2:]))
    message.data, rest = parse_structured_data(frame[header.end() :])
    if rest[:1] not in (b"", b" "):
        raise Malformed("no blank before the message")
    text = rest[1:]
    if text and not text.startswith(BOM):
        raise Malformed("UTF-8 without a BOM")
    message.text = text[len(BOM) :].decode("utf-8", "strict")
    if re.search(r"[\x00-\x1f\x7f]", message.text):
        raise Malformed("a control character")
    return message


def parse_structured_data(data):
    if data.startswith(b"-"):
        return {}, data[1:]
    elements = {}
    while data.startswith(b"["):
        name = SD_ID.match(data)
        if not name or name.group(1) in elements:
            raise Malformed("no structured data")
        if b"@" in name.group(1) and not re.fullmatch(rb"[^@]+@\d+(\.\d+)*", name.group(1)):
            raise Malformed("no enterprise number")
        parameters, data = {}, data[name.end() :]
        while parameter := SD_PARAMETER.match(data):
            value = re.sub(rb'\\(["\\\]])', rb"\1", parameter.group(2))
            parameters[parameter.group(1).decode()] = value.decode("utf-8", "strict")
            data = data[parameter.end() :]
        if not data.startswith(b"]"):
            raise Malformed("an element without an end")
        elements[name.group(1).decode()], data = parameters, data[1:]
    if not elements:
        raise Malformed("no structured data")
    return elements, data


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    peer = SyslogReceiver(**options_of(parser.parse_args()))
    serve(peer, peer.received, describe)


if __name__ == "__main__":
    main()
