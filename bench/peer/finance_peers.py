"""The same rules and rows in engines from the registry; run by bench/finance.py in an environment that has them.

Reads rules (plain trees with their thresholds put in), rows and the right letters as JSON; prints for each engine the CPU time of a row with all
rules, and how often it called eligible what is not. Rules are written as their manuals have them; for zen each condition first asks
whether its figures are null, as an error would else end the whole evaluation.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

GROUPS = {"all": " and ", "any": " or ", "none": " or "}


def main() -> None:
    engine, file, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(file, encoding="utf-8") as source:
        told = json.load(source)
    rules, rows, letters = told["rules"], told["rows"][:limit], told["letters"][:limit]
    seconds, build, found, errors = {"zen": zen, "json-logic": json_logic, "datalogic": datalogic, "openfisca": openfisca}[engine](
        rules, rows
    )
    wrong = sum(1 for own, right in zip(found, letters, strict=True) for key in rules if own[key] and right[key] != "m")
    missed = sum(1 for own, right in zip(found, letters, strict=True) for key in rules if not own[key] and right[key] == "m")
    print(
        f"finance_peer engine={engine} rows={len(rows)} us_per_row={seconds / len(rows) * 1e6:.1f} build_seconds={build:.1f} "
        f"wrong_eligible={wrong} missed_eligible={missed} errors={errors} of={len(rows) * len(rules)}"
    )


# --- zen: one decision with an expression for each rule -------------------------------------
def zen(rules: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[float, float, list[dict[str, bool]], int]:
    import zen as engine

    began = time.process_time()
    expressions = [{"id": key, "key": key.replace("-", "_"), "value": zen_text(tree)} for key, tree in rules.items()]
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
            {"id": "do", "name": "do", "type": "expressionNode", "position": {"x": 1, "y": 0}, "content": {"expressions": expressions}},
            {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "do", "type": "edge"},
            {"id": "b", "sourceId": "do", "targetId": "out", "type": "edge"},
        ],
    }
    decision = engine.ZenEngine().create_decision(json.dumps(graph))
    build, began = time.process_time() - began, time.process_time()
    answers = [decision.evaluate(row)["result"] for row in rows]
    seconds = time.process_time() - began
    return seconds, build, [{key: answer.get(key.replace("-", "_")) is True for key in rules} for answer in answers], 0


def zen_text(node: dict[str, Any]) -> str:
    for group, word in GROUPS.items():
        if group in node:
            text = "(" + word.join(zen_text(each) for each in node[group]) + ")"
            return f"(not {text})" if group == "none" else text
    if "at_least" in node:
        return "(" + " + ".join(f"({zen_text(each)} ? 1 : 0)" for each in node["of"]) + f") >= {node['at_least']}"
    if "is" in node:
        return f"({node['is']} == true)"
    if "in" in node:
        return f"({node['metric']} in [" + ", ".join(f"'{code}'" for code in node["in"]) + "])"
    known = " and ".join(f"{name} != null" for name in names(node))
    top, bottom = zen_sum(node["top"]), zen_sum(node["bottom"])
    bottomed = "" if bottom == "(1)" else f" and {bottom} > 0"
    return f"({known}{bottomed} and ({top}) / ({bottom}) {node['op']} {node['number']})"


def zen_sum(side: list[Any]) -> str:
    return " + ".join(f"({each[0]} * min([{zen_sum(each[1])}, {zen_sum(each[2])}]))" if len(each) == 3 else
                      (f"({each[0]} * {each[1]})" if each[1] else f"({each[0]})") for each in side)  # fmt: skip


def names(node: dict[str, Any]) -> list[str]:
    found = [name for side in (node["top"], node["bottom"]) for name in _names(side)]
    return list(dict.fromkeys(found))


def _names(side: list[Any]) -> list[str]:
    return [name for each in side for name in ([*_names(each[1]), *_names(each[2])] if len(each) == 3 else [each[1]] if each[1] else [])]


# --- json-logic -----------------------------------------------------------------------------
def json_logic(rules: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[float, float, list[dict[str, bool]], int]:
    from json_logic import jsonLogic

    logic = {key: logic_of(tree) for key, tree in rules.items()}
    errors, answers = 0, []
    began = time.process_time()
    for row in rows:
        answer = {}
        for key, rule in logic.items():
            try:
                answer[key] = bool(jsonLogic(rule, row))
            except (TypeError, ZeroDivisionError, ValueError):
                answer[key], errors = False, errors + 1
        answers.append(answer)
    return time.process_time() - began, 0.0, answers, errors


def datalogic(rules: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[float, float, list[dict[str, bool]], int]:
    from datalogic_py import DataLogicError, Engine

    engine = Engine()
    logic = {key: engine.compile(logic_of(tree)) for key, tree in rules.items()}
    errors, answers = 0, []
    began = time.process_time()
    for row in rows:
        answer = {}
        for key, rule in logic.items():
            try:
                answer[key] = rule.evaluate(row) is True
            except DataLogicError:
                answer[key], errors = False, errors + 1
        answers.append(answer)
    return time.process_time() - began, 0.0, answers, errors


def logic_of(node: dict[str, Any]) -> Any:
    for group, word in (("all", "and"), ("any", "or"), ("none", "or")):
        if group in node:
            joined = {word: [logic_of(each) for each in node[group]]}
            return {"!": [joined]} if group == "none" else joined
    if "at_least" in node:
        return {">=": [{"+": [{"if": [logic_of(each), 1, 0]} for each in node["of"]]}, node["at_least"]]}
    if "is" in node:
        return {"==": [{"var": node["is"]}, True]}
    if "in" in node:
        return {"in": [{"var": node["metric"]}, node["in"]]}
    top, bottom = logic_sum(node["top"]), logic_sum(node["bottom"])
    own = top if node["bottom"] == [[1, ""]] else {"/": [top, bottom]}
    return {node["op"]: [own, node["number"]]}


def logic_sum(side: list[Any]) -> Any:
    parts: list[Any] = []
    for each in side:
        if len(each) == 3:
            parts.append({"*": [each[0], {"min": [logic_sum(each[1]), logic_sum(each[2])]}]})
        else:
            parts.append({"*": [each[0], {"var": each[1]}]} if each[1] else each[0])
    return {"+": parts} if len(parts) > 1 else parts[0]


# --- OpenFisca-core: a variable for each column and each rule, all rows at once -------------
def openfisca(rules: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[float, float, list[dict[str, bool]], int]:
    import numpy
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    began = time.process_time()
    enterprise = build_entity(key="enterprise", plural="enterprises", label="", is_person=True)
    system = TaxBenefitSystem([enterprise])
    every = list(dict.fromkeys(name for row in rows for name in row))
    kinds = {name: type(next((row[name] for row in rows if row[name] is not None), 0)) for name in every}

    def variable(name: str, value_type: type, formula: Any = None) -> None:
        told = {"value_type": value_type, "entity": enterprise, "definition_period": DateUnit.YEAR, "label": name}
        system.add_variable(type(name, (Variable,), {**told, **({"formula": formula} if formula else {})}))

    for name in every:
        variable(name, float if kinds[name] is int else kinds[name])

    def formula_of(tree: dict[str, Any]) -> Any:
        # three parameters: with fewer the engine does not pass the parameters of the law, with more it passes those
        return lambda people, period, _law: vector(tree, lambda name: people(name, period), numpy)

    for key, tree in rules.items():
        variable(f"rule_{key.replace('-', '_')}", bool, formula_of(tree))
    simulation = SimulationBuilder().build_default_simulation(system, count=len(rows))
    for name in every:
        blank = {int: 0.0, bool: False, str: ""}[kinds[name]]
        values = [blank if row[name] is None else row[name] for row in rows]
        simulation.set_input(
            name, "2024", numpy.array(values, dtype=object if kinds[name] is str else float if kinds[name] is int else bool)
        )
    build, began = time.process_time() - began, time.process_time()
    found = {key: simulation.calculate(f"rule_{key.replace('-', '_')}", "2024") for key in rules}
    seconds = time.process_time() - began
    return seconds, build, [{key: bool(found[key][place]) for key in rules} for place in range(len(rows))], 0


def vector(node: dict[str, Any], read: Any, numpy: Any) -> Any:
    for group, join in (("all", numpy.logical_and), ("any", numpy.logical_or), ("none", numpy.logical_or)):
        if group in node:
            found = join.reduce([vector(each, read, numpy) for each in node[group]])
            return ~found if group == "none" else found
    if "at_least" in node:
        return sum(vector(each, read, numpy).astype(int) for each in node["of"]) >= node["at_least"]
    if "is" in node:
        return read(node["is"]).astype(bool)
    if "in" in node:
        return numpy.isin(numpy.asarray(read(node["metric"])).astype(str), node["in"])
    with numpy.errstate(all="ignore"):
        own = vector_sum(node["top"], read, numpy) / vector_sum(node["bottom"], read, numpy)
        ops = {">=": own >= node["number"], ">": own > node["number"], "<=": own <= node["number"], "<": own < node["number"]}
        return ops.get(node["op"], own == node["number"])


def vector_sum(side: list[Any], read: Any, numpy: Any) -> Any:
    found: Any = 0.0
    for each in side:
        if len(each) == 3:
            found = found + each[0] * numpy.minimum(vector_sum(each[1], read, numpy), vector_sum(each[2], read, numpy))
        else:
            found = found + (each[0] * read(each[1]) if each[1] else each[0])
    return found


if __name__ == "__main__":
    main()
