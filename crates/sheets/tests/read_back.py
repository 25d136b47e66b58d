"""Reads tables with readers that others wrote, and tells what is in them.

Each line of the input is a JSON list, the format and the path of a file. Each line of the output is a JSON list of the
rows in it, the columns' names first where the format has a row of them.
"""

import csv
import json
import sys
import xml.etree.ElementTree
from decimal import Decimal

import openpyxl
from openpyxl.utils.escape import unescape

csv.field_size_limit(sys.maxsize)


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def tagged(value):
    """Numbers as their digits, beside their kind."""
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, int):
        return ["integer", str(value)]
    return value


def read_jsonl(path):
    rows = []
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            assert line.endswith("\n")
            pairs = json.loads(line, parse_float=Decimal, object_pairs_hook=list)
            rows.append([[name, tagged(value)] for name, value in pairs])
    return rows


def read_xml(path):
    def cell(element):
        escaped = element.get("escaped", "").split()
        name, text = element.get("name", element.tag), element.text or ""
        return [
            unescape(name) if "name" in escaped else name,
            unescape(text) if "text" in escaped else text,
        ]

    root = xml.etree.ElementTree.parse(path).getroot()
    return [[cell(element) for element in row] for row in root]


def read_xlsx(path):
    """Every worksheet by its name: rows of [kind, value, number format]."""

    def cell(cell):
        value = cell.value
        if isinstance(value, str):
            value = unescape(value)
        elif value is not None:
            value = repr(value)
        return [cell.data_type, value, cell.number_format]

    book = openpyxl.load_workbook(path)
    return {sheet.title: [[cell(one) for one in row] for row in sheet.iter_rows()] for sheet in book}


READERS = {"csv": read_csv, "jsonl": read_jsonl, "xml": read_xml, "xlsx": read_xlsx}

for line in sys.stdin:
    format, path = json.loads(line)
    print(json.dumps(READERS[format](path)), flush=True)
