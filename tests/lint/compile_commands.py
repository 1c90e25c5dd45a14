#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""compile_commands.py FLAGS FILE...: the compilation database of these files, for editors and analysers."""
import json
import os
import shlex
import sys

flags = shlex.split(sys.argv[1])
entries = [
    {
        "directory": os.getcwd(),
        "file": path,
        "arguments": ["cc", *flags, "-Iinclude", *([] if path.startswith("src/notifiers/") else ["-Isrc"]), "-c", path],
    }
    for path in sys.argv[2:]
]
json.dump(entries, sys.stdout, indent=1)
print()
