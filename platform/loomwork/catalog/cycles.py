"""Circles in a graph of names."""

from collections.abc import Iterable, Mapping


def find_cycles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """One circle for each group of names that reach each other, first name repeated at the end.

    A name that points to itself is a circle too. Iterative depth-first search: depth is no matter.
    """
    state: dict[str, int] = {}
    cycles: list[list[str]] = []
    for start in graph:
        if start in state:
            continue
        way = [start]
        state[start] = 1
        stack = [iter(graph[start])]
        while stack:
            name = next(stack[-1], None)
            if name is None:
                stack.pop()
                state[way.pop()] = 2
            elif state.get(name) == 1:
                cycles.append([*way[way.index(name) :], name])
            elif name not in state:
                state[name] = 1
                way.append(name)
                stack.append(iter(graph.get(name, ())))
    return cycles
