"""An import reads every row the file has, or refuses the file: nothing between head and end is left out."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from desk.importing.calls import whole
from desk.importing.moments import moment
from desk.importing.sheet import BadSheet, Sheet, read_sheet

HEAD = ("工单编号", "电话", "承办单位", "办结时间")
TEN = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
Edit = Callable[[str], str]


def row(number: int) -> tuple[str, ...]:
    return (f"26030210{number:05}", "13912345678", "供热公司", "2026-03-02 10:00")


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """A workbook of fifty rows; `edit` changes the first sheet's XML to what other programs write."""

    def make(edit: Edit = str, rows: int = 50, **more: list[tuple[str, ...]]) -> Path:
        made = openpyxl.Workbook()
        assert made.active is not None
        for values in (HEAD, *(row(number) for number in range(rows))):
            made.active.append(values)
        for title, lines in more.items():
            sheet = made.create_sheet(title)
            for values in lines:
                sheet.append(values)
        held = io.BytesIO()
        made.save(held)
        path = tmp_path / "calls.xlsx"
        with zipfile.ZipFile(held) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    content = edit(content.decode()).encode()
                new.writestr(name, content)
        return path

    return make


def all_fifty(sheet: Sheet) -> bool:
    return sheet.head == HEAD and [line.values for line in sheet.lines] == [row(n) for n in range(50)]


def size(says: str) -> Edit:
    return lambda xml: re.sub(r"<dimension[^>]*>", f'<dimension ref="{says}"/>' if says else "", xml)


@pytest.mark.parametrize("says", ["A1:D11", "A1", "A1:B51", "A1:XFD1048576", "C3:D4", "A40:D51", ""])
def test_what_a_sheet_says_of_its_size_ends_nothing(book: Callable[..., Path], says: str) -> None:
    sheet = read_sheet(book(size(says)))
    assert all_fifty(sheet)
    assert "50 rows read" in sheet.says
    assert "51 rows" in sheet.says


def test_rows_and_cells_without_numbers_are_counted_by_their_place(book: Callable[..., Path]) -> None:
    assert all_fifty(read_sheet(book(lambda xml: re.sub(r'(<row|<c) r="\w+"', r"\1", xml))))


def test_rows_in_any_order_are_read_in_their_own(book: Callable[..., Path]) -> None:
    def shuffled(xml: str) -> str:
        rows = re.findall(r"<row .*?</row>", xml)
        return xml.replace("".join(rows), "".join((*rows[20:], *rows[:20])))

    assert all_fifty(read_sheet(book(shuffled)))


def test_two_rows_under_one_number_are_two(book: Callable[..., Path]) -> None:
    sheet = read_sheet(book(lambda xml: re.sub(r'r="([A-D]?)30"', r'r="\g<1>31"', xml)))
    assert [line.values for line in sheet.lines] == [row(n) for n in range(50)]


def test_cells_in_any_order_stand_under_their_heads(book: Callable[..., Path]) -> None:
    def turned(xml: str) -> str:
        return re.sub(r"(<row [^>]*>)(.*?)(</row>)", lambda m: m[1] + "".join(
            reversed(re.findall(r"<c .*?</c>", m[2]))) + m[3], xml)  # fmt: skip

    assert all_fifty(read_sheet(book(turned)))


def test_blank_rows_between_before_and_after_are_no_end(book: Callable[..., Path]) -> None:
    def moved(xml: str) -> str:
        """Three blank rows before the head, a gap of two hundred in the middle, formatted rows at the end."""

        def down(found: re.Match[str]) -> str:
            number = int(found[2])
            return f'r="{found[1]}{number + (203 if number > 25 else 3)}"'

        xml = re.sub(r'r="([A-D]?)(\d+)"', down, xml)
        cells = '<c r="A{n}" s="0"/><c r="B{n}" t="inlineStr"><is><t> </t></is></c>'
        empty = "".join(f'<row r="{n}">{cells.format(n=n)}</row>' for n in range(300, 320))
        return size("A1:D51")(xml).replace("</sheetData>", f"{empty}</sheetData>")

    sheet = read_sheet(book(moved))
    assert all_fifty(sheet)
    assert (sheet.lines[0].number, sheet.lines[-1].number, sheet.counted) == (5, 254, 51)


def test_hidden_rows_are_read_and_said(book: Callable[..., Path]) -> None:
    sheet = read_sheet(book(lambda xml: re.sub(r'<row r="(1\d)"', r'<row r="\1" hidden="1"', xml)))
    assert all_fifty(sheet)
    assert "10 of them are hidden" in sheet.says


def test_rows_on_a_second_sheet_are_not_passed_over(book: Callable[..., Path]) -> None:
    with pytest.raises(BadSheet, match=r"2 sheets have something in them \(Sheet, 四月\)"):
        read_sheet(book(四月=[HEAD, row(60)]))


def test_the_one_sheet_with_anything_in_it_is_read_wherever_it_stands(book: Callable[..., Path]) -> None:
    def emptied(xml: str) -> str:
        return re.sub(r"<sheetData>.*</sheetData>", "<sheetData/>", xml)

    sheet = read_sheet(book(emptied, 四月=[HEAD, *(row(n) for n in range(50))]))
    assert all_fifty(sheet)
    assert "its other 1 sheets are empty" in sheet.says


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda xml: xml[: len(xml) // 2], "no workbook that can be read"),
        (lambda xml: re.sub(r'<c r="A9".*?</c>', '<c r="A9" t="s"><v>99999</v></c>', xml), "no workbook"),
        (lambda xml: re.sub(r'<c r="A9".*?</c>', '<c r="A9"><f>A8+1</f></c>', xml), "A9 has a formula"),
        (lambda xml: re.sub(r'<c r="B9".*?</c>', '<c r="B9"><f>B8</f><v></v></c>', xml), "B9 has a formula"),
        (lambda xml: xml.replace('r="B9"', 'r="A9"'), "row 9 has two values in one column"),
        (lambda xml: xml.replace('r="D9"', 'r="ZZZ9"'), "too many columns"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(book: Callable[..., Path], edit: Edit, reason: str) -> None:
    with pytest.raises(BadSheet, match=reason):
        read_sheet(book(edit))


def test_a_formula_that_came_to_an_empty_text_is_no_reason_to_save_the_file_again(
    book: Callable[..., Path],
) -> None:
    """As Excel writes it: the value is there, and has nothing in it."""

    def emptied(xml: str) -> str:
        return re.sub(r'<c r="D9".*?</c>', '<c r="D9" t="str"><f>IF(1,"","")</f><v></v></c>', xml)

    sheet = read_sheet(book(emptied))
    assert (len(sheet.lines), sheet.lines[7].values) == (50, row(7)[:3])


# --- CSV


def csv(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "calls.csv"
    path.write_bytes("\n".join((",".join(HEAD), *lines)).encode())
    return path


LINES = tuple(",".join(row(number)) for number in range(50))


@pytest.mark.parametrize("place", [0, 20, 49])
def test_a_quote_nobody_closes_swallows_nothing(tmp_path: Path, place: int) -> None:
    lines = list(LINES)
    lines[place] = lines[place].replace("供热", '"供热')
    lines[place] = lines[place].replace(',"', ',"', 1)
    with pytest.raises(BadSheet, match=f"begins in line {place + 2} is no CSV"):
        read_sheet(csv(tmp_path, *lines))


@pytest.mark.parametrize("last", [11, 12, 40])
def test_a_quote_closed_by_another_row_swallows_nothing(tmp_path: Path, last: int) -> None:
    """What comes out is one row of the right width, and the rows between are its text."""
    lines = list(LINES)
    lines[10] = lines[10].replace("供热公司", '"供热公司')
    lines[last] = lines[last].replace("供热公司", '供热公司"')
    with pytest.raises(BadSheet, match="row that begins in line 12 runs over lines that look like rows"):
        read_sheet(csv(tmp_path, *lines))


def test_nor_does_it_swallow_rows_that_end_before_their_last_values(tmp_path: Path) -> None:
    swallowed = ('1,139,"供热公司,2026-03-02', "2,138", "3,137,供热公司", '4,136"')
    with pytest.raises(BadSheet, match="row that begins in line 2 runs over lines that look like rows"):
        read_sheet(csv(tmp_path, *swallowed, *LINES))


def test_a_text_of_several_lines_is_one_row(tmp_path: Path) -> None:
    sheet = read_sheet(csv(tmp_path, '1,"一楼没水\n\n二楼没电，求助",供热公司,2026-03-02', *LINES))
    assert len(sheet.lines) == 51
    assert sheet.lines[0].values[1] == "一楼没水\n\n二楼没电，求助"
    assert (sheet.lines[1].number, sheet.counted) == (5, 53)
    assert "51 rows read under the head; the file has 53 lines" in sheet.says


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,139\x0012345678,供热公司,2026-03-02", "line 2 has a NUL"),
        ("1,路灯,坏了,供热公司,2026-03-02", "line 2 has more values"),
        ("1," + "长" * 200_000 + ",供热公司,2026-03-02", "line 2 is no CSV"),
    ],
)
def test_a_line_that_cannot_be_a_row_is_named(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(BadSheet, match=reason):
        read_sheet(csv(tmp_path, line, *LINES))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_and_every_kind_of_line_end(tmp_path: Path, end: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(
        end.join(("", ",,,", ",".join(HEAD), *LINES[:20], "", ",,,", *LINES[20:], "", "")).encode()
    )
    assert all_fifty(read_sheet(path))


@pytest.mark.parametrize("name", ["calls.xls", "calls.et"])
def test_what_excel_and_wps_wrote_before_is_read_row_by_row(name: str) -> None:
    """Fifty rows, three empty ones among them; dates in three forms; another sheet that is empty."""
    sheet = read_sheet(Path(__file__).parent / "sheets" / name)
    assert sheet.head == HEAD
    assert [line.values[0] for line in sheet.lines] == [f"26030210{n:05}" for n in range(1, 51)]
    assert {line.values[1:3] for line in sheet.lines} == {("13912345678", "供热公司")}
    assert {moment(line.values[3], "Asia/Shanghai") for line in sheet.lines} == {TEN}
    assert sheet.lines[-1].number == 54
    assert "50 rows read" in sheet.says
    assert "54 rows to its last" in sheet.says


@pytest.mark.parametrize("cut", [9, 600, 2000, 4000])
def test_a_broken_or_locked_one_is_refused_with_a_sentence(cut: int, tmp_path: Path) -> None:
    whole = (Path(__file__).parent / "sheets" / "calls.xls").read_bytes()
    path = tmp_path / "calls.xls"
    path.write_bytes(whole[:cut])
    with pytest.raises(BadSheet, match="password"):
        read_sheet(path)


@pytest.mark.parametrize(
    "written",
    [
        *("2026/3/2 10:00", "2026-3-2 10:00", "2026年3月2日 10:00", "2026.3.2 10:00", "2026年3月2日10时"),
        *(
            "2026/3/2 星期一 10:00:00",
            "2026/03/02 上午10:00",
            "２０２６／３／２　１０：００",
            "2026-03-02T10:00",
        ),
        *("2026-03-02T02:00:00Z", "2026-03-02 10:00:00+08:00", "2026/3/2 10:00 AM", "2026年3月2日10点0分0秒"),
        *("46083.416666666664", "46083.41667"),
    ],
)
def test_a_moment_as_chinese_spreadsheets_write_it(written: str) -> None:
    assert moment(written, "Asia/Shanghai") == TEN


@pytest.mark.parametrize("written", ["2026/3/2", "2026-3-2", "2026年3月2日", "2026.3.2", "20260302", "46083"])
def test_a_day_alone_is_its_beginning(written: str) -> None:
    assert moment(written, "Asia/Shanghai") == TEN - timedelta(hours=10)


@pytest.mark.parametrize("written", ["2026/3/2 下午3:05", "2026/3/2 3:05 PM", "2026年3月2日 15时5分"])
def test_the_half_of_a_day_counts(written: str) -> None:
    assert moment(written, "Asia/Shanghai") == TEN + timedelta(hours=5, minutes=5)


@pytest.mark.parametrize(
    "written",
    [
        *("3/2/2026", "26/3/2", "2026-3", "2026/2/30", "2026/13/1", "2026/3/2 25:00", "10:00", "昨天", ""),
        *("123", "999999", "12345.5.5", "2026年", "2.60302E+12"),
    ],
)
def test_what_is_no_moment_or_could_be_two_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        moment(written, "Asia/Shanghai")


@pytest.mark.parametrize(
    "shown", ["2.60012E+17", "1.38937E+10", "2.60012e+17", "２.６００１２Ｅ+１７", "2.6E17", "3E+12"]
)
def test_a_number_that_a_spreadsheet_shortened_is_refused(shown: str) -> None:
    with pytest.raises(ValueError, match="shortened by the spreadsheet"):
        whole(shown)


@pytest.mark.parametrize(
    "given", ["26030210000123456", "0937-6223344", "+86 139 1234 5678", "E12", "WX2E5", ""]
)
def test_a_number_as_it_was_given_is_left_alone(given: str) -> None:
    assert whole(given) == given


def test_a_long_number_whose_end_excel_made_up_does_not_pass_for_one(book: Callable[..., Path]) -> None:
    def as_number(xml: str) -> str:
        return re.sub(r'<c r="A2"[^>]*>.*?</c>', '<c r="A2"><v>2.6001212345678902E+17</v></c>', xml, count=1)

    with pytest.raises(ValueError, match="shortened"):
        whole(read_sheet(book(as_number)).lines[0].values[0])
