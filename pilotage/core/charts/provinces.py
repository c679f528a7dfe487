"""Provinces as equal tiles, seven columns by eight rows, each near its neighbours: "how many where" without drawing a border.

Class limits come from the data and are printed in the legend.
"""

from __future__ import annotations

from collections.abc import Collection

OUTSIDE = ("710000", "810000", "820000")  # take no part in mainland calls unless counted
CLASSES = 5
_NICE = (1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100)

# code, row, column, short zh, ISO 3166-2 letters, zh, en
PROVINCES = (
    ("230000", 1, 7, "黑", "HL", "黑龙江省", "Heilongjiang"),
    ("150000", 2, 5, "蒙", "NM", "内蒙古自治区", "Inner Mongolia"),
    ("220000", 2, 7, "吉", "JL", "吉林省", "Jilin"),
    ("650000", 3, 1, "新", "XJ", "新疆维吾尔自治区", "Xinjiang"),
    ("620000", 3, 2, "甘", "GS", "甘肃省", "Gansu"),
    ("640000", 3, 3, "宁", "NX", "宁夏回族自治区", "Ningxia"),
    ("110000", 3, 5, "京", "BJ", "北京市", "Beijing"),
    ("120000", 3, 6, "津", "TJ", "天津市", "Tianjin"),
    ("210000", 3, 7, "辽", "LN", "辽宁省", "Liaoning"),
    ("630000", 4, 2, "青", "QH", "青海省", "Qinghai"),
    ("610000", 4, 3, "陕", "SN", "陕西省", "Shaanxi"),
    ("140000", 4, 4, "晋", "SX", "山西省", "Shanxi"),
    ("130000", 4, 5, "冀", "HE", "河北省", "Hebei"),
    ("370000", 4, 6, "鲁", "SD", "山东省", "Shandong"),
    ("540000", 5, 1, "藏", "XZ", "西藏自治区", "Tibet"),
    ("510000", 5, 2, "川", "SC", "四川省", "Sichuan"),
    ("500000", 5, 3, "渝", "CQ", "重庆市", "Chongqing"),
    ("410000", 5, 4, "豫", "HA", "河南省", "Henan"),
    ("340000", 5, 5, "皖", "AH", "安徽省", "Anhui"),
    ("320000", 5, 6, "苏", "JS", "江苏省", "Jiangsu"),
    ("530000", 6, 2, "滇", "YN", "云南省", "Yunnan"),
    ("520000", 6, 3, "黔", "GZ", "贵州省", "Guizhou"),
    ("420000", 6, 4, "鄂", "HB", "湖北省", "Hubei"),
    ("360000", 6, 5, "赣", "JX", "江西省", "Jiangxi"),
    ("330000", 6, 6, "浙", "ZJ", "浙江省", "Zhejiang"),
    ("310000", 6, 7, "沪", "SH", "上海市", "Shanghai"),
    ("450000", 7, 3, "桂", "GX", "广西壮族自治区", "Guangxi"),
    ("430000", 7, 4, "湘", "HN", "湖南省", "Hunan"),
    ("440000", 7, 5, "粤", "GD", "广东省", "Guangdong"),
    ("350000", 7, 6, "闽", "FJ", "福建省", "Fujian"),
    ("710000", 7, 7, "台", "TW", "台湾省", "Taiwan"),
    ("460000", 8, 4, "琼", "HI", "海南省", "Hainan"),
    ("820000", 8, 5, "澳", "MO", "澳门特别行政区", "Macao"),
    ("810000", 8, 6, "港", "HK", "香港特别行政区", "Hong Kong"),
)


def class_limits(values: Collection[int]) -> list[int]:
    """Lower limits of up to five classes: round numbers near equal steps of the logarithm, the first is 1."""
    highest = max(values, default=0)
    if highest <= CLASSES:
        return list(range(1, highest + 1))
    ratio = highest ** (1 / CLASSES)
    limits = [1]
    for step in range(1, CLASSES):
        limit = _nice(ratio**step)
        if limits[-1] < limit <= highest:
            limits.append(limit)
    return limits


def tone_of(count: int, limits: list[int]) -> int:
    return sum(1 for limit in limits if count >= limit) if count > 0 else 0


def _nice(value: float) -> int:
    scale = 1
    while value > 100 * scale:
        scale *= 10
    return min(_NICE, key=lambda candidate: abs(candidate * scale - value)) * scale
