"""``{% linked_data "entry" entry %}``: what the page is about, for search engines. A data block, which no browser runs."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString

from pilotage.web import linked_data as words

register = template.Library()

# a text that ends the block, or opens a comment in it, is written so that it does neither
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(name="linked_data")
def linked_data(kind: str, *subject: Any, **more: Any) -> SafeString:
    content = words.whole(words.KINDS[kind](*subject, **more))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return SafeString(f'<script type="application/ld+json">{text}</script>')
