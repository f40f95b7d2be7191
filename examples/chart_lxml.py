# Draws a chart with Matplotlib as SVG, then reads that with lxml: how many texts, paths and colours are in it.
#
#   npm start -- run examples/chart_lxml.py --file node_modules/vega-datasets/data/seattle-weather.csv --out plots
import csv
import sys
from collections import Counter
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from lxml import etree

SOURCE = Path("seattle-weather.csv")
if not SOURCE.exists():
    sys.exit(f"{SOURCE} is missing: add --file node_modules/vega-datasets/data/{SOURCE}")

matplotlib.rcParams["savefig.format"] = "svg"  # plots are shown as SVG from here on
matplotlib.rcParams["svg.fonttype"] = "none"  # texts stay texts

with SOURCE.open(newline="") as file:
    kinds = Counter(row["weather"] for row in csv.DictReader(file))
plt.bar(list(kinds), list(kinds.values()))
plt.title("Days by weather")
plt.savefig("weather.svg")
plt.show()

tree = etree.parse("weather.svg")
svg = {"svg": "http://www.w3.org/2000/svg"}
texts = ["".join(text.itertext()).strip() for text in tree.iterfind(".//svg:text", svg)]
print("texts:", ", ".join(text for text in texts if not text.isdigit()))
{"weather": dict(kinds), "root": etree.QName(tree.getroot()).localname, "texts": len(texts)}
