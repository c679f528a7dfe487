"""Write a Parquet file of invented enterprises: ``finance_parquet.py FILE ROWS``. Only the columns that the rules of the bench read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 250_000


def main() -> None:
    file, rows = sys.argv[1], int(sys.argv[2])
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotage.settings")
    import django

    django.setup()
    import pyarrow as pa
    import pyarrow.parquet as pq

    from bench.finance import asked
    from bench.finance_rows import columns
    from pilotage.finance.facts.metrics import METRICS
    from pilotage.finance.screening.statement import attested_keys

    writer = None
    for seed, begin in enumerate(range(0, rows, CHUNK)):
        size = min(CHUNK, rows - begin)
        told = {"enterprise_id": pa.array(range(begin + 1, begin + size + 1), pa.int64())}
        for name, values, unknown in columns(list(METRICS.values()), attested_keys(asked()), size, seed):
            told[name] = pa.array(values, mask=unknown)
        table = pa.table(told)
        writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd", compression_level=1)
        writer.write_table(table)
    if writer is not None:
        writer.close()


if __name__ == "__main__":
    main()
