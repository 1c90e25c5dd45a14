# SPDX-License-Identifier: Apache-2.0
"""Where AWS credentials come from: the container endpoint, IMDSv2 and STS AssumeRoleWithWebIdentity, in one server."""

import argparse
import datetime
import json
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .http_peer import Answer, HttpPeer, add_options, certificate, describe
from .script import serve

CONTAINER_PATH = "/v2/credentials/8c0b3a5e"
IMDS_TOKEN_PATH = "/latest/api/token"
IMDS_ROLE_PATH = "/latest/meta-data/iam/security-credentials/"
IMDS_TTL_MAX_S = 21600


@dataclass
class Grant:
    """Keys to hand out, and for how long they are said to be good."""

    access_key_id: str = "ASIAIOSFODNN7EXAMPLE"
    secret: str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    token: str = "session/token+example=="
    lifetime_s: int = 3600

    def expiration(self):
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.lifetime_s)
        return end.strftime("%Y-%m-%dT%H:%M:%SZ")

    def as_json(self):
        return {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret,
            "Token": self.token,
            "Expiration": self.expiration(),
        }


class CredentialServer(HttpPeer):
    """Hands out `grants` in order; the last one stays.

    `container_token`: the Authorization the container endpoint asks for, None for none.
    `web_identity_token` and `role_arn`: what STS accepts.
    """

    def __init__(
        self,
        grants=None,
        container_token=None,
        role="rootwatch-role",
        web_identity_token="header.payload.signature",
        role_arn="arn:aws:iam::111122223333:role/rootwatch",
        **options,
    ):
        super().__init__(**options)
        self.grants = list(grants or [Grant()])
        self.granted = 0
        self.container_token = container_token
        self.role = role
        self.web_identity_token = web_identity_token
        self.role_arn = role_arn
        self._imds_tokens = set()

    @property
    def container_url(self):
        """For AWS_CONTAINER_CREDENTIALS_FULL_URI."""
        return self.url + CONTAINER_PATH

    def grant(self):
        grant = self.grants[min(self.granted, len(self.grants) - 1)]
        self.granted += 1
        return grant

    def answer(self, request):
        path = request.path.partition("?")[0]
        if path == CONTAINER_PATH:
            return self.container(request)
        if path == IMDS_TOKEN_PATH:
            return self.imds_token(request)
        if path.startswith(IMDS_ROLE_PATH):
            return self.imds_role(request, path[len(IMDS_ROLE_PATH):])
        if path == "/" and request.method == "POST":
            return self.sts(request)
        return Answer(404)

    def container(self, request):
        if request.method != "GET":
            return Answer(405)
        if self.container_token is not None and request.headers.get("Authorization") != self.container_token:
            return json_answer({"code": "AccessDenied", "message": "the token is not right"}, 401)
        return json_answer({"RoleArn": self.role_arn, **self.grant().as_json()})

    def imds_token(self, request):
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
        if request.method != "PUT" or "X-Forwarded-For" in request.headers:
            return Answer(403)
        ttl = request.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        if not ttl.isdigit() or not 1 <= int(ttl) <= IMDS_TTL_MAX_S:
            return Answer(400)
        token = secrets.token_urlsafe(32)
        self._imds_tokens.add(token)
        return Answer(200, token.encode(), {"X-aws-ec2-metadata-token-ttl-seconds": ttl})

    def imds_role(self, request, role):
        if request.headers.get("X-aws-ec2-metadata-token") not in self._imds_tokens:
            return Answer(401)
        if not self.role:
            return Answer(404)
        if role == "":
            return Answer(200, self.role.encode(), {"Content-Type": "text/plain"})
        if role != self.role:
            return Answer(404)
        return json_answer({"Code": "Success", "Type": "AWS-HMAC", **self.grant().as_json()})

    def sts(self, request):
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if (form.get("Action"), form.get("Version")) != ("AssumeRoleWithWebIdentity", "2011-06-15"):
            return sts_error("InvalidAction", "Could not find operation")
        if form.get("RoleArn") != self.role_arn or not form.get("RoleSessionName"):
            return sts_error("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403)
        if form.get("WebIdentityToken") != self.web_identity_token:
            return sts_error("InvalidIdentityToken", "The ID Token provided is not a valid JWT.")
        return self.assumed(form)

    def assumed(self, form):
        grant = self.grant()
        name = escape(form["RoleSessionName"])
        body = f"""<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:soc:rootwatch</SubjectFromWebIdentityToken>
    <AssumedRoleUser>
      <Arn>{escape(self.role_arn.replace(":iam:", ":sts:"))}/{name}</Arn>
      <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:{name}</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>
      <SessionToken>{escape(grant.token)}</SessionToken>
      <SecretAccessKey>{escape(grant.secret)}</SecretAccessKey>
      <Expiration>{grant.expiration()}</Expiration>
      <AccessKeyId>{escape(grant.access_key_id)}</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>"""
        return Answer(200, body.encode(), {"Content-Type": "text/xml"})


def json_answer(value, status=200):
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def sts_error(code, message, status=400):
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error></ErrorResponse>"
    )
    return Answer(status, body.encode(), {"Content-Type": "text/xml"})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--container-token")
    parser.add_argument("--lifetime", type=int, default=3600, help="seconds until the keys expire")
    options = parser.parse_args()
    grants = [Grant(lifetime_s=options.lifetime)]
    peer = CredentialServer(
        grants,
        options.container_token,
        answers=options.answers,
        certificate=certificate(options),
        port=options.port,
    )
    serve(peer, peer.received, lambda peer: {**describe(peer), "container_url": peer.container_url})


if __name__ == "__main__":
    main()
