"""The part of the year in which enterprises file: firms, filers, drafts, attachments, submissions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from pilotage.accounts.models import User
from pilotage.calls import services as calls
from pilotage.calls.models import Application, Call
from pilotage.console.demo import fiction, people, shape
from pilotage.console.demo.shape import Fate, Plot
from pilotage.core import clock, codes
from pilotage.registry import services as registry
from pilotage.registry.models import Division

BATCH = 60
MODEL_NAME, MODEL_INDUSTRY = "苏州砚舟精密传动有限公司", "34"
MODEL_PLOT_CITY = "320500"


@dataclass
class Filed:
    """An application with what the rest of the year needs to know of it."""

    plot: Plot
    application: Application
    filer: User
    strength: float


def places() -> dict[str, list[Division]]:
    """Province -> up to six cities that file there (districts in the four municipalities), planned cities left out."""
    found: dict[str, list[Division]] = {}
    for province in {**shape.LISTED, **shape.UNLISTED}:
        rows = Division.objects.filter(code__startswith=province[:2], is_pseudo=False).exclude(code__in=shape.PLANNED_CITIES)
        cities = list(rows.filter(level="prefecture").order_by("code"))
        local = cities or list(rows.filter(level="county").order_by("code"))
        found[province] = local[: 13 if province == "320000" else 6]
    return found


def moment_of(plot: Plot, opens: datetime, closes: datetime) -> datetime:
    """When this application is filed: late in the window, as everywhere."""
    rng = random.Random(f"{shape.SEED}when{plot.index}")
    share = 1 - rng.random() ** 1.7 * 0.9
    return opens + (closes - opens - timedelta(hours=2)) * share


def file_applications(
    call: Call,
    offices: people.Offices,
    until: datetime,
    report: Callable[[str], None],
    window: tuple[datetime, datetime],
    *,
    contested: bool = False,
) -> list[Filed]:
    """File everything due before ``until``, in order of time. Deterministic."""
    local = places()
    taken: set[str] = set()
    plots = sorted(shape.plots(contested=contested), key=lambda plot: moment_of(plot, *window))
    model = next(plot for plot in plots if plot.province == "320000" and plot.fate is Fate.LISTED)
    due = [plot for plot in plots if moment_of(plot, *window) < until]
    filed: list[Filed] = []
    for batch in _batches(due):
        with transaction.atomic():
            for plot in batch:
                with clock.at(moment_of(plot, *window)):
                    application, filer = _file(call, offices, plot, local, taken, is_model=plot is model)
                    filed.append(Filed(plot, application, filer, _strength(plot, contested=contested)))
        report(f"filed {len(filed)} of {len(due)}")
    return filed


def _batches(plots: list[Plot]) -> Iterable[list[Plot]]:
    for start in range(0, len(plots), BATCH):
        yield plots[start : start + BATCH]


def _file(
    call: Call, offices: people.Offices, plot: Plot, local: dict[str, list[Division]], taken: set[str], *, is_model: bool
) -> tuple[Application, User]:
    rng = random.Random(f"{shape.SEED}plot{plot.index}")
    place = _place(plot, local, is_model=is_model)
    industry = MODEL_INDUSTRY if is_model else fiction.industry_for(rng, plot.index)
    made = fiction.firm(rng, city_name(place), taken, industry)
    if is_model:
        taken.add(MODEL_NAME)
        made = replace(
            made, contact="陆闻舟", name=MODEL_NAME, short=MODEL_NAME.removesuffix("有限公司"), ownership="private", size="medium"
        )
    enterprise = registry.create_enterprise(
        actor=None,
        name_zh=made.name,
        short_zh=made.short,
        uscc=codes.fictional_uscc(place.pk, plot.index + 1),
        division=place.pk,
        industry_id=industry,
        ownership=made.ownership,
        size=made.size,
        address=f"演示路{plot.index + 1}号",
        is_fictional=True,
        source="演示数据",
    )
    filer = people.file_for(enterprise, made.contact, signs_in=is_model)
    application = calls.start_application(actor=filer, call=call, enterprise=enterprise)
    title = fiction.project_title(rng, industry)
    values = fiction.answers(rng, made, title, division=site_of(place.pk), built=plot.fate is Fate.LISTED or rng.random() < 0.8)
    if plot.fate is Fate.DRAFT:
        values = dict(list(values.items())[: rng.randrange(8, 30)])
        values.pop("truth_statement", None)
    calls.save_draft(actor=filer, application=application, values=values, base_version=application.draft_version)
    if plot.fate is not Fate.DRAFT:
        calls.add_attachment(
            actor=filer, application=application, field="evidence_network", upload=demo_paper(application, f"{made.name}5G网络服务合同")
        )
        calls.submit(actor=filer, application=application)
    return application, filer


@cache
def site_of(place: str) -> str:
    """The code of the first county of a city; a district has none and stands for itself."""
    county = Division.objects.filter(parent=place, is_pseudo=False).order_by("code").first()
    return county.pk if county else place


def _place(plot: Plot, local: dict[str, list[Division]], *, is_model: bool) -> Division:
    if is_model:
        return _division(MODEL_PLOT_CITY)
    if plot.planned_city:
        return _division(plot.planned_city)
    cities = local[plot.province]
    return cities[plot.index % len(cities)]


@cache
def _division(code: str) -> Division:
    return Division.objects.get(pk=code)


def city_name(place: Division) -> str:
    """苏州 for a city; 北京 for a district of Beijing."""
    if place.level == "county":
        return _division(f"{place.pk[:2]}0000").name_zh.removesuffix("市")
    return place.short_zh or place.name_zh


def _strength(plot: Plot, *, contested: bool) -> float:
    """The quality experts will see, 0-10. The gaps keep the outline of the year: Jiangsu's own line lies above the national one.

    In a contested year there is no gap: the strong and the weak overlap around the line, as in life.
    """
    rng = random.Random(f"{shape.SEED}strength{plot.index}")
    if contested:
        is_strong = plot.fate in {Fate.LISTED, Fate.OVER_CAP}
        return min(9.6, max(4.0, rng.gauss(7.9 if is_strong else 6.8, 0.55)))
    if plot.fate is Fate.LISTED:
        return rng.uniform(8.5 if plot.province in shape.OVER_CAP else 7.8, 9.4)
    if plot.fate is Fate.OVER_CAP:
        return rng.uniform(7.95, 8.05)
    return rng.uniform(4.8, 6.9)


def demo_paper(application: Application, name: str) -> ContentFile:
    """A one-page PDF that says it is a demonstration document."""
    return ContentFile(one_page(f"Demo document for {application.number}"), name=f"{name}.pdf")


def one_page(text: str) -> bytes:
    """A PDF with this line of Latin letters on it."""
    stream = f"BT /F1 14 Tf 72 760 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    xref = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(body)
    return body + xref + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def local_moment(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=timezone.get_default_timezone())
