"""Compares tables of a Discogs collection with the truth, cell by cell.

Standard input is a JSON object: `truth`, `prices` by release, and `tables`, each with its preset, format and file. What
a cell has to be is worked out here from the truth: None, a text, an integer or a Decimal. Ends with status 1 and the
first difference of each table on standard output.
"""

import csv
import datetime
import json
import re
import sys
import xml.etree.ElementTree
from decimal import Decimal

import openpyxl
from openpyxl.utils.escape import unescape

csv.field_size_limit(sys.maxsize)
question = json.load(sys.stdin, parse_float=Decimal)
account = question["truth"]["account"]
releases = question["truth"]["releases"]
fates = question["truth"]["fates"]
FOLDERS = {1: "Uncategorized"} | {folder["id"]: folder["name"] for folder in account["folders"]}
FIELDS = sorted(account["fields"], key=lambda field: field["position"])
CONDITIONS = [
    "Mint (M)", "Near Mint (NM or M-)", "Very Good Plus (VG+)", "Very Good (VG)",
    "Good Plus (G+)", "Good (G)", "Fair (F)", "Poor (P)",
]
SIZES = {"LP", '12"', '10"', '7"', '6"', '5"', '11"', '9"', '8"', '16"'}
SHORT = {
    "Club Edition": "Club", "Compilation": "Comp", "Copy Protected": "Copy Prot.", "Deluxe Edition": "Dlx",
    "Enhanced": "Enh", "Etched": "Etch", "Limited Edition": "Ltd", "Maxi-Single": "Maxi", "Misprint": "M/Print",
    "Numbered": "Num", "Partially Mixed": "P/Mixed", "Partially Unofficial": "P/Unofficial", "Picture Disc": "Pic",
    "Reissue": "RE", "Remastered": "RM", "Repress": "RP", "Sampler": "Smplr", "Single Sided": "S/Sided",
    "Special Edition": "S/Edition", "Test Pressing": "TP", "Unofficial Release": "Unofficial", "White Label": "W/Lbl",
}


class Moment:
    """A moment of this day, which the test does not know exactly."""

    def __eq__(self, other):
        moment = datetime.datetime.fromisoformat(other)
        age = datetime.datetime.now(datetime.timezone.utc) - moment
        return other.endswith("Z") and abs(age) < datetime.timedelta(days=1)

    def __str__(self):
        return "a moment of this day"


def clean(name):
    """Without the number that tells names apart, from 2 on."""
    return re.sub(r"(?<=\S) \((?!1\))[1-9]\d{0,2}\)$", "", name)


def credit(artists):
    text = ""
    for at, artist in enumerate(artists):
        text += artist["anv"] or clean(artist["name"])
        if at + 1 < len(artists):
            join = artist["join"].strip()
            text += ", " if not join else f"{join} " if join[0] in ",;:" else f" {join} "
    return text


def joined(texts, mark):
    return mark.join(text for text in texts if text) or None


def count(medium, times):
    return "" if medium["qty"] in ("", "1") else medium["qty"] + times


def short(media):
    """Carriers as in the site's own export."""
    lines = []
    for medium in media:
        words = list(medium["descriptions"])
        carrier = medium["name"]
        sizes = [word for word in words if word in SIZES]
        if carrier == "Vinyl" and sizes:
            carrier = sizes[0]
            words = [word for word in words if word != carrier]
        words = [SHORT.get(word, word) for word in words] + [medium.get("text")]
        lines.append(", ".join([count(medium, "x") + carrier] + [word for word in words if word]))
    return " + ".join(lines) or None


def long(media):
    lines = []
    for medium in media:
        words = [count(medium, " × ") + medium["name"], *medium["descriptions"], medium.get("text")]
        lines.append(", ".join(word for word in words if word))
    return "; ".join(lines) or None


def tracks(listed):
    lines = []
    for track in listed:
        line = f"{track['position']}. " if track["position"] else ""
        line += f"{credit(track['artists'])} – " if track.get("artists") else ""
        line += track["title"]
        lines.append(line + (f" ({track['duration']})" if track["duration"] else ""))
        lines += tracks(track.get("sub_tracks", []))
    return lines


def numbered(imprint):
    return " ".join(text for text in (clean(imprint["name"]), imprint["catno"]) if text)


def day(released):
    text = (released or "").strip()
    if not text.strip("0"):
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        year, month, date = text.split("-")
        return None if year == "0000" else year if month == "00" else f"{year}-{month}" if date == "00" else text
    return text


def amount(value, currency):
    """With the decimals of the currency, unless it has more."""
    if value is None:
        return None
    value = Decimal(value)
    places = 0 if currency == "JPY" else 2
    if -value.normalize().as_tuple().exponent > places:
        return value
    return Decimal(f"{value:.{places}f}")


def in_utc(moment):
    utc = datetime.datetime.fromisoformat(moment).astimezone(datetime.timezone.utc)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


class Row:
    """What is known of one copy after everything was asked."""

    def __init__(self, copy):
        self.copy = copy
        release = str(copy["release_id"])
        fate = fates.get(release, "present")
        self.gone = fate == "gone"
        self.listed = releases[release]
        self.details = None if self.gone else self.listed
        if isinstance(fate, dict):
            (into,) = [each["into"] for each in fate.values()]
            self.details = releases[str(into)]
        self.known = self.details or self.listed
        self.prices = question["prices"].get(release)
        self.url = f"https://www.discogs.com/release/{release}"
        notes = {}
        for note in copy["notes"]:
            notes.setdefault(note["field_id"], note["value"])
        self.own = [notes.get(field["id"]) or None for field in FIELDS]

    def classic(self):
        known, lowest = self.known, self.prices and amount(self.prices["lowest"], account["currency"])
        return [
            credit(known["artists"]) or None,
            known["title"] or None,
            joined([clean(label["name"]) for label in known["labels"]], ", "),
            joined([label["catno"] for label in known["labels"]], ", "),
            self.details and self.details["country"] or None,
            known["year"] or None,
            joined(known["genres"], ", "),
            joined(known["styles"], ", "),
            f"{lowest} {account['currency']}" if lowest is not None else None,
            self.url,
        ]

    def discogs(self):
        listed, copy = self.listed, self.copy
        local = copy["date_added"]
        return [
            joined([label["catno"] for label in listed["labels"]], ", "),
            credit(listed["artists"]) or None,
            listed["title"] or None,
            joined([label["name"] for label in listed["labels"]], ", "),
            short(listed["formats"]),
            copy["rating"] or None,
            listed["year"] or None,
            copy["release_id"],
            FOLDERS[copy["folder_id"]],
            f"{local[:10]} {local[11:19]}",
            *self.own,
        ]

    def wide(self):
        copy = self.copy
        return [
            copy["instance_id"], copy["release_id"], copy["folder_id"], FOLDERS[copy["folder_id"]],
            copy["date_added"], in_utc(copy["date_added"]), copy["rating"] or None, "yes" if self.gone else "no",
            *self.of_release(), *self.of_prices(), self.url, *self.own,
        ]

    def of_release(self):
        known, details = self.known, self.details or {}
        community = details.get("community") or {}
        identifiers = details.get("identifiers", [])
        def which(one):
            return f"{one['type']}" + (f" ({one['description']})" if one.get("description") else "")
        def role(artist, tracks):
            name = artist["anv"] or clean(artist["name"])
            return f"{artist['role']}: {name}" + (f" ({tracks})" if tracks else "")

        def of_tracks(listed):
            for track in listed:
                yield from (role(one, track["position"] or track["title"]) for one in track.get("extraartists", []))
                yield from of_tracks(track.get("sub_tracks", []))
        return [
            known["master_id"] or None,
            credit(known["artists"]) or None,
            joined([artist["name"] for artist in known["artists"]], "; "),
            known["title"] or None,
            joined([clean(label["name"]) for label in known["labels"]], "; "),
            joined([label["name"] for label in known["labels"]], "; "),
            joined([label["catno"] for label in known["labels"]], "; "),
            long(known["formats"]),
            known["year"] or None,
            day(details.get("released")),
            details.get("country") or None,
            joined(known["genres"], "; "),
            joined(known["styles"], "; "),
            joined([numbered(one) for one in details.get("series", [])], "; "),
            "\n".join(tracks(details.get("tracklist", []))) or None,
            joined([one["value"] for one in identifiers if one["type"] == "Barcode"], "; "),
            joined([f"{which(one)}: {one['value']}" for one in identifiers], "\n"),
            joined(
                [role(artist, artist["tracks"]) for artist in details.get("extraartists", [])]
                + list(of_tracks(details.get("tracklist", []))),
                "\n",
            ),
            joined([f"{one['entity_type_name']}: {numbered(one)}" for one in details.get("companies", [])], "\n"),
            details.get("notes") or None,
            details.get("estimated_weight"),
            details.get("format_quantity"),
            community.get("have"),
            community.get("want"),
            community.get("rating_average"),
            community.get("rating_count"),
            details.get("data_quality") or None,
        ]

    def of_prices(self):
        if not self.prices:
            return [None] * (6 + len(CONDITIONS))
        currency, lowest = account["currency"], self.prices["lowest"]
        suggested = self.prices["suggestions"]
        return [
            amount(lowest, currency), currency if lowest is not None else None, self.prices["for_sale"], "no", Moment(),
            *[amount(suggested.get(condition), currency) for condition in CONDITIONS],
            currency if suggested else None,
        ]


def own_names():
    names = []
    for field in FIELDS:
        name, number = f"Collection {field['name']}", 2
        while name in names:
            name, number = f"Collection {field['name']} ({number})", number + 1
        names.append(name)
    return names


NAMES = {
    "classic": "Artists,Title,Label,Catalog Number,Country,Year,Genres,Styles,Price,URL".split(","),
    "discogs": "Catalog#,Artist,Title,Label,Format,Rating,Released,release_id,CollectionFolder,Date Added".split(",")
    + own_names(),
    "wide": (
        "instance_id release_id folder_id folder date_added date_added_utc rating gone master_id artists artists_raw "
        "title labels labels_raw catalog_numbers formats year released country genres styles series tracklist barcodes "
        "identifiers credits companies release_notes weight_g carriers have want community_rating community_ratings "
        "data_quality lowest_price currency num_for_sale blocked_from_sale prices_of"
    ).split() + [f"suggested {condition}" for condition in CONDITIONS] + ["suggested_currency", "url"] + own_names(),
}


def is_text(cell):
    return isinstance(cell, (str, Moment))


def like_a_formula(text):
    return isinstance(text, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r")


def read_csv(path, _, safe):
    with open(path, encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file, strict=True)
    def expect(cell):
        text = "" if cell is None else cell if isinstance(cell, Moment) else str(cell)
        return "'" + text if safe and is_text(cell) and like_a_formula(text) else text
    return names, rows, expect


def read_jsonl(path, *_):
    with open(path, encoding="utf-8", newline="\n") as file:
        rows = [json.loads(line, parse_float=Decimal, object_pairs_hook=list) for line in file]
    names = [name for name, _ in rows[0]]
    assert all([name for name, _ in row] == names for row in rows)
    def expect(cell):
        return cell
    return names, [[cell for _, cell in row] for row in rows], expect


def read_xml(path, columns, _):
    def name(element):
        text = element.get("name", element.tag)
        return unescape(text) if "name" in element.get("escaped", "").split() else text
    def text(element):
        text = element.text or ""
        return unescape(text) if "text" in element.get("escaped", "").split() else text
    rows = [
        {name(element): text(element) for element in row}
        for row in xml.etree.ElementTree.parse(path).getroot()
    ]
    # What is empty has no element.
    for row in rows:
        assert list(row) == [name for name in columns if name in row], list(row)
    def expect(cell):
        return cell if cell is None or isinstance(cell, Moment) else str(cell)
    return columns, [[row.get(name) for name in columns] for row in rows], expect


def read_xlsx(path, *_):
    book = openpyxl.load_workbook(path, read_only=False)
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    plain = [[unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    def expect(cell):
        # Numbers in workbooks are binary. Those with more digits than these hold are texts.
        if not isinstance(cell, Decimal):
            return cell
        return float(cell) if len(cell.as_tuple().digits) <= 15 else str(cell)
    return plain[0], plain[1:], expect


READERS = {"csv": read_csv, "jsonl": read_jsonl, "xml": read_xml, "xlsx": read_xlsx}
# In the order in which they were added, as the list of the site.
COPIES = sorted(
    (Row(copy) for copy in account["copies"]),
    key=lambda row: (in_utc(row.copy["date_added"]), row.copy["instance_id"]),
)


def difference(table):
    columns = NAMES[table["preset"]]
    names, rows, expect = READERS[table["format"]](table["file"], columns, table["spreadsheet_safe"])
    if names != columns:
        return f"columns {names}"
    if len(rows) != len(COPIES):
        return f"{len(rows)} rows of {len(COPIES)}"
    for copy, row in zip(COPIES, rows):
        wanted = getattr(copy, table["preset"])()
        assert len(wanted) == len(names)
        for name, cell, found in zip(names, wanted, row, strict=True):
            cell = expect(cell)
            same = cell == found and is_text(cell) == is_text(found)
            if not same:
                return f"copy {copy.copy['instance_id']}, {name}: {found!r} in place of {str(cell)!r}"
    return None


differences = [(table, difference(table)) for table in question["tables"]]
for table, what in differences:
    if what:
        print(f"{table['preset']} as {table['format']}: {what}")
sys.exit(any(what for _, what in differences))
