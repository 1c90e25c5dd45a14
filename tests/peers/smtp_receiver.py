# SPDX-License-Identifier: Apache-2.0
"""A mail server on aiosmtpd: STARTTLS and AUTH required unless said otherwise, every reply scriptable.

A script has one dict per connection, from what is asked to what is answered instead of yes:

    {"greeting": "421 busy", "auth": "454 throttled", "mail": "550 no", "data": "451 later", "message": "554 spam",
     "quit": "silence", "rcpt": {"a@example.com": "550 no such user"}}

where "drop" for an answer closes the connection and "silence" says nothing until the client gives up.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import threading
from dataclasses import dataclass
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult

from .ca import CA
from .script import Record, Scripted, serve

# aiosmtpd reports every client that goes away, and its own use of what it calls deprecated.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

DROP = "drop"
SILENCE = "silence"


@dataclass
class Received:
    """One message the server took responsibility for."""

    mail_from: str
    rcpt_tos: list
    data: bytes
    tls: bool
    user: str  # "" without a login

    def parse(self) -> EmailMessage:
        return email.message_from_bytes(self.data, policy=email.policy.default)

    def summary(self):
        return {
            "mail_from": self.mail_from,
            "rcpt_tos": self.rcpt_tos,
            "data": self.data.decode(errors="replace"),
            "tls": self.tls,
            "user": self.user,
        }


class SmtpReceiver(Scripted):
    """`certificate` None: no TLS at all; `implicit_tls`: smtps. `users` {} or None: no login offered or needed.

    `refused` {address: reply} holds for every connection. `received` has the messages, `logins` every try as
    (user, good, over TLS).
    """

    def __init__(self, certificate=None, implicit_tls=False, users=None, answers=(), refused=None, port=0):
        super().__init__(answers)
        self.certificate = certificate
        self.context = certificate.server_context() if certificate else None
        self.implicit_tls = implicit_tls
        self.users = users or {}
        self.refused = dict(refused or {})
        self.received = Record()
        self.logins = []
        self.connections = 0
        self.host = "127.0.0.1"
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(self._listen(port))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def _listen(self, port):
        context = self.context if self.implicit_tls else None
        return await asyncio.get_running_loop().create_server(self._session, self.host, port, ssl=context)

    def _session(self):
        self.connections += 1
        return _Session(self, self.next_answer() or {})

    @staticmethod
    def read_answers(values):
        return values

    @property
    def messages(self):
        return self.received.items()

    def wait(self, count=1, timeout_s=10.0):
        return self.received.wait(count, timeout_s)

    @property
    def url(self):
        """By name over TLS, so that the certificate's name is checked."""
        host = "localhost" if self.certificate else self.host
        return f"{'smtps' if self.implicit_tls else 'smtp'}://{host}:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self):
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Session(SMTP):
    """One connection."""

    def __init__(self, peer, plan):
        self.peer = peer
        self.plan = plan
        self.greeted = False
        starttls = peer.context is not None and not peer.implicit_tls
        hooks = _Hooks()
        super().__init__(
            hooks,
            hostname="mail.example.com",
            tls_context=peer.context if starttls else None,
            require_starttls=starttls,
            auth_required=bool(peer.users),
            auth_require_tls=starttls,
            auth_exclude_mechanism=() if peer.users else ("LOGIN", "PLAIN"),
            authenticator=hooks.authenticate,
            loop=peer._loop,
        )

    @property
    def tls(self):
        return self.peer.implicit_tls or self._tls_protocol is not None

    async def push(self, status):
        if not self.greeted:
            self.greeted = True
            if await self.play(self.plan.get("greeting")):
                return
        await super().push(status)

    async def play(self, reply):
        """True when `reply` was the answer."""
        if reply is None:
            return False
        if reply == DROP:
            self.transport.abort()
        elif reply == SILENCE:
            await asyncio.Event().wait()
        else:
            await super().push(reply)
        return True

    async def smtp_EHLO(self, hostname):
        if not await self.play(self.plan.get("ehlo")):
            await super().smtp_EHLO(hostname)

    async def smtp_QUIT(self, arg):
        if not await self.play(self.plan.get("quit")):
            await super().smtp_QUIT(arg)

    async def smtp_AUTH(self, arg):
        reply = self.plan.get("auth")
        if reply not in (DROP, SILENCE) or not await self.play(reply):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        if not await self.play(self.plan.get("mail")):
            await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg):
        if not await self.play(self.plan.get("data")):
            await super().smtp_DATA(arg)


class _Hooks:
    """aiosmtpd's questions about a session. Apart from it: the session has methods of the same names."""

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        # aiosmtpd announces AUTH even where it knows no mechanism.
        return responses if server.peer.users else [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = {**server.peer.refused, **server.plan.get("rcpt", {})}.get(address)
        if reply in (DROP, SILENCE):
            await server.play(reply)
        if reply is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = server.plan.get("message")
        if reply in (DROP, SILENCE):
            await server.play(reply)
        if reply is not None and not reply.startswith("2"):
            return reply
        user = session.auth_data.login.decode() if session.authenticated else ""
        server.peer.received.add(Received(envelope.mail_from, envelope.rcpt_tos, envelope.content, server.tls, user))
        return reply or "250 OK queued"

    def authenticate(self, server, session, envelope, mechanism, login):
        user, password = login.login.decode(), login.password.decode()
        reply = server.plan.get("auth")
        good = reply is None and server.peer.users.get(user) == password
        server.peer.logins.append((user, good, server.tls))
        # handled=False: aiosmtpd sends the reply; with True the client would wait for ever.
        return AuthResult(success=good, handled=False, message=reply, auth_data=login)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", metavar="DIRECTORY", help="offer and require TLS; puts ca.crt into DIRECTORY")
    parser.add_argument("--implicit-tls", action="store_true", help="smtps instead of STARTTLS")
    parser.add_argument("--user", metavar="NAME:PASSWORD", help="require this login")
    parser.add_argument("--answers", type=json.loads, default=[], help="JSON: a list of scripts, one per connection")
    options = parser.parse_args()
    users = dict([options.user.split(":", 1)]) if options.user else None
    certificate = CA(options.tls).issue() if options.tls else None
    peer = SmtpReceiver(certificate, options.implicit_tls, users, options.answers, port=options.port)
    serve(peer, peer.received, lambda peer: {"port": peer.port, "url": peer.url})


if __name__ == "__main__":
    main()
