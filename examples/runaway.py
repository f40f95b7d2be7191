# An endless loop, to see the time limit at work: the run ends as "timeout" (exit code 124), the app goes on.
#
#   npm start -- run examples/runaway.py --timeout 2
import itertools

print("counting for ever ...", flush=True)
for _ in itertools.count():
    pass
