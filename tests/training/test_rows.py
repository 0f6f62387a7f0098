"""Which tables can be learnt from, and what is said of the others."""

from pathlib import Path

import pytest

from training.rows import BadRows, LabelledComplaint, learnable, read_rows


def _written(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "tickets.csv"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no column body and no column label"),
        (b"title,text,label\na,b,c\n", "no column body"),
        (b"body,label\n", "no row with a body and a label"),
        (b"body,label\n\xff\xfe,x\n", "not UTF-8"),
        (b'body,label\n"' + b"a" * 1_100_000 + b'",x\n', "not a CSV"),
        (b'body,label\n"open', "not a CSV"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(BadRows, match=says) as mistake:
        read_rows(_written(tmp_path, content))
    assert "\n" not in str(mistake.value)


def test_titles_may_be_missing_or_empty_and_a_title_alone_is_a_body(tmp_path: Path) -> None:
    assert read_rows(_written(tmp_path, "body,label\n停水,水\n".encode())) == (
        LabelledComplaint("", "停水", "水"),
    )
    table = "title,body,label\n,停水,水\n路灯,,灯\n,,灯\n有字,有字,\n"
    assert read_rows(_written(tmp_path, table.encode("utf-8-sig"))) == (
        LabelledComplaint("", "停水", "水"),
        LabelledComplaint("路灯", "路灯", "灯"),
    )


def test_a_label_with_few_rows_or_alone_cannot_be_learnt() -> None:
    few = (*(LabelledComplaint("", str(n), "水") for n in range(10)), LabelledComplaint("", "x", "灯"))
    with pytest.raises(BadRows, match="too few have 灯"):
        learnable(few)
    with pytest.raises(BadRows, match="only one label"):
        learnable(few[:10])
