# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share. The binary is $ROOTWATCH_BIN, or build/rootwatch."""
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from peers.ca import CA  # noqa: E402
from service import Service  # noqa: E402
from waiting import BINARY  # noqa: E402


def pytest_configure():
    if not Path(BINARY).is_file():
        pytest.exit(f"{BINARY} is not there: run make first, or set ROOTWATCH_BIN", returncode=2)


@pytest.fixture(scope="session")
def ca(tmp_path_factory):
    return CA(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def certificate(ca):
    """For every server of the tests: localhost and 127.0.0.1."""
    return ca.issue()


@pytest.fixture
def serve(tmp_path, ca, certificate):
    """serve(NOTIFIER..., SECTION={...}, env={...}): a running service. What all must hold is checked at the end."""
    services = []

    def start(*notifiers, env=None, start=True, **sections):
        sections["notifiers"] = list(notifiers)
        service = Service(tmp_path / f"service{len(services)}", ca, certificate, sections, env)
        services.append(service)
        return service.start() if start else service

    yield start
    for service in services:
        service.finish()


@pytest.fixture
def peer():
    """peer(SnsReceiver(...)): the peer, listening until the test ends."""
    with ExitStack() as peers:
        yield peers.enter_context
