"""The `micropip` of the sandbox: code can not fetch packages itself, they are put here before it runs."""

import re
from collections.abc import Iterable
from importlib import metadata

__all__ = ["freeze", "install", "list", "uninstall"]

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")


def _is_installed(requirement: str) -> bool:
    match = _NAME.match(requirement)
    if match is None:
        return False
    try:
        metadata.distribution(match[1])
    except metadata.PackageNotFoundError:
        return False
    return True


async def install(requirements: str | Iterable[str], *_args: object, **_options: object) -> None:
    """Succeeds when the packages are there: those named in plain sight in the code were installed before it ran."""
    wanted = [requirements] if isinstance(requirements, str) else [str(one) for one in requirements]
    missing = [one for one in wanted if not _is_installed(one)]
    if missing:
        names = ", ".join(f"'{one}'" for one in missing)
        raise ModuleNotFoundError(
            f"No package named {names} is installed, and code in the sandbox can not fetch packages while it runs; "
            "name them for the run (packages, or --package on the command line), in the script's "
            "'# /// script' block, or import them at the top of the code",
            name=missing[0],
        )


def list() -> dict[str, str]:  # noqa: A001 - so it is called in micropip
    """The installed packages and their versions."""
    return {dist.metadata["Name"]: dist.version for dist in metadata.distributions()}


def freeze() -> str:
    """Nothing can be frozen here."""
    raise NotImplementedError("micropip.freeze() is not available in the sandbox")


def uninstall(packages: str | Iterable[str], **_options: object) -> None:
    """Nothing can be removed here; a fresh session begins without packages."""
    raise NotImplementedError("micropip.uninstall() is not available in the sandbox; use a new session")
