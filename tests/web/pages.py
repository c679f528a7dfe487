"""What every page keeps to, whoever wrote it: used by the page tests of all rooms."""

from __future__ import annotations

import re

from django.http import HttpResponse

DATA_SCRIPT = re.compile(r'<script[^>]+type="application/(?:ld\+)?json"')
SCRIPT = re.compile(r"<script\b[^>]*>")


def offences(response: HttpResponse) -> list[str]:
    """Inline styles, scripts and handlers in a page: the strict policy would block them."""
    html = response.content.decode()
    found = re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|hx-on[:=-]|javascript:", html)
    found += [tag for tag in SCRIPT.findall(html) if " src=" not in tag and not DATA_SCRIPT.match(tag)]
    return found
