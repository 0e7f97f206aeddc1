"""Run datatrove's four filters as FineWeb does, on a Parquet file; for a Python that has datatrove, without Winnow.

    python datatrove_filters.py INPUT.parquet OUTPUT eng|cmn_Hani

Prints a JSON line: CPU-seconds of reading, filtering and writing (without imports), and what was kept.
"""

import json
import shutil
import sys
import time
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import JsonlWriter


def main() -> None:
    source, output, language = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    shutil.rmtree(output, ignore_errors=True)
    # Gopher's stop words and word length are English; without others no Chinese text stays.
    chinese = {"min_avg_word_length": 1, "stop_words": ["的", "是", "在", "和"]} if language == "cmn_Hani" else {}
    filters = [
        GopherRepetitionFilter(language=language),
        GopherQualityFilter(language=language, **chinese),
        C4QualityFilter(filter_no_terminal_punct=False, language=language),
        FineWebQualityFilter(language=language),
    ]
    started = time.process_time()
    LocalPipelineExecutor(
        [
            ParquetReader(str(source.parent), glob_pattern=source.name),
            *filters,
            JsonlWriter(str(output / "kept"), compression=None),
        ],
        tasks=1,
        workers=1,
        logging_dir=str(output / "log"),
        skip_completed=False,
    ).run()
    taken = time.process_time() - started
    kept = sum(len(path.read_text("utf-8").splitlines()) for path in (output / "kept").glob("*.jsonl"))
    print(json.dumps({"cpu_s": taken, "kept": kept}))


if __name__ == "__main__":
    main()
