# Its one value is made from pip-options.json when the project is built, see sources.ts.

PIP_OPTIONS: str
