# SPDX-License-Identifier: Apache-2.0
"""SNS Publish, as far as a publisher can tell: the signature is recomputed with botocore's own signer."""

import argparse
import datetime
import json
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .http_peer import Answer, HttpPeer, add_options, certificate, describe
from .script import serve

SKEW_S = 15 * 60  # AWS refuses a signature that is older or younger
MESSAGE_BYTES = 262144  # message and attributes together
SUBJECT_CHARACTERS = 100
FIFO_ID_CHARACTERS = 128
NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"


@dataclass
class Key:
    """One pair of keys the receiver knows. Mark it expired at any time."""

    access_key_id: str = "AKIAIOSFODNN7EXAMPLE"
    secret: str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    token: str = ""
    expired: bool = False


class Refused(Exception):
    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class Published:
    """One accepted Publish."""

    parameters: dict
    access_key_id: str
    message_id: str
    attributes: dict = field(default_factory=dict)

    @property
    def subject(self):
        return self.parameters.get("Subject")

    @property
    def message(self):
        return self.parameters["Message"]

    def per_protocol(self):
        """The texts of MessageStructure=json: {"default": ..., "email": ...}."""
        return json.loads(self.message)

    def summary(self):
        return {"parameters": self.parameters, "attributes": self.attributes}


def error_answer(code, message="scripted", status=400, sender="Sender"):
    """An error as SNS writes it; for scripts: error_answer("Throttling"), error_answer("InternalError", status=500)."""
    body = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{sender}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return Answer(status, body.encode(), {"Content-Type": "text/xml"})


class SnsReceiver(HttpPeer):
    """`topics` None: every topic of `region` exists. `published` holds what was accepted, `requests` everything."""

    def __init__(self, keys=None, region="us-east-1", topics=None, **options):
        super().__init__(**options)
        self.keys = {key.access_key_id: key for key in (keys or [Key()])}
        self.region = region
        self.topics = topics

    @property
    def published(self):
        return self.taken()

    def answer(self, request):
        try:
            key = self.verify(request)
            published = self.publish(request, key)
        except Refused as refusal:
            return error_answer(refusal.code, refusal.message, refusal.status)
        request.taken = published
        body = (
            f'<PublishResponse xmlns="{NAMESPACE}"><PublishResult><MessageId>{published.message_id}</MessageId>'
            f"</PublishResult><ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
            "</PublishResponse>"
        )
        return Answer(200, body.encode(), {"Content-Type": "text/xml"})

    def verify(self, request) -> Key:
        """The key that signed `request`; Refused as AWS would."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        if scheme != "AWS4-HMAC-SHA256":
            raise Refused("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        access_key_id, date, region, service, end = parts["Credential"].split("/")
        key = self.keys.get(access_key_id)
        token = request.headers.get("X-Amz-Security-Token", "")
        if key is None or token != key.token:
            raise Refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
        if (region, service, end) != (self.region, "sns", "aws4_request"):
            raise Refused("SignatureDoesNotMatch", f"Credential should be scoped to {self.region}/sns", 403)
        signed = parts["SignedHeaders"].split(";")
        self.check_signed_headers(request, signed)
        timestamp = request.headers["X-Amz-Date"]
        check_time(timestamp, date)
        if parts["Signature"] != signature(request, key, signed, timestamp, region, service):
            raise Refused("SignatureDoesNotMatch", "The request signature we calculated does not match", 403)
        if key.expired:
            raise Refused("ExpiredToken", "The security token included in the request is expired", 403)
        return key

    @staticmethod
    def check_signed_headers(request, signed):
        must = {"host", "x-amz-date"} | {name.lower() for name in request.headers if name.lower().startswith("x-amz-")}
        if not must <= set(signed) or signed != sorted(signed):
            raise Refused("SignatureDoesNotMatch", f"headers that must be signed: {sorted(must)}", 403)
        for name in signed:
            if len(request.headers.get_all(name, [])) != 1:
                raise Refused("SignatureDoesNotMatch", f"signed header {name} is not there exactly once", 403)

    def publish(self, request, key):
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
        parameters = dict(pairs)
        if request.method != "POST" or len(parameters) != len(pairs):
            raise Refused("MalformedQueryString", "not one form posted")
        if (parameters.get("Action"), parameters.get("Version")) != ("Publish", "2010-03-31"):
            raise Refused("InvalidAction", "Could not find operation")
        published = Published(parameters, key.access_key_id, str(uuid.uuid4()), read_attributes(parameters))
        self.check_topic(parameters.get("TopicArn", ""), parameters)
        check_message(published)
        return published

    def check_topic(self, topic, parameters):
        if topic.split(":")[3:4] != [self.region] or (self.topics is not None and topic not in self.topics):
            raise Refused("NotFound", "Topic does not exist", 404)
        fifo = [parameters.get(name) for name in ("MessageGroupId", "MessageDeduplicationId")]
        if topic.endswith(".fifo") and not all(value and len(value) <= FIFO_ID_CHARACTERS for value in fifo):
            raise Refused("InvalidParameter", "Invalid parameter: MessageGroupId and MessageDeduplicationId")


def signature(request, key, signed, timestamp, region, service):
    headers = {name: request.headers[name] for name in signed}
    url = f"https://{request.headers['Host']}{request.path}"
    aws_request = AWSRequest(request.method, url, headers, request.body)
    aws_request.context["timestamp"] = timestamp
    signer = SigV4Auth(Credentials(key.access_key_id, key.secret, key.token or None), service, region)
    return signer.signature(signer.string_to_sign(aws_request, signer.canonical_request(aws_request)), aws_request)


def check_time(timestamp, date):
    when = datetime.datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if not timestamp.startswith(date) or abs(when.timestamp() - time.time()) > SKEW_S:
        raise Refused("SignatureDoesNotMatch", "Signature expired", 403)


def read_attributes(parameters):
    """MessageAttributes.entry.N.{Name,Value.DataType,Value.StringValue} as {name: value}."""
    attributes = {}
    number = 1
    while (name := parameters.get(f"MessageAttributes.entry.{number}.Name")) is not None:
        value = parameters.get(f"MessageAttributes.entry.{number}.Value.StringValue")
        if not name or not value or not parameters.get(f"MessageAttributes.entry.{number}.Value.DataType"):
            raise Refused("ParameterValueInvalid", f"The message attribute '{name}' must contain non-empty values.")
        attributes[name] = value
        number += 1
    return attributes


def check_message(published):
    message, subject = published.parameters.get("Message", ""), published.subject
    size = len(message.encode()) + sum(len((name + value).encode()) for name, value in published.attributes.items())
    if not message or size > MESSAGE_BYTES:
        raise Refused("InvalidParameter", "Invalid parameter: Message too long" if message else "Empty message")
    plain = subject is None or (subject.isascii() and subject.isprintable())
    if not plain or (subject is not None and not 0 < len(subject) < SUBJECT_CHARACTERS):
        raise Refused("InvalidParameter", "Invalid parameter: Subject")
    if published.parameters.get("MessageStructure") == "json":
        texts = published.per_protocol()
        if "default" not in texts or not all(isinstance(text, str) for text in texts.values()):
            raise Refused("InvalidParameter", "Invalid parameter: Message Structure - No default entry")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--access-key-id", default=Key.access_key_id)
    parser.add_argument("--secret", default=Key.secret)
    parser.add_argument("--token", default="")
    options = parser.parse_args()
    key = Key(options.access_key_id, options.secret, options.token)
    tls = certificate(options)
    peer = SnsReceiver([key], options.region, answers=options.answers, certificate=tls, port=options.port)
    serve(peer, peer.received, describe)


if __name__ == "__main__":
    main()
