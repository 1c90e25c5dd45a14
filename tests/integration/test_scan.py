# SPDX-License-Identifier: Apache-2.0
"""`rootwatch scan` and `explain` over files as people really have them: ordered, doubled, broken, hostile."""
import gzip
import json
import os
import subprocess
import zlib

import pytest

from events import FIXTURES, event_id, fixture, fresh
from service import environment, run
from waiting import BINARY, SCALE

FINE, BAD, USAGE, ENVIRONMENT = 0, 1, 2, 3
MIB = 1024 * 1024


def scanned(*arguments, **options):
    done = run("scan", "--format", "json", *arguments, **options)
    return done, [json.loads(line) for line in done.out.splitlines()]


def ids(results):
    return [result["event_id"] for result in results]


def log_file(directory, stamp, *events):
    """A file as CloudTrail writes them, in its order of names."""
    path = directory / f"111122223333_CloudTrail_us-east-1_{stamp}_Qf1.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"Records": [event["detail"] for event in events]}).encode()))
    return path


# -- order and duplicates


def test_files_come_in_the_order_of_the_times_in_their_names(tmp_path):
    events = [fresh("root_write") for _ in range(4)]
    (tmp_path / "z").mkdir()
    log_file(tmp_path, "20261124T0400Z", events[3])
    log_file(tmp_path, "20261124T0355Z", events[2])
    log_file(tmp_path / "z", "20261123T2355Z", events[1])
    (tmp_path / "untimed.json").write_text(json.dumps(events[0]))
    assert ids(scanned(tmp_path)[1]) == [event_id(event) for event in events]


def test_the_same_event_twice_is_a_duplicate_wherever_it_stands(tmp_path):
    root, other = (fresh(name, eventTime="2026-11-24T03:55:00Z") for name in ("root_write", "iam_user_call"))
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(root)}\n{json.dumps(other)}\n{json.dumps(root)}\n")
    log_file(tmp_path, "20261124T0400Z", other, root)
    done, results = scanned(tmp_path)
    assert done.returncode == FINE
    assert [result["duplicate"] for result in results] == [False, False, True, True, True]
    assert {result["finding_id"] for result in results} == {None}
    table = run("scan", tmp_path)
    assert table.out.count("\n") == 2, "a head, and the one finding once"
    assert "3 duplicates" in table.err


# -- what is broken


def test_broken_lines_are_named_and_the_rest_is_read(tmp_path):
    good = [fresh("root_write") for _ in range(3)]
    lines = [json.dumps(good[0]), "", '{"detail":', json.dumps(good[1]), "oops", '{"hello": "world"}', json.dumps(good[2])]
    file = tmp_path / "log.jsonl"
    file.write_bytes("\r\n".join(lines).encode())
    done, results = scanned(file)
    assert done.returncode == BAD
    assert sorted(ids(results)) == sorted(map(event_id, good))
    assert [line.split(": ")[0] for line in done.err.splitlines()] == [f"{file}:{number}" for number in (3, 5, 6)]


def test_elements_that_are_no_events_do_not_stop_the_others():
    events = [fresh("root_write"), {"hello": "world"}, 7, fresh("root_read")]
    done, results = scanned("-", stdin=json.dumps(events).encode())
    assert done.returncode == BAD and len(results) == 2
    assert "standard input:1: element 2" in done.err and "element 3" in done.err


def test_a_file_that_is_no_json_at_all_is_one_complaint(tmp_path):
    (tmp_path / "page.json").write_text("<html>\n" * 500)
    done, results = scanned(tmp_path)
    assert done.returncode == BAD and not results and len(done.err.splitlines()) == 2


PACKED = gzip.compress(json.dumps([fixture("root_write")] * 20).encode())


@pytest.mark.parametrize(
    "content, word",
    [
        (PACKED[: len(PACKED) // 2], "truncated"),
        (PACKED[:-4], "truncated"),
        (b"", "truncated"),
        (PACKED[:-8] + bytes(8), "damaged"),
        (PACKED + b"more", "damaged"),
    ],
    ids=["half", "almost", "nothing", "checksum", "tail"],
)
def test_damaged_gzip_says_so_and_the_rest_is_read(tmp_path, content, word):
    (tmp_path / "a.json.gz").write_bytes(content)
    (tmp_path / "b.json").write_text(json.dumps(fresh("root_write")))
    done, results = scanned(tmp_path)
    assert done.returncode == BAD and len(results) == 1
    assert "a.json.gz" in done.err and word in done.err


def test_gzip_of_several_members_is_read_to_the_end(tmp_path):
    """As `cat *.json.gz` makes it: documents one behind the other, without a line break between them."""
    events = [fresh("root_write") for _ in range(3)]
    members = [gzip.compress(json.dumps({"Records": [event["detail"]]}).encode()) for event in events]
    (tmp_path / "all.gz").write_bytes(b"".join(members))
    assert sorted(ids(scanned(tmp_path / "all.gz")[1])) == sorted(map(event_id, events))


def test_a_decompression_bomb_is_refused(tmp_path):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * MIB
    (tmp_path / "bomb.json.gz").write_bytes(b"".join(packer.compress(blanks) for _ in range(260)) + packer.flush())
    done, results = scanned(tmp_path / "bomb.json.gz", FIXTURES / "root_write.json")
    assert done.returncode == BAD and len(results) == 1
    assert "bomb.json.gz" in done.err and "256 MiB" in done.err


def test_what_cannot_be_opened_is_the_environment(tmp_path):
    for missing in (tmp_path / "none.json", FIXTURES / "root_write.json" / "below"):
        done, results = scanned(missing, FIXTURES / "root_write.json")
        assert done.returncode == ENVIRONMENT and str(missing) in done.err and len(results) == 1


def test_digest_files_beside_the_logs_are_no_trouble(tmp_path):
    digest = tmp_path / "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20261124T035500Z.json.gz"
    digest.write_bytes(gzip.compress(b'{"awsAccountId": "111122223333", "logFiles": []}'))
    log_file(tmp_path, "20261124T0400Z", fresh("root_write"))
    done = run("scan", tmp_path)
    assert done.returncode == FINE and "digest" in done.err

    # What a digest's name hides is found all the same.
    digest.write_bytes(gzip.compress(json.dumps(fresh("root_write")).encode()))
    assert len(scanned(tmp_path)[1]) == 2


def test_directories_are_searched_without_loops_and_without_waiting(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "loop").symlink_to("..")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "deep" / "a.json").write_text(json.dumps(fresh("root_write")))
    (tmp_path / "deep" / "notes.txt").write_text("none")
    done, results = scanned(tmp_path)
    assert done.returncode == FINE and len(results) == 1 and not done.err


# -- what is shown, and the exit status


def test_the_table_shows_findings_and_the_summary_counts_the_rest():
    files = [FIXTURES / f"{name}.json" for name in ("root_console_login_no_mfa", "iam_user_call", "service_for_root")]
    done = run("scan", *files)
    head, row = done.out.splitlines()
    assert head.split() == ["TIME", "SEVERITY", "VERDICT", "ACCOUNT", "WHAT"]
    for word in ("2026-11-23 03:44:51", "critical", "anomaly", "111122223333", "without MFA", "198.51.100.23"):
        assert word in row
    assert "3 events in 3 files" in done.err and "1 anomaly" in done.err and "worst severity: critical" in done.err
    shown = run("scan", "--only", "not_root,service", *files).out
    assert "not_root" in shown and "service" in shown and "critical" not in shown


def test_accounts_have_their_names_in_the_table(tmp_path):
    file = tmp_path / "rootwatch.yaml"
    file.write_text('accounts: { "111122223333": prod }\n')
    assert "prod (111122223333)" in run("scan", "-c", file, FIXTURES / "root_write.json").out


def test_a_hostile_event_stays_in_its_line(tmp_path):
    event = fresh("root_write", sourceIPAddress="\x1b[2J\r\n\u202e7", eventName="Put\x1b]0;x\x07\nObject")
    (tmp_path / "\x1b[31m.json").write_text(json.dumps(event) + "\noops\n")
    for command in (("scan",), ("scan", "--format", "json")):
        done = run(*command, tmp_path)
        assert not {"\x1b", "\x07", "\r"} & set(done.out + done.err)
        assert len(done.out.splitlines()) == (1 if "json" in command else 2)
        assert "\u202e" not in done.out or "json" in command
    explained = run("explain", "-", stdin=json.dumps(event).encode())
    assert explained.returncode == FINE and not {"\x1b", "\x07", "\r", "\u202e"} & set(explained.out)


def test_fail_on_counts_what_is_not_shown_too():
    file = FIXTURES / "root_console_login_no_mfa.json"
    assert run("scan", "--fail-on", "high", "--only", "not_root", file).returncode == BAD
    assert run("scan", "--fail-on", "info", FIXTURES / "iam_user_call.json").returncode == FINE, "no finding"
    assert run("scan", "--fail-on", "critical", "none.json", file).returncode == BAD, "an alarm goes before the rest"


@pytest.mark.parametrize("arguments", [("--only", ""), ("--only", "anomaly,"), ("--format",), ("-c",), ("--loud",)])
def test_wrong_usage(arguments):
    done = run("scan", *arguments)
    assert done.returncode == USAGE and "usage" in done.err and not done.out


def test_options_may_stand_behind_the_files():
    done = run("scan", FIXTURES / "root_write.json", "--format", "json")
    assert done.returncode == FINE and json.loads(done.out)["verdict"] == "anomaly"


def test_nothing_at_all_is_no_events():
    done = run("scan")
    assert done.returncode == FINE and not done.out and "0 events" in done.err


def test_output_that_nobody_takes_is_the_environment():
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    for arguments in (("scan", "--format", "json"), ("scan",), ("explain",)):
        with open("/dev/full", "wb") as full:
            command = [BINARY, *arguments, FIXTURES / "root_write.json"]
            done = subprocess.run(command, env=environment(), stdout=full, stderr=subprocess.PIPE, timeout=20 * SCALE)
        assert done.returncode == ENVIRONMENT and b"standard output: No space left" in done.stderr


def test_a_wrong_configuration_is_bad(tmp_path):
    file = tmp_path / "rootwatch.yaml"
    file.write_text("policy: { rutine: [] }\n")
    for command in ("scan", "explain"):
        done = run(command, "-c", file, FIXTURES / "root_write.json")
        assert done.returncode == BAD and f"{file}:1:" in done.err and not done.out


# -- explain


def test_explain_names_the_rule_that_held_and_those_that_did_not(tmp_path):
    file = tmp_path / "rootwatch.yaml"
    file.write_text(
        'accounts: { "111122223333": prod }\n'
        "policy: { routine: [{ name: elsewhere, regions: [eu-west-1] },"
        " { name: provisioning, events: [iam:CreateUser] }] }\n"
    )
    done = run("explain", "-c", file, FIXTURES / "create_user.json")
    assert done.returncode == FINE and not done.err
    for word in ("prod (111122223333)", "elsewhere", "regions", "provisioning", "holds", "routine", "iam:CreateUser"):
        assert word in done.out


def test_explain_says_what_to_do_next():
    out = run("explain", FIXTURES / "root_console_login_no_mfa.json").out
    assert "next     1. " in out and " 2. " in out


def test_explain_takes_several_events_and_compressed_ones(tmp_path):
    file = tmp_path / "two.json.gz"
    file.write_bytes(gzip.compress(json.dumps([fixture("root_write"), fixture("iam_user_call")]).encode()))
    done = run("explain", file)
    assert done.returncode == FINE and "anomaly" in done.out and "not_root" in done.out


@pytest.mark.parametrize("content", [b"", b"[]", b"oops", b'{"detail":', b"7", PACKED[:-4]])
def test_explain_of_nothing_explains_nothing(content):
    done = run("explain", "-", stdin=content)
    assert done.returncode == BAD and done.err and not done.out


def test_explain_of_a_missing_file_is_the_environment(tmp_path):
    done = run("explain", tmp_path / "none.json")
    assert done.returncode == ENVIRONMENT and "none.json" in done.err
    assert run("explain", "a.json", "b.json").returncode == USAGE


def test_explain_tells_who_acted_step_by_step_and_what_was_usual(tmp_path):
    file = tmp_path / "two.jsonl"
    events = [fresh("create_user", eventTime="2026-01-01T10:00:00Z"), fresh("create_user", eventTime="2026-03-01T10:00:00Z")]
    file.write_text("\n".join(map(json.dumps, events)))
    first, second = run("explain", file).out.split("\n\n\n")
    steps = [line.strip() for line in first.partition("identity ")[2].partition("actor ")[0].splitlines()]
    assert [step.split(" is ")[0] for step in steps] == [
        "userIdentity.type", "sessionContext.assumedRoot", "eventType", "invokedBy",
    ]  # fmt: skip
    assert "usual    nothing is known of root of this account before" in first
    assert "usual    root of this account is known since 2026-01-01 10:00:00 UTC" in second
    assert 'network "203.0.113.0/24": known since 2026-01-01 10:00:00 UTC' in second


@pytest.mark.parametrize("more", [{}, {"NextToken": "t"}])
def test_what_lookup_events_prints_is_read(tmp_path, more):
    """aws cloudtrail lookup-events --output json"""
    events = [fresh("root_write")["detail"] for _ in range(3)]
    page = [{"EventId": event["eventID"], "EventName": event["eventName"], "Username": "root", "Resources": [],
             "CloudTrailEvent": json.dumps(event)} for event in events]  # fmt: skip
    file = tmp_path / "page.json"
    file.write_text(json.dumps({"Events": page, **more}, indent=4))
    done, results = scanned(file)
    assert done.returncode == FINE and sorted(ids(results)) == sorted(event["eventID"] for event in events)
    assert run("explain", file).out.count("anomaly, medium") == 3
