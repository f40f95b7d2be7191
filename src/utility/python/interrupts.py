"""When an interrupt reaches Python code.

Between runs SIGINT is ignored: one that comes late must not hit the next run or our own work.
"""

from __future__ import annotations

import _signal

_set_signal = _signal.signal
_SIGINT = _signal.SIGINT
_SIG_IGN = _signal.SIG_IGN
_handler = _signal.default_int_handler


def accept_interrupts() -> None:
    """From here on an interrupt raises KeyboardInterrupt."""
    _set_signal(_SIGINT, _handler)


def end_interrupts() -> None:
    """From here on interrupts change nothing. Raises KeyboardInterrupt when one is pending."""
    _set_signal(_SIGINT, _SIG_IGN)


def ignore_interrupts() -> None:
    """From here on interrupts change nothing. One that is pending comes out of the first call, and is dropped."""
    try:
        _set_signal(_SIGINT, _SIG_IGN)
    except KeyboardInterrupt:
        _set_signal(_SIGINT, _SIG_IGN)
