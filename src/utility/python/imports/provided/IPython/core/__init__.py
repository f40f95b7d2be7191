"""Parts of IPython's core that scripts import by name; see IPython/__init__.py."""
