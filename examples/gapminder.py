# Fifty years of life expectancy and family size in 62 countries; writes the changes to changes.csv.
#
#   npm start -- run examples/gapminder.py --file node_modules/vega-datasets/data/gapminder.json --out .
import csv
import json
import sys
from pathlib import Path
from statistics import correlation

SOURCE = Path("gapminder.json")

if not SOURCE.exists():
    sys.exit(f"{SOURCE} is missing: add --file node_modules/vega-datasets/data/{SOURCE}")

records = json.loads(SOURCE.read_text())
first, last = min(r["year"] for r in records), max(r["year"] for r in records)
by_country = {}
for record in records:
    by_country.setdefault(record["country"], {})[record["year"]] = record

changes = sorted(
    (round(years[last]["life_expect"] - years[first]["life_expect"], 3), country)
    for country, years in by_country.items()
)

with open("changes.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["country", "years_gained"])
    writer.writerows((country, change) for change, country in reversed(changes))

print(f"Life expectancy, {first} to {last}")
for change, country in [*changes[-3:][::-1], *changes[:3]]:
    print(f"{country:<15} {change:+7.2f} years")


def world(year):
    """People in all the listed countries, and their life expectancy weighted by population."""
    rows = [years[year] for years in by_country.values()]
    people = sum(row["pop"] for row in rows)
    return people, sum(row["pop"] * row["life_expect"] for row in rows) / people


latest = [years[last] for years in by_country.values()]
{
    "countries": len(by_country),
    "most_gained": {"country": changes[-1][1], "years": changes[-1][0]},
    "most_lost": {"country": changes[0][1], "years": changes[0][0]},
    "population": {year: world(int(year))[0] for year in (str(first), str(last))},
    "life_expectancy": {year: round(world(int(year))[1], 2) for year in (str(first), str(last))},
    "correlation_fertility_life": round(
        correlation([row["fertility"] for row in latest], [row["life_expect"] for row in latest]), 4
    ),
}
