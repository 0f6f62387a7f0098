"""What costs much and comes out the same each time is done once a run: statements compiled, routes read.

Every test has a house of its own, so that the libraries would do it some thousand times.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, get_args, get_origin

import fastapi._compat.v2
import fastapi.routing
import pytest
from fastapi.dependencies.models import Dependant
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import storage.db.engines

Read = tuple[Dependant, list[Any], bool]


class Compiled(dict[tuple[Any, ...], Any]):
    """Statements compiled for one kind of database: SQLAlchemy tells apart each dialect it made, of which
    every test has its own."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


@dataclass(frozen=True, slots=True)
class Signatures:
    """What FastAPI reads from the signature of a route's function, whoever it is bound to.

    A function made anew with each house may hold one, and is read each time.
    """

    read: Callable[..., Read]
    known: dict[tuple[Any, ...], Read] = field(default_factory=dict)

    def __call__(self, *, path: str, call: Callable[..., Any], dependencies: Sequence[Any]) -> Read:
        function = getattr(call, "__func__", call)
        if dependencies or "<locals>" in getattr(function, "__qualname__", "<locals>"):
            return self.read(path=path, call=call, dependencies=dependencies)
        key = (path, function)
        if key not in self.known:
            dependant, *others = self.read(path=path, call=call, dependencies=())
            self.known[key] = (replace(dependant, call=function), *others)
        dependant, body, embedded = self.known[key]
        return replace(dependant, call=call), list(body), embedded


@dataclass(frozen=True, slots=True)
class Adapters:
    """Pydantic's checks of one parameter: the same for the same type with the same conditions."""

    known: dict[tuple[Any, ...], TypeAdapter[Any]] = field(default_factory=dict)

    def __call__(self, wanted: Any, *, config: Any = None) -> TypeAdapter[Any]:
        if (key := self._key(wanted)) is None or config:
            return TypeAdapter(wanted, config=config)
        if key not in self.known:
            self.known[key] = TypeAdapter(wanted)
        return self.known[key]

    def _key(self, wanted: Any) -> tuple[Any, ...] | None:
        """None for what cannot be told apart by what it says of itself."""
        if get_origin(wanted) is not Annotated:
            return None
        kind, *conditions = get_args(wanted)
        named = all(isinstance(one, FieldInfo) and one.default_factory is None for one in conditions)
        if not named or not isinstance(kind, type) or "<locals>" in kind.__qualname__:
            return None
        return (kind, *map(repr, conditions))


def shared(patch: pytest.MonkeyPatch) -> None:
    """As long as the patch lasts, houses share what the libraries make for each."""
    compiled = Compiled()

    def create(
        *given: Any, execution_options: Mapping[str, Any] | None = None, **options: Any
    ) -> AsyncEngine:
        told = {**(execution_options or {}), "compiled_cache": compiled}
        return create_async_engine(*given, execution_options=told, **options)

    reading = "_build_dependant_with_parameterless_dependencies"
    patch.setattr(storage.db.engines, "create_async_engine", create)
    patch.setattr(fastapi.routing, reading, Signatures(getattr(fastapi.routing, reading)))
    patch.setattr(fastapi._compat.v2, "TypeAdapter", Adapters())
