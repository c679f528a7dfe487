"""Cases on their way to the public. All bodies and figures are invented."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.publications.cases import publishing, services
from pilotage.publications.cases.models import CaseStudy
from tests.factories import calls
from tests.factories.accounts import Cast

WORDS: dict[str, Any] = {
    "title_zh": "精密减速机装配线的机器视觉质检",
    "title_en": "Machine-vision inspection on a gear-reducer line",
    "summary_zh": "装配线用5G连接视觉相机，漏检率明显下降。",
    "problem_zh": "人工目检漏检率高，夜班尤其严重，每月退货造成返工损失。",
    "problem_en": "Manual inspection missed defects, above all on night shifts.",
    "solution_zh": "在**装配线**部署工业相机，图像经5G专网送边缘服务器判定。",
    "effects_zh": "漏检率由2.1%降到0.3%，返工减少。",
}
OTHER: dict[str, Any] = {
    "title_zh": "矿用水泵的远程巡检",
    "summary_zh": "井下水泵改为远程巡检。",
    "problem_zh": "井下泵房巡检路程长，设备停机发现晚，人员下井有风险。",
    "solution_zh": "泵房安装振动和温度传感器，数据经5G回传，异常自动告警。",
    "effects_zh": "停机时间缩短。",
}


def listed(cast: Cast, **answers: Any) -> Application:
    call = calls.call()
    return calls.application(call, cast.filer, cast.enterprise, ApplicationState.LISTED, data=calls.answers(**answers))


def begun(cast: Cast, **answers: Any) -> CaseStudy:
    return services.start_case(actor=cast.secretariat, application=listed(cast, **answers))


def written(cast: Cast, words: dict[str, Any] = WORDS, **answers: Any) -> CaseStudy:
    case = begun(cast, **answers)
    result = services.save_draft(actor=cast.secretariat, case=case, values=words, base_version=case.draft_version)
    assert result.errors == {}
    return case


def agreed(cast: Cast, words: dict[str, Any] = WORDS, **answers: Any) -> CaseStudy:
    case = written(cast, words, **answers)
    for person in (cast.filer, cast.secretariat):
        services.approve(actor=person, case=case, base_version=case.draft_version)
    return case


def published(cast: Cast, words: dict[str, Any] = WORDS, items: list[str] | None = None, **answers: Any) -> CaseStudy:
    case = agreed(cast, words, **answers)
    publishing.give_consents(actor=cast.filer, case=case, items=publishing.items_of(case) if items is None else items)
    return publishing.publish(actor=cast.secretariat, case=case)


def picture_file(
    name: str = "line.jpg", size: tuple[int, int] = (640, 480), colour: str = "#2c6fb3", exif: bool = True
) -> SimpleUploadedFile:
    """A photograph with a place and a camera in its metadata."""
    image, out = Image.effect_noise(size, 40).convert("RGB"), io.BytesIO()
    image.paste(colour, (0, 0, size[0] // 2, size[1]))
    notes = Image.Exif()
    if exif:
        notes[0x010F], notes[0x9286] = "SECRETCAMERA", "secret-place"
    image.save(out, "PNG" if name.endswith("png") else "JPEG", exif=notes.tobytes())
    return SimpleUploadedFile(name, out.getvalue())
