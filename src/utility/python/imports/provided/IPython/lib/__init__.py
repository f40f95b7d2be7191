"""Parts of IPython's library that scripts import by name; see IPython/__init__.py."""
