"""Run after modules.py and in its namespace: what is loaded with it takes the realm's orders."""
# `given` is put there by guest-interpreter.ts.
# pyright: reportUndefinedVariable=false, reportUnknownVariableType=false, reportUnknownMemberType=false

_parts = json.loads(given)  # noqa: F821
drive = load_from(_parts["sources"], "driver", "install_driver")(_parts["installation"])  # noqa: F821
del given, _parts  # noqa: F821
