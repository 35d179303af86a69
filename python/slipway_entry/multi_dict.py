"""Names that may repeat, as headers, query strings and forms have them."""

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Tuple


class MultiDict(Mapping):
    """A mapping to the first value of a name; `getlist` has all."""

    def __init__(self, pairs: Iterable[Tuple[str, Any]] = ()) -> None:
        self._pairs: List[Tuple[str, Any]] = list(pairs)

    def __getitem__(self, name: str) -> Any:
        for value in self._values(name):
            return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        first_names: Dict[Any, str] = {}
        for name, _ in self._pairs:
            first_names.setdefault(self._key(name), name)
        return iter(first_names.values())

    def __len__(self) -> int:
        return len({self._key(name) for name, _ in self._pairs})

    def __contains__(self, name: object) -> bool:
        return any(True for _ in self._values(name))

    def __repr__(self) -> str:
        return "{}({!r})".format(type(self).__name__, self._pairs)

    def getlist(self, name: str) -> List[Any]:
        """All values of a name, in their order; empty if there is none."""
        return list(self._values(name))

    def to_dict(self, flat: bool = True) -> dict:
        """A plain dict of the first values, or, if not flat, of lists."""
        return {name: self[name] if flat else self.getlist(name) for name in self}

    def _values(self, name: object) -> Iterator[Any]:
        key = self._key(name)
        return (value for other, value in self._pairs if self._key(other) == key)

    @staticmethod
    def _key(name: Any) -> Any:
        return name


class Headers(MultiDict):
    """Headers: names in any case, and `items` with every repeat."""

    def __setitem__(self, name: str, value: Any) -> None:
        self.remove(name)
        self.add(name, value)

    def __delitem__(self, name: str) -> None:
        self.remove(name)

    def add(self, name: str, value: Any) -> None:
        """Adds a header beside those that have the same name."""
        self._pairs.append((str(name), str(value)))

    def remove(self, name: str) -> None:
        """Removes every header of the name, if there is one."""
        self._pairs = [pair for pair in self._pairs if self._key(pair[0]) != self._key(name)]

    def items(self) -> List[Tuple[str, str]]:  # type: ignore[override]
        return list(self._pairs)

    @staticmethod
    def _key(name: Any) -> Any:
        return str(name).lower()
