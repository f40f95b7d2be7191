# Four years of daily weather in Seattle: monthly means, the wettest month, the warmest year.
#
#   npm start -- run examples/weather.py --file node_modules/vega-datasets/data/seattle-weather.csv
import csv
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

SOURCE = Path("seattle-weather.csv")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

if not SOURCE.exists():
    sys.exit(f"{SOURCE} is missing: add --file node_modules/vega-datasets/data/{SOURCE}")

highs_by_month = defaultdict(list)  # month 1..12 -> daily maxima in °C
highs_by_year = defaultdict(list)  # year -> daily maxima in °C
rain_by_month = defaultdict(float)  # (year, month) -> mm

with SOURCE.open(newline="") as file:
    for row in csv.DictReader(file):
        year, month, _ = map(int, row["date"].split("-"))
        high = float(row["temp_max"])
        highs_by_month[month].append(high)
        highs_by_year[year].append(high)
        rain_by_month[year, month] += float(row["precipitation"])

means = {month: fmean(highs) for month, highs in sorted(highs_by_month.items())}
print("Mean daily maximum, °C")
for month, mean in means.items():
    print(f"{MONTHS[month - 1]}  {mean:5.1f}  {'█' * round(mean)}")

(wet_year, wet_month), rain = max(rain_by_month.items(), key=lambda item: item[1])
warm_year, highs = max(highs_by_year.items(), key=lambda item: fmean(item[1]))

{
    "days": sum(len(highs) for highs in highs_by_year.values()),
    "mean_high_by_month": {MONTHS[month - 1]: round(mean, 1) for month, mean in means.items()},
    "wettest_month": {"month": f"{wet_year}-{wet_month:02}", "millimetres": round(rain, 1)},
    "warmest_year": {"year": warm_year, "mean_high": round(fmean(highs), 2)},
}
