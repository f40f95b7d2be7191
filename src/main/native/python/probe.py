# Given to an unknown interpreter with -c; so it runs on any Python there ever was.
import sys

implementation = getattr(getattr(sys, "implementation", None), "name", "cpython")
version = "%d.%d.%d" % tuple(sys.version_info[:3])  # noqa: UP031 - see above
sys.stdout.write("\n".join(["vivarium-python", version, implementation, sys.executable or "", sys.prefix, ""]))
