"""The csv connector: nothing guessed, nothing lost uncounted."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import pytest

from patron.engine.contracts import Rejected, SourceConfig, SourceError
from patron.plugins.sources.csv import CsvFolder


def opened(folder: Path, limits: dict[str, int] | None = None, **settings: object) -> CsvFolder:
    return CsvFolder(SourceConfig("f", settings, folder, limits=limits or {}))


def rows(source: CsvFolder, table: str = "a") -> tuple[list[tuple[object, ...]], list[Rejected]]:
    rejected: list[Rejected] = []
    provided = source.read(table)
    assert provided.rows is not None
    return [r for chunk in provided.rows(rejected.append) for r in chunk], rejected


def write(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def names(source: CsvFolder, table: str = "a") -> list[str]:
    return [c.name for c in source.columns(table)]


def test_every_column_is_a_text(tmp_path):
    source = opened(write(tmp_path, "id,n\n007,1e5\n2,\n"))
    assert rows(source) == ([("007", "1e5"), ("2", None)], [])
    assert {c.type.kind for c in source.columns("a")} == {"text"}


def test_tables_are_named_by_file_up_to_the_first_dot(tmp_path):
    for name in ("a.csv", "b.x.csv.gz", "c.tsv", "d.json", "e.CSV"):
        write(tmp_path, gzip.compress(b"x\n") if name.endswith("gz") else "x\n", name)
    assert list(opened(tmp_path).tables()) == ["a", "b", "c", "e"]
    assert list(opened(tmp_path, files={"all": ("a.csv", "c.tsv")}).tables()) == ["a", "all", "b", "c", "e"]


def test_files_of_one_table_are_in_order_of_name(tmp_path):
    for i in (2, 10, 1):
        write(tmp_path, f"id\n{i}\n", f"o_{i}.csv")
    source = opened(tmp_path, files={"o": ("o_*.csv",)})
    assert rows(source, "o")[0] == [("1",), ("10",), ("2",)]


@pytest.mark.parametrize("pattern", ["../x.csv", "/etc/passwd", "a\0.csv", "~/x.csv", "sub/../../x.csv", ""])
def test_no_way_out_of_the_folder(tmp_path, pattern):
    (tmp_path / "in").mkdir()
    write(tmp_path, "id\n1\n", "x.csv")
    with pytest.raises(SourceError) as caught:
        opened(tmp_path / "in", files={"o": (pattern,)}).columns("o")
    assert caught.value.code == "P0702"


def test_a_link_that_leads_outside(tmp_path):
    (tmp_path / "in").mkdir()
    write(tmp_path, "id\n1\n", "x.csv")
    (tmp_path / "in" / "a.csv").symlink_to(tmp_path / "x.csv")
    with pytest.raises(SourceError, match="outside"):
        opened(tmp_path / "in").columns("a")
    config = SourceConfig("f", {}, tmp_path / "in", roots=(tmp_path,))
    assert names(CsvFolder(config)) == ["id"]


def test_a_missing_table_and_a_missing_file(tmp_path):
    write(tmp_path, "id\n", "orders.csv")
    with pytest.raises(SourceError) as caught:
        opened(tmp_path).columns("order")
    assert (caught.value.code, "orders" in caught.value.hint) == ("P0703", True)
    with pytest.raises(SourceError) as caught:
        opened(tmp_path, files={"o": ("ordrs.csv",)}).columns("o")
    assert (caught.value.code, "orders.csv" in caught.value.hint) == ("P0702", True)
    with pytest.raises(SourceError) as caught:
        opened(tmp_path / "nowhere").tables()
    assert caught.value.code == "P0702"


def test_a_file_that_was_taken_away_has_no_other_in_its_place(tmp_path):
    folder = tmp_path / "northwind"
    folder.mkdir()
    for name in ("territories", "orders", "products"):
        write(folder, "id\n", f"{name}.csv")
    with pytest.raises(SourceError) as caught:
        opened(folder).columns("categories")
    said = "has no table `categories`: no file of northwind is called so (.csv, .tsv, .txt)"
    assert str(caught.value).endswith(said)
    assert caught.value.hint == "There: orders, products, territories"
    with pytest.raises(SourceError) as caught:
        opened(folder).columns("product")
    assert caught.value.hint == "Did you mean `products`? There: orders, products, territories"


@pytest.mark.parametrize(
    "content, expected",
    [
        ("id,n\n1,a\n2,b", [("1", "a"), ("2", "b")]),
        ("id,n\r\n1,a\r\n2,b\r\n", [("1", "a"), ("2", "b")]),
        ("\ufeffid,n\n1,é\n", [("1", "é")]),
        ('id,n\n1,"x\ny"\n2,"a""b"\n3,d "q" e\n', [("1", "x\ny"), ("2", 'a"b'), ("3", 'd "q" e')]),
        ("id,n\n\n1,a\n\n\n2,b\n", [("1", "a"), ("2", "b")]),
        ("id,n\n", []),
        ("id,n,,\n1,a,,\n", [("1", "a")]),
        (' id , n\n1," a"\n', [("1", " a")]),
        ("id,n\r\n1,a\n2,b\r\n", [("1", "a"), ("2", "b")]),
    ],
)
def test_what_is_read(tmp_path, content, expected):
    assert rows(opened(write(tmp_path, content))) == (expected, [])


@pytest.mark.parametrize(
    "content, line, column, reason",
    [
        ("id,n\n1,a\n2\n3,c\n", 3, "n", "it has 1 values, 2 are expected"),
        ("id,n\n1,a\n2,b,x\n3,c\n", 3, "", "it has 3 values, 2 are expected"),
        ('id,n\n1,a\n2,"b"x\n3,c\n', 3, "", "something stands after a closing quote"),
        ("id,n,\n1,a,\n2,b,lost\n3,c,\n", 3, "", "value 3 stands under no name"),
    ],
)
def test_rows_that_cannot_be_read_are_counted(tmp_path, content, line, column, reason):
    found, rejected = rows(opened(write(tmp_path, content)))
    assert rejected == [Rejected("a.csv", line, reason, column)]
    assert [r[0] for r in found] == ["1", "3"]


@pytest.mark.parametrize(
    "content, settings, code, where",
    [
        ("", {}, "P0713", "a.csv"),
        ("id,Id\n1,2\n", {}, "P0713", "a.csv"),
        (",,\n1,2,3\n", {}, "P0713", "a.csv"),
        ('id,n\n1,a\n2,"b\n3,c\n', {}, "P0705", "a.csv:3"),
        (b"id,n\n1,a\n2,\xe9\n", {}, "P0702", "a.csv:3"),
        ("id,n\n1,a\n".encode("utf-16"), {}, "P0702", ""),
        (b"id,n\n1,a\n2,\x00\n", {}, "P0705", "a.csv:3"),
        ("id,n\n1," + "x" * 300_000 + "\n", {"limits": {"field_bytes": 100_000}}, None, ""),
        ("1,2\n", {"header": False}, "P0702", ""),
        ("id\n1\n", {"delimiter": "||"}, "P0702", ""),
        ("id\n1\n", {"encoding": "latin-99"}, "P0702", ""),
    ],
)
def test_files_that_are_refused(tmp_path, content, settings, code, where):
    write(tmp_path, content)
    if code is None:
        assert "longer than" in rows(opened(tmp_path, **settings))[1][0].reason
        return
    with pytest.raises(SourceError) as caught:
        rows(opened(tmp_path, **settings))
    assert (caught.value.code, caught.value.where) == (code, where)


def test_declared_encodings(tmp_path):
    assert rows(opened(write(tmp_path, "id,n\n1,é\n".encode("latin-1")), encoding="latin-1"))[0] == [("1", "é")]
    assert rows(opened(write(tmp_path, "id,n\n1,é\n".encode("utf-16")), encoding="utf-16"))[0] == [("1", "é")]


def test_blanks_as_delimiter_without_header(tmp_path):
    source = opened(write(tmp_path, " 01   2\t3  \n\n 4 5 6\n"), delimiter=" ", header=False, columns=("a", "b", "c"))
    assert rows(source) == ([("01", "2", "3"), ("4", "5", "6")], [])


def test_texts_read_as_missing(tmp_path):
    source = opened(write(tmp_path, "id,n\nNA,\n-,x\n"), blank=("NA", "-"))
    assert rows(source)[0] == [(None, ""), (None, "x")]


def test_packed_files(tmp_path):
    write(tmp_path, gzip.compress(b"id,n\n1,a\n"), "a.csv.gz")
    write(tmp_path, bz2.compress(b"id,n\n1,a\n"), "b.csv.bz2")
    source = opened(tmp_path)
    assert rows(source, "a")[0] == rows(source, "b")[0] == [("1", "a")]
    write(tmp_path, gzip.compress(b"id,n\n" + b"1,a\n" * 1000)[:40], "a.csv.gz")
    with pytest.raises(SourceError) as caught:
        rows(opened(tmp_path), "a")
    assert caught.value.code == "P0702"


def test_a_small_file_that_unfolds_to_a_huge_one(tmp_path):
    write(tmp_path, gzip.compress(b"id,n\n" + b"1,a\n" * 100_000), "a.csv.gz")
    with pytest.raises(SourceError, match="unfolds"):
        rows(opened(tmp_path, {"unfolded_bytes": 100_000}))


def test_headers_of_one_table_agree(tmp_path):
    write(tmp_path, "id,n\n", "a_1.csv")
    write(tmp_path, "n,id\n", "a_2.csv")
    with pytest.raises(SourceError, match="order of its columns"):
        opened(tmp_path, files={"a": ("a_*.csv",)}).columns("a")


def test_where_a_row_stands(tmp_path):
    provided = opened(write(tmp_path, 'id,n\n1,"a\nb"\nragged\n2,c\n')).read("a")
    assert provided.place is not None
    assert [provided.place(0), provided.place(1)] == ["a.csv:2", "a.csv:5"]


def test_the_quick_way_is_offered_only_where_it_is_right(tmp_path):
    def quick(content: str | bytes, name: str = "a.csv", **settings: object) -> int | str | None:
        for old in tmp_path.iterdir():
            old.unlink()
        csv = opened(write(tmp_path, content, name), **settings).read("a").csv
        return "careful" if csv is None else csv.rows

    assert quick("id,n\n1,a\n2,b") == 2
    assert quick("id,n\r\n1,a\r\n") == 1
    assert quick('id,n\n1,"a"\n') is None
    assert quick("id,n\n1,a\r\n") == "careful"
    assert quick("id,n\r1,a\r") == "careful"
    assert quick("id\n1\n") == "careful"
    assert quick("id n\n1 2\n", delimiter=" ") == "careful"
    assert quick(bz2.compress(b"id,n\n1,a\n"), "a.csv.bz2") == "careful"
    assert quick("id,n\n1,é\n".encode("latin-1"), encoding="latin-1") == "careful"


def packed(content: bytes) -> bytes:
    """Packed by pyarrow."""
    arrow = pytest.importorskip("pyarrow")
    return arrow.compress(content, codec="zstd", asbytes=True)


def test_zst_files(tmp_path):
    write(tmp_path, packed("\ufeffid,n\n1,é\n2,\n".encode()), "a.csv.zst")
    source = opened(tmp_path)
    assert (names(source), rows(source)) == (["id", "n"], ([("1", "é"), ("2", None)], []))
    quick = source.read("a").csv
    assert quick is not None
    assert (quick.compression, quick.rows) == ("zstd", 2)
    write(tmp_path, packed("id,n\n1,é\n".encode("latin-1")), "a.csv.zst")
    assert rows(opened(tmp_path, encoding="latin-1"))[0] == [("1", "é")]
    with pytest.raises(SourceError) as caught:
        rows(opened(tmp_path))
    assert (caught.value.code, caught.value.where) == ("P0702", "a.csv.zst:2")
    for marked in ("utf-16", "utf-32"):
        write(tmp_path, packed("id,n\n1,é\n".encode(marked)), "a.csv.zst")
        with pytest.raises(SourceError, match=marked.upper()):
            rows(opened(tmp_path))


@pytest.mark.parametrize("cut", [0, 3, 20, -1])
def test_a_zst_file_that_is_cut(tmp_path, cut):
    write(tmp_path, packed(b"id,n\n" + b"".join(b"%d,a\n" % i for i in range(5000)))[:cut], "a.csv.zst")
    with pytest.raises(SourceError):
        rows(opened(tmp_path))


def test_a_small_zst_file_that_unfolds_to_a_huge_one(tmp_path):
    write(tmp_path, packed(b"id,n\n" + b"1,a\n" * 100_000), "a.csv.zst")
    with pytest.raises(SourceError, match="unfolds"):
        rows(opened(tmp_path, {"unfolded_bytes": 100_000}))
