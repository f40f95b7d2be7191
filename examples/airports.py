# Airports of the United States in an SQLite database: a producer reads the CSV, consumers insert it, SQL asks.
#
#   npm start -- run examples/airports.py --file node_modules/vega-datasets/data/airports.csv
import asyncio
import csv
import sqlite3
import sys
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

SOURCE = Path("airports.csv")
BATCH = 500  # rows

if not SOURCE.exists():
    sys.exit(f"{SOURCE} is missing: add --file node_modules/vega-datasets/data/{SOURCE}")


def kilometres(lat1, lon1, lat2, lon2):
    """Great-circle distance between two points given in degrees, on a sphere of 6371 km radius."""
    phi1, phi2 = radians(lat1), radians(lat2)
    a = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(a))


async def read(batches):
    with SOURCE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for start in range(0, len(rows), BATCH):
        await batches.put(rows[start : start + BATCH])
    batches.shutdown()


async def insert(name, batches, database):
    count = 0
    try:
        while True:
            batch = await batches.get()
            database.executemany(
                "INSERT INTO airport VALUES (:iata, :name, :city, :state, :country, :latitude, :longitude)",
                batch,
            )
            count += len(batch)
            await asyncio.sleep(0)  # let the other one have its turn
    except asyncio.QueueShutDown:
        print(f"{name}: {count} rows")
        return count


async def main():
    database = sqlite3.connect(":memory:")
    database.create_function("kilometres", 4, kilometres, deterministic=True)
    database.execute(
        "CREATE TABLE airport (iata PRIMARY KEY, name, city, state, country, latitude REAL, longitude REAL)"
    )
    batches = asyncio.Queue(maxsize=2)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(read(batches))
        workers = [group.create_task(insert(name, batches, database)) for name in ("left", "right")]

    top = database.execute(
        "SELECT state, count(*) FROM airport WHERE country = 'USA' GROUP BY state ORDER BY count(*) DESC, state LIMIT 5"
    ).fetchall()
    for state, count in top:
        print(f"{state}  {count:4}  {'█' * (count // 10)}")

    (jfk_lax,) = database.execute(
        "SELECT kilometres(a.latitude, a.longitude, b.latitude, b.longitude)"
        " FROM airport a, airport b WHERE a.iata = 'JFK' AND b.iata = 'LAX'"
    ).fetchone()
    northernmost = database.execute(
        "SELECT iata, name, latitude FROM airport ORDER BY latitude DESC LIMIT 1"
    ).fetchone()
    return {
        "rows": sum(worker.result() for worker in workers),
        "states_with_most": dict(top),
        "jfk_to_lax_km": round(jfk_lax, 1),
        "northernmost": {"iata": northernmost[0], "name": northernmost[1], "latitude": northernmost[2]},
    }


asyncio.run(main())
