"""Importing pipelines, or its extraction, loads no framework; asking for extract loads what it needs."""

import subprocess
import sys


def loaded(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_faces_load_no_framework() -> None:
    heavy = {"trafilatura", "dagster", "duckdb", "scrapy", "twisted", "lxml", "htmldate", "dateparser", "py3langid"}
    assert not heavy & loaded("import pipelines, pipelines.extraction")
    assert not heavy & loaded("from pipelines import Extraction, Reject")
    assert "py3langid" not in loaded("import pipelines.cli.app, pipelines.build, pipelines.trial")


def test_extract_loads_the_reader() -> None:
    got = loaded("from pipelines import extract")
    assert "lxml" in got
    assert not {"dagster", "duckdb", "scrapy"} & got
