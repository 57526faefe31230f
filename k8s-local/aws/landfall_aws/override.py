"""Replacing and wrapping methods of moto's classes."""

import functools
from collections.abc import Callable
from typing import Any


def wrap(cls: type, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The decorated function gets the original method first, then what the method is called with."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        original = getattr(cls, name)

        @functools.wraps(original)
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            return function(original, self, *args, **kwargs)

        setattr(cls, name, method)
        return function

    return decorate


def replace(cls: type, name: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The decorated function becomes the method, under its own name unless another is given."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        setattr(cls, name or function.__name__, function)
        return function

    return decorate
