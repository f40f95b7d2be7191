"""What `import host` finds in a run that was given no functions of the app's; see host_functions.py."""

raise ImportError("the app that runs this code gave it no functions to call (no module 'host')", name="host")
