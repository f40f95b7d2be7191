# Its one value is made from contract/mime-types.json when the project is built, see sources.ts.

MIME_TABLE: str
