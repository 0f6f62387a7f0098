"""Elements of addresses, learnt from train.jsonl, tried on dev.jsonl; and what of them is read as a place."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.understanding.goal import Goal
from bench.understanding.parser import Address, Parser, read_addresses
from bench.understanding.section import Asked, Section
from intake.city import load
from intake.understand.places import place

USED = ("town", "community", "road", "roadno", "poi", "subpoi", "houseno", "cellno")
"""What a hotline needs to find a door."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Elements that are there, that were read, and that were read rightly."""

    there: int
    read: int
    right: int

    @property
    def f1(self) -> float:
        """Exact in begin, end and label."""
        return 2 * self.right / (self.there + self.read) if self.there + self.read else 0.0


def goals(asked: Asked) -> Iterator[Goal]:
    """No goal is set for the elements: the figures only inform."""
    assert asked.addresses is not None
    parser = Parser(read_addresses(asked.addresses / "train.jsonl"), asked.seed)
    tried = read_addresses(asked.addresses / "dev.jsonl")
    tallies = tally(parser, tried)
    yield Goal("F1, elements a hotline uses", None, total(tallies, USED).f1)
    yield Goal("F1, all elements", None, total(tallies, tuple(tallies)).f1)
    for label in USED:
        yield Goal(f"F1, {label} ({tallies[label].there})", None, tallies[label].f1)
    yield Goal("share of them inside the place we read", None, covered(tried))


def tally(parser: Parser, addresses: Sequence[Address]) -> dict[str, Tally]:
    """A tally of each label."""
    there, read, right = Counter[str](), Counter[str](), Counter[str]()
    for address in addresses:
        found = parser.elements(address.text)
        there.update(element.label for element in address.elements)
        read.update(element.label for element in found)
        right.update(element.label for element in set(found) & set(address.elements))
    return {label: Tally(there[label], read[label], right[label]) for label in there}


def total(tallies: dict[str, Tally], labels: Sequence[str]) -> Tally:
    """The tallies of these labels together."""
    own = [tallies[label] for label in labels if label in tallies]
    return Tally(sum(t.there for t in own), sum(t.read for t in own), sum(t.right for t in own))


def covered(addresses: Sequence[Address]) -> float:
    """Of the used elements, how many stand whole in the place that is read from the address as a message."""
    city, inside, all_of_them = load("jiayuguan"), 0, 0
    for address in addresses:
        found = place.find(address.text, city)
        for element in address.elements:
            if element.label in USED:
                all_of_them += 1
                inside += bool(found and found.start <= element.start and element.end <= found.end)
    return inside / max(all_of_them, 1)


SECTION = Section("addresses", "Elements of addresses", goals, needs=("addresses",))
