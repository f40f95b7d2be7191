# Its one value is made from plot-fonts.json when the project is built, see sources.ts.

FONT_TABLE: str
