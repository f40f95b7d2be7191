from typing import Any

train_test_split: Any
