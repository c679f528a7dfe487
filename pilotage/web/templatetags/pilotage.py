"""Tags and filters of every template; loaded as builtins. pilotage/web/README.md lists them with examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pilotage.web import charts, formats
from pilotage.web.states import look

register = template.Library()

TARGET_TICK = 85.5  # where the target stands on every target bar, so that the ticks form one line


# --- time, numbers, money -------------------------------------------------------------------
def _time(value: Any, text: str) -> SafeString:
    local = formats.local(value)
    stamp = local.isoformat(timespec="minutes") if isinstance(local, datetime) else local.isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, text)


@register.filter
def day(value: date | datetime | None) -> str:
    return _time(value, formats.day(value)) if value else formats.UNKNOWN


@register.filter
def shortday(value: date | datetime | None) -> str:
    return _time(value, formats.short_day(value)) if value else formats.UNKNOWN


@register.filter
def moment(value: datetime | None) -> str:
    return _time(value, formats.moment(value)) if value else formats.UNKNOWN


@register.filter
def clocktime(value: datetime | None) -> str:
    """Hours and minutes alone, for saving notes."""
    return _time(value, f"{formats.local(value):%H:%M}") if value else formats.UNKNOWN


@register.filter
def daytext(value: date | datetime | None) -> str:
    """``day`` without markup, for attributes and titles."""
    return formats.day(value) if value else formats.UNKNOWN


@register.filter
def left(value: date | datetime | None) -> str:
    return formats.left(value) if value else ""


@register.filter
def number(value: Any, places: int | None = None) -> str:
    return formats.number(value, places)


@register.filter
def money(value: Any) -> str:
    return formats.money(value)


@register.filter
def classifier(kind: str | None) -> str:
    return formats.classifier(kind or "")


@register.filter
def safe_percent(value: float) -> str:
    """12.5 -> 12.5%: a coordinate of an SVG, never localised."""
    return f"{float(value):g}%"


@register.filter
def of(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """``mapping|of:key``: the value under a key that is a variable; '' when absent."""
    return mapping.get(key, "") if mapping else ""


# --- signs ----------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An outline icon, hidden from screen readers: the word beside it carries the meaning."""
    source = f"{static('vendor/icons/icons.svg')}#{name}"
    classes = f"icon {extra}".strip()
    return format_html('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', classes, source)


def _sign(shape: str, kind: str, value: Any, label: Any) -> SafeString:
    found = look(kind, value)
    return format_html('<span class="{} {}-{}">{}{}</span>', shape, shape, found.tone, icon(found.icon), label or found.label)


@register.simple_tag
def state(kind: str, value: Any, label: Any = "") -> SafeString:
    """Icon and word of a state, in its tone."""
    return _sign("st", kind, value, label)


@register.simple_tag
def pill(kind: str, value: Any, label: Any = "") -> SafeString:
    """A state as a pill: only beside a title."""
    return _sign("pill", kind, value, label)


# --- charts ---------------------------------------------------------------------------------
def _share(part: Any, whole: Any) -> float:
    return charts.percent(float(part or 0), float(whole or 0))


@register.inclusion_tag("components/quota_bar.html")
def quota_bar(used: int, cap: int | None, preview: int = 0, floor: int | None = None, label: str = "") -> dict[str, Any]:
    """``preview`` is added in a lighter tint; without a cap the bar is left out and the number stands alone."""
    used, preview = used or 0, preview or 0
    return {
        "used": used,
        "cap": cap,
        "after": used + preview,
        "preview": preview,
        "is_full": bool(cap) and used >= cap,
        "is_over": bool(cap) and used + preview > cap,
        "used_share": _share(used, cap),
        "after_share": _share(used + preview, cap),
        "floor": floor,
        "floor_share": _share(floor, cap) if floor else None,
        "label": label,
    }


@register.inclusion_tag("components/target_bar.html")
def target_bar(
    value: Any,
    target: Any,
    status: Any = "in_progress",
    low: Any = None,
    high: Any = None,
    steps: int | None = None,
    steps_done: int = 0,
    label: str = "",
    kind: str = "target",
) -> dict[str, Any]:
    """Value, forecast box and target tick on a scale where the target always stands at the same place.

    With ``steps`` the bar shows a deliverable's steps instead. ``low`` and ``high`` are the forecast's ends;
    ``status`` is of the ``kind`` that ``look`` knows.
    """
    tone = look(kind, status).tone
    if steps:
        width = (100 - 1.2 * (steps - 1)) / steps
        segments = [(round(i * (width + 1.2), 2), i < steps_done) for i in range(steps)]
        return {"segments": segments, "segment_width": round(width, 2), "tone": tone, "label": label}
    scale = float(target) if target else 0.0

    def place(amount: Any) -> float:
        return round(min(100.0, max(0.0, float(amount) / scale * TARGET_TICK)), 1) if scale else 0.0

    box = (place(low), round(max(1.0, place(high) - place(low)), 1)) if low is not None and high is not None else None
    return {"width": place(value or Decimal(0)), "tick": TARGET_TICK if scale else None, "box": box, "tone": tone, "label": label}


@register.inclusion_tag("components/tile_map.html")
def tile_map(counts: Mapping[str, int], url_pattern: str = "", selected: str = "", note: str = "") -> dict[str, Any]:
    """34 tiles; ``{code}`` in ``url_pattern`` becomes the province's code; provinces not counted show 0."""
    tiles = charts.tiles(counts, url_pattern, selected or "")
    ranked = sorted((tile for tile in tiles if tile.count), key=lambda tile: (-(tile.count or 0), tile.code))
    return {
        "tiles": SafeString("".join(tile.as_item() for tile in tiles)),
        "legend": charts.legend(counts),
        "rows": SafeString("".join(tile.as_row() for tile in ranked)),
        "note": note,
    }


# --- addresses ------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The present query string with some parameters set; None or '' removes one. Starts with '?'."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, name: str, cursor: str) -> str:
    """Link of a pager: the present filters with another cursor."""
    return with_query(context, **{name: cursor})
