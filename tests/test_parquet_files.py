"""Parquet files are whole or absent, the same for the same rows, checked when read, and quick to look into."""

import dataclasses
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse import ARTICLES, LINKS, ArticleRow, DamagedTable, LinkRow, read_parquet, to_arrow, write_parquet
from warehouse.examples import example_row
from warehouse.parquet import ROWS_PER_GROUP, damaged_tables

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def articles(count):
    dice, one = random.Random(7), example_row(ArticleRow)
    return [
        dataclasses.replace(
            one,
            article_id=f"{dice.getrandbits(64):016x}",
            capture_id=f"capture-{number}",
            site=dice.choice(["thinlinenews", "harbourpost", None]),
            captured_at=NOON + timedelta(seconds=dice.randrange(3600)),
            text="".join(dice.choices("abcdefgh ", k=60)),
        )
        for number in range(count)
    ]


def links(count):
    one = example_row(LinkRow)
    rows = (dataclasses.replace(one, capture_id=f"c{n:06}", target_url=f"https://a.example/{n}") for n in range(count))
    return to_arrow(LINKS, rows)


def test_the_same_rows_make_the_same_bytes_in_whatever_order_and_chunks(tmp_path):
    rows = articles(3_000)
    write_parquet(to_arrow(ARTICLES, rows), tmp_path / "a.parquet")
    random.Random(1).shuffle(rows)
    pieces = pa.concat_tables([to_arrow(ARTICLES, rows[:17]), to_arrow(ARTICLES, rows[17:])])
    write_parquet(pieces, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_rows_stand_in_the_table_s_order_and_the_file_says_so(tmp_path):
    write_parquet(to_arrow(ARTICLES, articles(500)), tmp_path / "a.parquet")
    read = read_parquet(tmp_path / "a.parquet", ["site", "captured_at", "capture_id"]).to_pylist()
    assert read == sorted(read, key=lambda r: (r["site"] is None, r["site"] or "", r["captured_at"], r["capture_id"]))
    metadata = pq.read_metadata(tmp_path / "a.parquet")
    group = metadata.row_group(0)
    paths = [group.column(column.column_index).path_in_schema for column in group.sorting_columns]
    assert paths == list(ARTICLES.sort)
    assert group.column(0).compression == "ZSTD"


def test_duckdb_passes_over_row_groups_that_lack_an_id(tmp_path):
    path = tmp_path / "links.parquet"
    write_parquet(links(2 * ROWS_PER_GROUP), path)
    with duckdb.connect() as session:
        wanted = f"https://a.example/{ROWS_PER_GROUP + 5}"
        probe = "select bloom_filter_excludes from parquet_bloom_probe(?, 'target_url', ?)"
        excluded = [row[0] for row in session.execute(probe, [str(path), wanted]).fetchall()]
        assert excluded.count(False) == 1
        found = session.execute("select position from read_parquet(?) where target_url = ?", [str(path), wanted])
        assert len(found.fetchall()) == 1


def test_a_flipped_bit_is_never_read_as_data(tmp_path):
    path = tmp_path / "a.parquet"
    data = to_arrow(ARTICLES, articles(400))
    write_parquet(data, path)
    right = read_parquet(path)
    good = path.read_bytes()
    footer = int.from_bytes(good[-8:-4], "little") + 8
    dice, silent, told = random.Random(3), 0, 0
    for _ in range(60):
        damaged = bytearray(good)
        damaged[dice.randrange(4, len(good) - footer)] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        try:
            silent += not read_parquet(path).equals(right)
        except DamagedTable as error:
            told += str(path) in str(error) and "\n" not in str(error)
    assert silent == 0
    assert told > 30


def test_damaged_files_among_many_are_found(tmp_path):
    for name in ("a", "b", "c"):
        write_parquet(to_arrow(ARTICLES, articles(50)), tmp_path / "articles" / name / "part-0.parquet")
    assert list(damaged_tables(tmp_path)) == []
    damaged = tmp_path / "articles" / "b" / "part-0.parquet"
    content = bytearray(damaged.read_bytes())
    content[2_000] ^= 1
    damaged.write_bytes(content)
    assert [problem.path for problem in damaged_tables(tmp_path)] == [damaged]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not Parquet at all, but long enough to look"])
def test_what_is_no_parquet_is_said_to_be_damaged(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(DamagedTable, match="broadsheet build"):
        read_parquet(tmp_path / "a.parquet")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.parquet"
    write_parquet(to_arrow(ARTICLES, articles(3)), path)
    before = path.read_bytes()
    # A full disk, as Linux simulates one: what is written to the unfinished file goes there.
    (tmp_path / f".a.parquet.{os.getpid()}.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_parquet(to_arrow(ARTICLES, articles(50)), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.parquet"]


def test_an_empty_table_keeps_its_types(tmp_path):
    write_parquet(ARTICLES.schema.empty_table(), tmp_path / "a.parquet")
    assert read_parquet(tmp_path / "a.parquet").schema.equals(ARTICLES.schema)
    assert len(read_parquet(tmp_path / "a.parquet")) == 0
