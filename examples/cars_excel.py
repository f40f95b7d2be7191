# A JSON table becomes a workbook with a sheet for each origin and a summary, which is then read back.
#
#   npm start -- run examples/cars_excel.py --file node_modules/vega-datasets/data/cars.json --out plots
import json
import sys
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

SOURCE = Path("cars.json")
if not SOURCE.exists():
    sys.exit(f"{SOURCE} is missing: add --file node_modules/vega-datasets/data/{SOURCE}")

COLUMNS = ["Name", "Year", "Cylinders", "Horsepower", "Miles_per_Gallon"]

cars = json.loads(SOURCE.read_text())
book = Workbook()
summary = book.worksheets[0]
summary.title = "Summary"
summary.append(["Origin", "Cars", "Mean miles per gallon"])
for origin in sorted({car["Origin"] for car in cars}):
    sheet = book.create_sheet(origin)
    sheet.append(COLUMNS)
    own = [car for car in cars if car["Origin"] == origin]
    for car in own:
        sheet.append([car[column] for column in COLUMNS])
    known = [car["Miles_per_Gallon"] for car in own if car["Miles_per_Gallon"] is not None]
    summary.append([origin, len(own), round(sum(known) / len(known), 2)])
for sheet in book:
    for cell in sheet[1]:
        cell.font = Font(bold=True)
book.save("cars.xlsx")

again = load_workbook("cars.xlsx", read_only=True)
{"sheets": again.sheetnames, "summary": [list(row) for row in again["Summary"].values][1:]}
