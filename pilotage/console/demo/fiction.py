"""Names and texts of enterprises that do not exist.

Trade names are put together from uncommon characters so that they do not fall on a real firm's; every
body built from them is marked as fictional in the database and on the page.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

FIRST = "砚沐澜曦炬苇桁岭澄岱惬榕珩骞黛弈槿溯屿翎泓昱琛朔笙霁芷岚峤垚煦"
SECOND = "舟衡汀屿原渡宸岫野峪坞霖砾筑楷珞汐棹溪墨苒越笛岑禾朗峦檐帆晟澈"

# Industry code -> (firm's trade, factories it may build)
TRADES: dict[str, tuple[str, tuple[str, ...]]] = {
    "34": ("精密传动", ("精密减速机5G工厂", "高端轴承5G工厂", "工业泵阀柔性装配5G工厂", "数控机床总装5G车间", "压缩机智能5G工厂")),
    "39": ("电子科技", ("高速光模块5G工厂", "显示模组5G工厂", "印制电路板5G车间", "智能终端整机5G产线", "传感器封测5G工厂")),
    "38": ("电气", ("智能配电设备5G工厂", "动力电池5G工厂", "家电钣金5G产线", "变压器数字化5G车间", "光伏组件5G工厂")),
    "31": ("特钢", ("特钢冷轧5G工厂", "热轧智能5G工厂", "棒线材5G车间", "连铸远程操控5G产线")),
    "26": ("化工", ("盐化工安全生产5G工厂", "精细化工5G工厂", "涂料柔性生产5G车间", "电子化学品5G工厂")),
    "36": ("汽车部件", ("商用车焊装5G车间", "底盘总成5G工厂", "汽车座椅柔性5G产线", "新能源整车5G工厂")),
    "35": ("重工", ("混凝土机械5G工厂", "结构件焊接5G车间", "农机总装5G产线", "半导体装备5G工厂")),
    "37": ("船舶装备", ("海工装备总装5G工厂", "转向架柔性5G产线", "船舶分段制造5G车间")),
    "30": ("建材", ("水泥窑智能控制5G工厂", "卫浴柔性制造5G工厂", "玻璃深加工5G产线")),
    "32": ("新材料", ("铝箔连轧5G产线", "铜管智能5G工厂", "稀土冶炼5G车间")),
    "33": ("金属制品", ("管件锻造5G产线", "钢丝绳5G工厂", "五金柔性冲压5G车间")),
    "29": ("橡塑", ("轮胎全流程5G工厂", "注塑柔性5G车间")),
    "27": ("制药", ("固体制剂5G工厂", "中药提取5G车间", "疫苗灌装5G产线")),
    "17": ("纺织", ("色织智能5G工厂", "印染数字5G车间", "纺纱全流程5G工厂")),
    "18": ("服饰", ("服装个性化定制5G工厂", "针织柔性5G车间")),
    "14": ("食品", ("乳品灌装5G产线", "烘焙柔性5G工厂", "调味品5G工厂")),
    "15": ("饮料", ("饮料灌装5G产线", "酿造数字5G工厂")),
    "13": ("粮油", ("油脂加工5G工厂", "饲料柔性生产5G车间")),
    "06": ("矿业", ("智能综采工作面5G工厂", "选煤5G车间")),
    "44": ("发电", ("火电智能巡检5G工厂", "风电场远程运维5G工厂")),
    "55": ("港务", ("散货码头5G作业区", "集装箱码头5G智慧港口")),
    "59": ("仓储", ("立体仓储5G工厂",)),
    "28": ("化纤", ("聚酯长丝5G工厂", "碳纤维5G产线")),
    "22": ("纸业", ("造纸全流程5G工厂", "包装纸板5G车间")),
    "40": ("仪表", ("智能水表5G工厂", "流量仪表5G产线")),
}
WEIGHTS = (12, 11, 11, 7, 7, 7, 6, 4, 4, 4, 3, 3, 3, 3, 2, 3, 2, 2, 2, 2, 2, 1, 2, 2, 2)
LINKS = ("设备数采", "在线质检", "厂内物流", "能源管理", "安全监测", "远程运维")
PARTNERS = (("演示通信运营商", "operator"), ("演示网络设备商", "equipment"), ("演示方案服务商", "solution"))
# Values the 5G-factory form offers; a test holds them against the call file.
SCENARIOS = tuple(f"{n:02d}" for n in range(1, 21))
NETWORK_MODES = ("virtual_private", "virtual_private", "hybrid_private", "private", "public")
SYSTEMS = ("erp", "mes", "plm", "wms", "scada")
SECURITY = ("zoning", "access", "monitoring", "encryption", "backup")
INVESTMENTS = ("development", "equipment", "network", "testing")


@dataclass(frozen=True, slots=True)
class Firm:
    name: str
    short: str
    industry: str
    ownership: str
    size: str
    contact: str
    phone: str


def firm(rng: random.Random, city: str, taken: set[str], industry: str) -> Firm:
    """A firm with a name not in ``taken``; the name is added to it."""
    trade = TRADES[industry][0]
    while True:
        brand = rng.choice(FIRST) + rng.choice(SECOND)
        name = f"{city}{brand}{trade}有限公司"
        if name not in taken and brand[0] != brand[1]:
            break
    taken.add(name)
    return Firm(
        name,
        f"{city}{brand}{trade}",
        industry,
        rng.choices(("private", "central_soe", "other_soe", "state_controlled", "foreign", "joint_venture"), (59, 15, 10, 6, 6, 4))[0],
        rng.choices(("large", "medium", "small"), (45, 38, 17))[0],
        rng.choice("周陆沈许顾段韩秦苏江程卢") + rng.choice(("闻", "清和", "望", "知远", "砚", "若谷", "一鸣", "思齐")),
        f"000-0000{rng.randrange(10**4):04d}",
    )


def industry_for(rng: random.Random, index: int) -> str:
    """Every industry comes up in turn now and then, so none of the 25 is missing from 300."""
    codes = list(TRADES)
    return codes[index // 8 % len(codes)] if index % 8 == 0 else rng.choices(codes, WEIGHTS)[0]


def project_title(rng: random.Random, industry: str) -> str:
    return rng.choice(TRADES[industry][1])


# as codes/key_industries.csv of the model plan puts them, where the trade leaves no doubt
KEY_INDUSTRIES = {
    **dict.fromkeys(("33", "34", "35", "36", "37", "38", "40"), "equipment"),
    **dict.fromkeys(("55", "59"), "ports"), **dict.fromkeys(("17", "18"), "textiles"), **dict.fromkeys(("25", "26"), "petrochemicals"),
    **dict.fromkeys(("06", "07", "08", "09", "10", "11", "12"), "mining"),
    "30": "building-materials", "31": "steel", "39": "electronics", "44": "power",
}  # fmt: skip


def answers(rng: random.Random, made: Firm, title: str, *, division: str, built: bool) -> dict[str, Any]:
    """A complete and consistent set of answers to the 5G-factory form."""
    devices = rng.randrange(80, 2400)
    total = rng.randrange(600, 18_000)
    split = [round(total * share) for share in (0.34, 0.41, 0.1)]
    chosen = sorted(rng.sample(SCENARIOS, rng.randrange(4, 13)))
    stations, edge = rng.randrange(4, 60), rng.randrange(1, 5)
    start_year = rng.choice((2020, 2021, 2022))
    return {
        "main_revenue": str(rng.randrange(8_000, 900_000)),
        "no_violation": True,
        "awards": [],
        "contact_name": made.contact,
        "contact_phone": made.phone,
        "project_title": title,
        "level": title_level(title),
        "industry": made.industry,
        **({"key_industry": KEY_INDUSTRIES[made.industry]} if made.industry in KEY_INDUSTRIES else {}),
        "site_division": division,
        "site_address": f"演示路{rng.randrange(1, 400)}号",
        "building_state": "built" if built else "building",
        "started_on": f"{start_year}-{rng.randrange(1, 13):02d}",
        **({"finished_on": f"2023-{rng.randrange(1, 7):02d}"} if built else {"planned_finish_on": f"2024-{rng.randrange(1, 13):02d}"}),
        "overview": overview(made, title, stations, devices),
        "network_mode": rng.choice(NETWORK_MODES),
        "base_stations": stations,
        "edge_nodes": edge,
        "devices_total": devices + rng.randrange(20, 600),
        "devices_connected": devices,
        "coverage": str(rng.randrange(860, 1000) / 10),
        "latency_ms": str(rng.randrange(60, 180) / 10),
        "it_ot_systems": sorted(rng.sample(SYSTEMS, 3)),
        "identifiers_used": rng.random() < 0.5,
        "network_description": network_text(stations, edge, devices),
        "scenarios": {
            code: f"在{rng.choice(LINKS)}环节落地，覆盖{rng.randrange(2, 30)}个工位，数据留存在厂内边缘节点。" for code in chosen
        },
        "innovation": "控制类业务与视频业务分切片承载，改造期间生产不停线。",
        **effects(rng),
        "effects_period": "改造前2021年，改造后2023年上半年",
        "effects_description": EFFECTS_TEXT,
        "security_measures": sorted(rng.sample(SECURITY, 3)),
        "security_description": SECURITY_TEXT,
        "investment_total": str(total),
        "investment_items": investment_items(total, split),
        "partners": [{"name": name, "role": role} for name, role in PARTNERS],
        "demonstration_value": DEMONSTRATION_TEXT,
        "replicated_sites": rng.randrange(0, 6),
        "truth_statement": True,
    }


def title_level(title: str) -> str:
    if "产线" in title:
        return "line"
    return "workshop" if "车间" in title or "作业区" in title else "factory"


def investment_items(total: int, split: list[int]) -> list[dict[str, str]]:
    amounts = [*split, total - sum(split)]
    return [{"item": kind, "amount": str(amount)} for kind, amount in zip(INVESTMENTS, amounts, strict=True)]


def effects(rng: random.Random) -> dict[str, dict[str, str]]:
    """The five effect figures, spread around published provincial means (+19.7 %, -11.6 %, +17.6 %, -11.7 %, +14.7 %)."""
    means = {"efficiency": 19.7, "cost": -11.6, "capacity": 17.6, "carbon": -11.7, "energy": 14.7}
    bases = {"efficiency": 42.0, "cost": 186.0, "capacity": 38.0, "carbon": 5.81, "energy": 0.214}
    figures = {}
    for key, mean in means.items():
        before = bases[key] * rng.uniform(0.4, 2.2)
        after = before * (1 + mean * rng.uniform(0.45, 1.6) / 100)
        places = 3 if before < 1 else 1 if before >= 10 else 2
        figures[f"effect_{key}"] = {"before": f"{before:.{places}f}", "after": f"{after:.{places}f}"}
    return figures


def overview(made: Firm, title: str, stations: int, devices: int) -> str:
    return (
        f"{made.short}建设{title}，以5G虚拟专网为底座，在生产现场部署基站{stations}个，接入机床、机器人、质检相机和物流车辆"
        f"{devices}台，打通制造执行、仓储和能源系统。项目围绕柔性排产、在线质检和设备健康管理开展，改造分三期完成，"
        "每期结束后由生产、设备和信息部门共同验收，并按同一产品口径核对改造前后数据。本条为演示数据，企业与内容均为虚构。"
    )


def network_text(stations: int, edge: int, devices: int) -> str:
    return (
        f"项目建设室内外5G基站{stations}个、边缘计算节点{edge}个，控制类业务与视频类业务分切片承载，生产数据不出厂区。"
        f"对{devices}台设备加装工业网关或5G模组，统一数据模型后接入制造执行、质量和能源系统，"
        "信息网与控制网之间设置隔离和审计。网络由企业与运营商共同运维，故障与时延指标每日汇总，异常时自动切换到有线备份链路。"
    )


EFFECTS_TEXT = (
    "改造前后采用同一产品、同一班制口径，数据取自制造执行系统和能源计量系统，改造前取全年平均，改造后取半年平均。"
    "生产效率按单位人工单位班次合格产出计算，运营成本按单位产品计算，产能按年化计算，碳排放按外购电力和燃料折算。"
    "在线质检替代人工抽检后，一次交检合格率提高，返工减少；设备健康管理使非计划停机下降。"
)
SECURITY_TEXT = (
    "按网络安全等级保护要求定级备案，生产网与办公网隔离，设备接入采用双向认证，"
    "边界部署工业防火墙与审计系统，重要数据本地存储并每日备份，每年开展两次应急演练。"
)
DEMONSTRATION_TEXT = (
    "项目形成了从网络规划、设备接入到应用上线的成套方法，单条产线的改造周期由八个月缩短到三个月，"
    "接入模板和数据模型可在同类企业直接复用。企业向上下游开放了部分接口，带动配套企业同步改造。"
    "培训资料与改造清单已整理成册，可供同行业中小企业分步实施，先做质检与能源两类投入小、见效快的应用。"
)
