"""Lists brought in as CSV: every fault named by its line, nothing half done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.commands.listed import SHOWN_FAULTS, ListFaults, read_list
from bot.conversation.types import Listed
from bot.store import listings
from tests.commands.desk import Desk

GOOD = "name,number,place,until,note\nPT. Contoh Jaya,SIP3MI-1,Mataram,2027-12-31,\nPT. Uji Coba,SIP3MI-2,,,diperiksa\n"
OPTIONS = ("--kind", "p3mi", "--source", "Disnakertrans NTB", "--as-of", "2026-11-20")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "daftar.csv"


def bring(desk: Desk, file: Path, text: str | bytes = GOOD, *options: str):  # type: ignore[no-untyped-def]
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return desk.type("listed", "import", str(file), *(options or OPTIONS))


def look(desk: Desk, words: str) -> tuple[str, ...]:
    with desk.store.read() as session:
        return tuple(row.name for row in listings.search(session, words).rows)


def test_a_list_is_brought_in_shown_and_noted(desk: Desk, file: Path) -> None:
    assert "No list" in desk.well("listed", "show").words
    said = bring(desk, file)
    assert said.code == 0 and "p3mi, 2 rows, as of 2026-11-20, Disnakertrans NTB" in said.words
    assert look(desk, "contoh jaya") == ("PT. Contoh Jaya",)
    assert "p3mi 2 rows as of 2026-11-20 Disnakertrans NTB" in desk.well("listed", "show").words
    assert desk.audit() == [("listed.imported", "p3mi, 2 rows, as of 2026-11-20, Disnakertrans NTB")]


def test_a_new_one_takes_the_place_of_the_old(desk: Desk, file: Path) -> None:
    bring(desk, file)
    assert bring(desk, file, "nama;nomor\nPT. Lain;1\n").code == 0
    assert look(desk, "contoh jaya") == () and look(desk, "lain") == ("PT. Lain",)
    assert len(desk.well("listed", "show").lines) == 1


def test_a_list_with_faults_changes_nothing(desk: Desk, file: Path) -> None:
    bring(desk, file)
    said = bring(desk, file, "name,until\nPT. Lain,2027-12-31\n,2027-12-31\nPT. Ini,besok\n")
    assert said.code == 2
    for words in (
        "daftar.csv: line 3: the name is missing",
        "line 4: until: 'besok' is no day",
        "nothing was imported",
    ):
        assert words in said.words
    assert look(desk, "contoh jaya") == ("PT. Contoh Jaya",) and look(desk, "lain") == ()
    assert len(desk.audit()) == 1


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--kind", "pjtki", "kind is p3mi or job-order"),
        ("--as-of", "kemarin", "is no day"),
        ("--as-of", "2999-01-01", "lies in the future"),
        ("--source", "  ", "1 to 120 characters"),
    ],
)
def test_what_the_options_must_be(small_desk: Desk, file: Path, option: str, value: str, said: str) -> None:
    given = dict(zip(OPTIONS[::2], OPTIONS[1::2], strict=True)) | {option: value}
    found = bring(small_desk, file, GOOD, *(word for pair in given.items() for word in pair))
    assert found.code == 2 and said in found.words
    assert small_desk.audit() == []


def test_many_faults_are_not_all_shown(small_desk: Desk, file: Path) -> None:
    said = bring(small_desk, file, "name,number\n" + ",1\n" * (SHOWN_FAULTS + 7))
    assert said.words.count("the name is missing") == SHOWN_FAULTS and "and 7 more" in said.words


# --- the file --------------------------------------------------------------------------------------------------------


def rows(file: Path, text: str | bytes) -> list[Listed]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_list(file, "job-order")


@pytest.mark.parametrize(
    "text",
    [
        "name,number,place,until,note\nPT. Contoh,JO-1,Sabah,2027-01-31,baru\n",
        "\ufeffNama;Nomor;Tempat;Berlaku sampai;Keterangan\r\nPT. Contoh;JO-1;Sabah;31-01-2027;baru\r\n",
        "NAMA PERUSAHAAN\tNo. Job Order\tPenempatan\tMasa_Berlaku\tCatatan\nPT. Contoh\tJO-1\tSabah\t31/1/2027\tbaru",
        '"note","until","place","number","name"\n"baru","31.01.2027","Sabah","JO-1","PT. Contoh"\n\n,,,,\n',
        "name , number,place,until,note\n PT.  Contoh , JO-1,Sabah, 2027-01-31 ,ba\x1bru\n".replace(
            "ba\x1bru", "baru\x1b"
        ),
    ],
)
def test_spreadsheets_of_all_kinds(file: Path, text: str) -> None:
    assert rows(file, text) == [Listed("job-order", "PT. Contoh", "JO-1", "Sabah", date(2027, 1, 31), "baru")]


def test_columns_that_are_not_there_are_empty(file: Path) -> None:
    assert rows(file, "nama\nPT. Contoh\n") == [Listed("job-order", "PT. Contoh")]
    assert rows(file, "nama,nomor\nPT. Contoh\n") == [Listed("job-order", "PT. Contoh")]


def test_a_name_with_a_comma_in_quotation_marks(file: Path) -> None:
    assert rows(file, 'name,number\n"Contoh, PT",1\n')[0].name == "Contoh, PT"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "line 1: the column name (nama) is missing"),
        ("name,number\n", "line 2: there is no line below the header"),
        ("number,place\n1,Sabah\n", "line 1: the column name (nama) is missing"),
        ("name,gaji\nPT,1\n", "line 1: no column is called 'gaji'"),
        ("name,nama\nPT. A,PT. B\n", "line 1: the column name is there twice"),
        ("name,number\nContoh, PT,1\n", "line 2: 3 columns, the header has 2"),
        ("name,number\nPT. Contoh,1\nPT Contoh,1\n", "line 3: the same name and number as in line 2"),
        ("name,until\nPT. Contoh,2027-02-30\n", "line 2: until: '2027-02-30' is no day"),
        ("name,until\nPT. Contoh,31-02-2027\n", "line 2: until: '31-02-2027' is no day"),
        (f"name\n{'x' * 121}\n", "line 2: the name has more than 120 characters"),
        ("name\n...\n", "line 2: the name is missing"),
        ('name,number\n"PT. Contoh,1\n', "not CSV"),
        ("name\nPT. Contoh\nPT. Áb\n".encode("latin-1"), "line 3: not UTF-8"),
    ],
)
def test_faults_are_named_by_their_line(file: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(ListFaults) as caught:
        rows(file, text)
    assert any(said in fault for fault in caught.value.faults), caught.value.faults


def test_every_faulty_line_is_named(file: Path) -> None:
    with pytest.raises(ListFaults) as caught:
        rows(file, "name,until\n,x\nPT. A,\n,\nPT. B,2027-13-01\n")
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["line 2", "line 2", "line 5"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ListFaults, match="cannot be read"):
        read_list(tmp_path / "nowhere.csv", "p3mi")
