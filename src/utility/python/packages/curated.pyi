# Its one value is made from curated-packages.json when the project is built, see python-sources.ts.

CURATED: str
