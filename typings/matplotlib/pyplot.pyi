from typing import Any

bar: Any
savefig: Any
show: Any
subplots: Any
title: Any
