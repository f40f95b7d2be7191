# Puts three pictures beside each other with Pillow, writes the result as PNG, and shows it.
#
#   npm start -- run examples/icons_pillow.py --file node_modules/vega-datasets/data/ffox.png \
#     --file node_modules/vega-datasets/data/gimp.png --file node_modules/vega-datasets/data/7zip.png --out plots
import sys
from pathlib import Path

from PIL import Image, ImageOps

SOURCES = [Path(name) for name in ("ffox.png", "gimp.png", "7zip.png")]
missing = [str(path) for path in SOURCES if not path.exists()]
if missing:
    sys.exit(f"missing: {', '.join(missing)}; add --file node_modules/vega-datasets/data/NAME for each")

SIDE = 96
sheet = Image.new("RGB", (SIDE * len(SOURCES), SIDE), "white")
for position, path in enumerate(SOURCES):
    icon = ImageOps.contain(Image.open(path).convert("RGBA"), (SIDE, SIDE))
    sheet.paste(icon, (position * SIDE, (SIDE - icon.height) // 2), icon)
    print(f"{path.name:10}", *Image.open(path).size)

sheet.save("icons.png")
sheet
