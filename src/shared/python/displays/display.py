"""`display()`, as IPython has it."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection
from typing import Any, cast

from .display_forms import Bundle, DisplayForms, chosen, is_class, report
from .outputs import Outputs

# Values of these types have nothing to show but their text.
_PLAIN = frozenset((str, bytes, bytearray, int, float, complex, bool, list, tuple, dict, set, frozenset, range))


class DisplayHandle:
    """What `display(…, display_id=…)` returns. An update is shown anew: nothing shown is ever taken back."""

    def __init__(self, show: Callable[..., Any], display_id: str) -> None:
        self._show = show
        self.display_id = display_id

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"

    def display(self, obj: object, **options: Any) -> None:
        self._show(obj, **options)

    def update(self, obj: object, **options: Any) -> None:
        self._show(obj, **options)


class Display:
    """Shows objects in all the forms they offer."""

    def __init__(self, outputs: Outputs, forms: DisplayForms) -> None:
        self._outputs = outputs
        self._forms = forms
        self._handles = 0

    def display(
        self,
        *objs: object,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
        metadata: dict[str, Any] | None = None,
        transient: dict[str, Any] | None = None,
        display_id: Any = None,
        raw: bool = False,
        clear: bool = False,
        **options: Any,
    ) -> DisplayHandle | None:
        """Show objects, each in all the forms it offers, as IPython's `display` does.

        `include` and `exclude` choose among the forms by MIME type; with `raw`, the objects are dictionaries of
        MIME types and data. `metadata`, `transient` and `clear` are taken and have no effect.
        """
        for obj in objs:
            if raw:
                if not isinstance(obj, dict):
                    raise TypeError("display(raw=True) needs dictionaries of MIME types and data")
                self._outputs.send(chosen(dict(cast(Bundle, obj)), include, exclude))
            else:
                self._outputs.send(self._forms.of(obj, include, exclude))
        if display_id is None:
            return None
        if display_id is True:
            self._handles += 1
            display_id = f"display-{self._handles}"
        return DisplayHandle(self.display, str(display_id))

    def show_value(self, value: object) -> bool:
        """Show the value of a run's last expression when there is more to it than its text.

        Whether it has shown itself, and so has no text to be told of.
        """
        if type(value) in _PLAIN or is_class(value):
            return False
        try:
            forms = self._forms.of(value)
            if not forms:
                return True
            if set(forms) != {"text/plain"}:
                self._outputs.send(forms)
        except Exception as error:
            # An object that breaks when it is looked at still has its text.
            report(error)
        return False


def install_display(outputs: Outputs, forms: DisplayForms) -> Display:
    """Give the guest `display`."""
    shown = Display(outputs, forms)

    def display(*objs: object, **options: Any) -> DisplayHandle | None:
        return shown.display(*objs, **options)

    display.__doc__ = Display.display.__doc__
    builtins.__dict__["display"] = display
    return shown
