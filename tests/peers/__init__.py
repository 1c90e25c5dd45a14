# SPDX-License-Identifier: Apache-2.0
"""The far ends that rootwatch talks to, played by small servers on 127.0.0.1.

Each is a context manager for pytest and a script for anything else:

    with SnsReceiver(region="us-east-1") as sns: ...
    cd tests && /usr/bin/python3 -m peers.sns_receiver --help

Each records what it received and answers from a script of answers first, then as the real one would.
"""
