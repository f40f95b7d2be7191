# Given to an unknown interpreter with -c; so it runs on any Python there ever was.
import sys

implementation = getattr(getattr(sys, "implementation", None), "name", "cpython")
version = ".".join(map(str, sys.version_info[:3]))
sys.stdout.write("\n".join(["vivarium-python", version, implementation, sys.executable or "", sys.prefix, ""]))
