"""Demonstration data from a description: reproducible, relative to the present day, written through the one door.

An app describes its demo in `seed/*.json`: `lists` of words and a `generator` with `sets` of records. `generate` turns
that into records and events without touching a database; `seed_demo` plays the events through the record service.
"""

from loomwork.packages.demo.generator import Generator
from loomwork.packages.demo.model import Event, Made, Ref

__all__ = ["Event", "Generator", "Made", "Ref"]
