"""Under which terms and by whom the data are given; both are settings of the place."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from pilotage.registry.models import localized


@dataclass(frozen=True, slots=True)
class Licence:
    """``key`` as in the SPDX list."""

    key: str
    url: str
    zh: str
    en: str

    @property
    def title(self) -> str:
        return localized(self.zh, self.en)


LICENCES = {
    each.key: each
    for each in (
        Licence("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "知识共享署名4.0", "Creative Commons Attribution 4.0"),
        Licence("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", "知识共享CC0 1.0", "Creative Commons CC0 1.0"),
        Licence("ODC-By-1.0", "https://opendatacommons.org/licenses/by/1-0/", "开放数据共用署名1.0", "Open Data Commons Attribution 1.0"),
        Licence(
            "PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1-0/", "开放数据共用公共领域1.0", "Open Data Commons Public Domain 1.0"
        ),
    )
}


def licence() -> Licence:
    return LICENCES[settings.OPEN_DATA_LICENCE]


def publisher() -> tuple[str, str]:
    """Chinese and English."""
    zh, _bar, en = settings.OPEN_DATA_PUBLISHER.partition("|")
    return zh.strip(), (en or zh).strip()
