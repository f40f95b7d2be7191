"""`urllib3.contrib.emscripten` of the sandbox: without the JavaScript of the real one, urllib3 and what builds on it
use Python's own sockets, and say that there is no network."""


def inject_into_urllib3() -> None:
    """Nothing takes the place of urllib3's own connections."""
