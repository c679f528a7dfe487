"""What can be known of an enterprise and asked by a rule: every metric with its unit, and how many years of it are kept.

Money is whole yuan; a rate is basis points (1 % = 100). A column is ``key`` for the base year, which is the last year with a statement, and
``key_1``, ``key_2`` for the years before. What is not known is absent: never 0, never -1.
"""

from __future__ import annotations

from typing import Final

from pilotage.finance.rules import Metric

# of the yearly statement, as reported
STATEMENT: Final = (
    Metric("revenue", "yuan", "营业收入", "Revenue", 3),
    Metric("net_profit", "yuan", "净利润", "Net profit", 3),
    Metric("net_profit_core", "yuan", "扣除非经常性损益的净利润", "Net profit without non-recurring items", 3),
    Metric("rd_expense", "yuan", "研发投入", "R&D expenditure", 3),
    Metric("operating_cash_flow", "yuan", "经营活动产生的现金流量净额", "Operating cash flow", 3),
    Metric("net_assets", "yuan", "净资产", "Net assets", 2),
    Metric("total_assets", "yuan", "总资产", "Total assets", 1),
    Metric("total_liabilities", "yuan", "总负债", "Total liabilities", 1),
    Metric("roe", "basis_points", "加权平均净资产收益率", "Weighted average return on equity", 2),
    Metric("share_capital", "yuan", "股本", "Share capital", 1),
    Metric("staff", "persons", "职工人数", "Staff", 1),
    Metric("rd_staff", "persons", "研发人员", "R&D staff", 1),
)
# stated for one day, valid until the next statement of the same
STANDING: Final = (
    Metric("market_cap", "yuan", "预计市值", "Expected market capitalisation", 1),
    Metric("market_cap_60", "yuan", "最近60个交易日平均市值", "Average market capitalisation of 60 trading days", 1),
    Metric("market_makers", "count", "做市商家数", "Market makers", 1),
    Metric("shareholders", "count", "股东人数", "Shareholders", 1),
    Metric("qualified_investors", "count", "合格投资者人数", "Qualified investors", 1),
    Metric("offerees", "count", "发行对象人数", "Buyers of the offering", 1),
    Metric("shares_offered", "shares", "公开发行股份数", "Shares offered", 1),
    Metric("public_float", "basis_points", "公众股东持股比例", "Public float", 1),
    Metric("raised_since_listing", "yuan", "挂牌以来定向发行融资额", "Raised since admission", 1),
    Metric("invention_patents", "count", "发明专利", "Invention patents", 1),
    Metric("invention_patents_main", "count", "应用于主营业务的发明专利", "Invention patents used in the main business", 1),
    Metric("utility_models", "count", "实用新型专利", "Utility models", 1),
    Metric("trademarks", "count", "注册商标", "Registered trademarks", 1),
    Metric("software_copyrights", "count", "软件著作权", "Software copyrights", 1),
    Metric("ownership", "code", "企业性质", "Ownership", 1),
    Metric("neeq_tier", "code", "新三板层级", "NEEQ tier", 1),
    Metric("board", "code", "上市板块", "Board", 1),
)
# reckoned on the day that is asked for, from dates, titles, entries and the register of rights
RECKONED: Final = (
    Metric("months_in_operation", "months", "持续经营时间", "Time in operation", 1),
    Metric("months_on_innovation_tier", "months", "在创新层连续挂牌时间", "Time on the innovation tier", 1),
    Metric("pledgeable_patents", "count", "可质押专利", "Patents that can be pledged", 1),
    Metric("title_high_tech", "truth", "高新技术企业", "High-tech enterprise", 1),
    Metric("title_tech_sme", "truth", "科技型中小企业", "Sci-tech SME", 1),
    Metric("title_srdi_sme", "truth", "专精特新中小企业", "SRDI SME", 1),
    Metric("title_little_giant", "truth", "专精特新“小巨人”企业", "SRDI little giant", 1),
    Metric("title_champion", "truth", "制造业单项冠军", "Manufacturing single champion", 1),
    Metric("title_technology_centre", "truth", "国家企业技术中心", "National enterprise technology centre", 1),
    Metric("title_innovation_demonstration", "truth", "国家技术创新示范企业", "National technology innovation demonstration enterprise", 1),
    Metric("title_smart_factory", "truth", "智能制造示范工厂或优秀场景", "Smart manufacturing demonstration factory or scenario", 1),
    Metric("title_5g_factory", "truth", "5G工厂名录", "5G-factory directory", 1),
    Metric("on_project_list", "truth", "列入技术改造再贷款项目清单", "On a list of projects for re-lending", 1),
)
# days that something is reckoned from; no rule asks for them, so they have no column
DAYS: Final = (Metric("operating_since", "day", "开始经营日期", "In operation since"),)
METRICS: Final = {metric.key: metric for metric in (*STATEMENT, *STANDING, *RECKONED)}
COLUMNS: Final = tuple(metric.column(back) for metric in METRICS.values() for back in range(metric.years))
# what can be stated at all; the rest is reckoned
STATED: Final = {metric.key: metric for metric in (*STATEMENT, *STANDING, *DAYS)}
YEARLY: Final = frozenset(metric.key for metric in STATEMENT)
TITLES: Final = tuple(metric.key for metric in RECKONED if metric.unit == "truth")
# may be below zero; the others cannot
SIGNED: Final = frozenset({"net_profit", "net_profit_core", "operating_cash_flow", "net_assets", "roe"})
