# SPDX-License-Identifier: Apache-2.0
"""Notifiers as the configuration writes them, each pointing at a peer of tests/peers."""
from peers.pagerduty_receiver import KEY
from peers.sns_receiver import Key
from peers.webhook_receiver import SECRET

REGION = "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:111122223333:root-alerts"
MAIL_USER, MAIL_PASSWORD = "rootwatch", "correct horse battery staple"

LOG = {"name": "log", "type": "log", "min_severity": "info"}


def ca_file(peer):
    return {"ca_file": str(peer.certificate.certificate.parent / "ca.crt")} if peer.certificate else {}


def sns(peer, name="topic", topic=TOPIC, **settings):
    return {"name": name, "type": "sns", "topic_arn": topic, "endpoint_url": peer.url, **ca_file(peer), **settings}


def slack(peer, name="slack", **settings):
    # Slack's own pace, a message a second, would make the tests wait.
    return {
        "name": name,
        "type": "slack",
        "webhook_url": peer.webhook_url,
        "rate": "100/s",
        **ca_file(peer),
        **settings,
    }


def email(peer, name="mail", to=("soc@example.com",), **settings):
    login = {"username": MAIL_USER, "password": MAIL_PASSWORD} if peer.users else {}
    return {
        "name": name,
        "type": "email",
        "smtp_url": peer.url,
        "from": "rootwatch@example.com",
        "to": list(to),
        **login,
        **ca_file(peer),
        **settings,
    }


def webhook(peer, name="hook", secret=SECRET, **settings):
    return {
        "name": name,
        "type": "webhook",
        "webhook_url": peer.webhook_url,
        "secret": secret,
        **ca_file(peer),
        **settings,
    }


def pagerduty(peer, name="pager", routing_key=KEY, **settings):
    return {
        "name": name,
        "type": "pagerduty",
        "routing_key": routing_key,
        "endpoint_url": peer.endpoint_url,
        "rate": "100/s",
        **ca_file(peer),
        **settings,
    }


def teams(peer, name="teams", **settings):
    return {
        "name": name,
        "type": "teams",
        "webhook_url": peer.webhook_url,
        "rate": "100/s",
        **ca_file(peer),
        **settings,
    }


def syslog(peer, name="siem", **settings):
    return {"name": name, "type": "syslog", "url": peer.url, **ca_file(peer), **settings}


def aws_environment(key=None):
    """The credentials of one Key of the SNS receiver as the SDKs' variables."""
    key = key or Key()
    variables = {"AWS_ACCESS_KEY_ID": key.access_key_id, "AWS_SECRET_ACCESS_KEY": key.secret}
    return {**variables, "AWS_SESSION_TOKEN": key.token} if key.token else variables
