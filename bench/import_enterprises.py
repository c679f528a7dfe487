"""How long do 100,000 enterprises from a workbook take, and how much memory?

Writes a workbook of fictional enterprises as a spreadsheet program would (shared strings), makes an empty SQLite
database in a temporary directory, and imports through the command line in a process of its own. Prints one line:

    import_enterprises rows=100000 seconds=… cpu_seconds=… check_seconds=… peak_mb=… check_peak_mb=… base_mb=…

``seconds`` is the whole command: start, reading, checking and writing every row; ``check_seconds`` a dry run of the same
file. ``base_mb`` is the peak over 100 rows; what ``peak_mb`` lies above it are buffers of a set size (a chunk of rows, the
last shared strings, 8 MB of the database's pages), full after some 20,000 rows.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
HEADS = ["企业名称", "统一社会信用代码", "省份", "城市", "区县", "注册地址", "行业大类", "所有制", "规模", "英文名称"]
PLACES = [
    ("江苏省", "苏州市", "虎丘区", "320505"),
    ("浙江省", "宁波市", "鄞州区", "330212"),
    ("湖北省", "武汉市", "洪山区", "420111"),
    ("山东省", "青岛市", "黄岛区", "370211"),
    ("广东省", "深圳市", "南山区", "440305"),
    ("上海市", "上海市", "浦东新区", "310115"),
]
WORDS = ["精密", "智能", "机械", "电子", "材料", "科技", "动力", "光电", "纺织", "化工"]


def write_workbook(path: Path, rows: int) -> None:
    from pilotage.core.codes import fictional_uscc

    dice = random.Random(2023)
    with xlsxwriter.Workbook(path, {"constant_memory": False}) as book:
        sheet = book.add_worksheet("企业")
        for column, head in enumerate(HEADS):
            sheet.write_string(0, column, head)
        for row in range(1, rows + 1):
            province, city, county, code = dice.choice(PLACES)
            name = f"演示{dice.choice(WORDS)}{dice.choice(WORDS)}{row}号有限公司"
            cells = [
                name,
                fictional_uscc(code, row),
                province,
                city,
                county,
                f"{province}{city}{county}示范路{row}号",
                str(dice.randint(13, 43)),
                dice.choice(["民营", "外资", "国有", "合资"]),
                dice.choice(["大型", "中型", "小型"]),
                f"Demo Works {row}",
            ]
            for column, value in enumerate(cells):
                sheet.write_string(row, column, value)


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str


def pilotage(directory: Path, *words: str) -> Run:
    """Run the command in a process of its own."""
    environment = {**os.environ, "PILOTAGE_DATA_DIR": str(directory), "PYTHONPATH": str(ROOT)}
    environment.pop("PILOTAGE_DATABASE_URL", None)
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([sys.executable, "-m", "pilotage", *words], env=environment, cwd=directory, stdout=output, stderr=output)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        output.seek(0)
        text = output.read().decode()
    if process.returncode:
        sys.exit(f"pilotage {' '.join(words)} failed:\n{text[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def measure(rows: int) -> tuple[Run, Run]:
    """The dry run and the import."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_workbook(directory / "list.xlsx", rows)
        pilotage(directory, "migrate", "--verbosity", "0")
        pilotage(directory, "seed")
        check = pilotage(directory, "import", "enterprises", "list.xlsx", "--dry-run", "--fictional")
        return check, pilotage(directory, "import", "enterprises", "list.xlsx", "--fictional")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    _check, base = measure(100)
    check, run = measure(options.rows)
    if f"{options.rows:,} enterprises were entered" not in run.output:
        sys.exit(f"not every enterprise was entered:\n{run.output}")
    print(
        f"import_enterprises rows={options.rows} seconds={run.seconds:.1f} cpu_seconds={run.cpu_seconds:.1f} "
        f"check_seconds={check.seconds:.1f} peak_mb={run.peak_mb:.0f} check_peak_mb={check.peak_mb:.0f} base_mb={base.peak_mb:.0f}"
    )


if __name__ == "__main__":
    main()
