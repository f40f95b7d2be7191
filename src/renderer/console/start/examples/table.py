import pandas as pd

planets = pd.DataFrame(
    {
        "planet": ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"],
        "radius_km": [2440, 6052, 6371, 3390, 69911, 58232, 25362, 24622],
        "orbit_days": [88.0, 224.7, 365.2, 687.0, 4331, 10747, 30589, 59800],
        "moons": [0, 0, 1, 2, 97, 274, 28, 16],
    }
).set_index("planet")
planets["earth_radii"] = (planets["radius_km"] / 6371).round(2)
planets
