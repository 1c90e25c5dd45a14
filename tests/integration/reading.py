# SPDX-License-Identifier: Apache-2.0
"""Alerts as their readers see them."""
import html as entities
import re


def slack_text(value):
    """Every text of a payload but the fallback, in the order of the blocks."""
    if isinstance(value, list):
        return "\n".join(filter(None, map(slack_text, value)))
    if not isinstance(value, dict):
        return ""
    own = [value["text"]] if value.get("type") in ("plain_text", "mrkdwn") else []
    own += [value["url"]] if isinstance(value.get("url"), str) else []
    return "\n".join(own + [text for text in (slack_text(item) for item in value.values()) if text])


def html_text(html):
    links = "\n".join(re.findall(r'href="([^"]*)"', html))
    body = re.sub(r"<style.*?</style>", "", html, flags=re.S)
    return entities.unescape(re.sub(r"<[^>]+>", " ", body) + links)
