# Made of src/shared/python/absent.json by python-sources.ts.
ABSENT: str
