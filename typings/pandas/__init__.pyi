from typing import Any

DataFrame: Any
read_csv: Any
read_json: Any
