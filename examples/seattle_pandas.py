# Four years of daily weather in Seattle with pandas and Matplotlib: a table of figures, and two plots.
#
#   npm start -- run examples/seattle_pandas.py --file node_modules/vega-datasets/data/seattle-weather.csv --out plots
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

SOURCE = Path("seattle-weather.csv")
if not SOURCE.exists():
    sys.exit(f"{SOURCE} is missing: add --file node_modules/vega-datasets/data/{SOURCE}")

days = pd.read_csv(SOURCE, parse_dates=["date"])
print(days[["precipitation", "temp_max", "temp_min", "wind"]].describe().round(2).to_string())

months = days.groupby(days.date.dt.month)[["temp_min", "temp_max"]].mean()
fig, ax = plt.subplots(figsize=(8, 4))
ax.fill_between(months.index, months.temp_min, months.temp_max, alpha=0.3)
months.plot(ax=ax, marker="o")
ax.set(title="Seattle 2012–2015: mean temperatures by month", xlabel="month", ylabel="°C", xticks=range(1, 13))
plt.show()

counts = days.groupby([days.date.dt.year.rename("year"), "weather"]).size().unstack(fill_value=0)
counts.plot(kind="bar", stacked=True, figsize=(8, 4), title="Days by weather", ylabel="days", rot=0)
# Not shown by hand: what is still open at the end of a run is shown too.

counts
