"""Contenders take turns, so that whatever else the machine does meets them all."""

from .stats import Failure, Row, Sample


def contest(row: Row, repetitions: int, ours, peers: dict, floor=None) -> Row:
    """Fills a row. `ours`, each peer and `floor` are made by calling them without arguments (that builds them), and what they
    make measures once each time it is called. A peer that fails is left out with its reason; ours is an error."""
    ready, times = {}, {}
    for name, maker in {"ours": ours, **peers, "the floor": floor}.items():
        if maker is None:
            continue
        try:
            ready[name] = maker()
        except Failure as failure:
            drop(row, name, str(failure))
    for _ in range(repetitions):
        for name, measure in list(ready.items()):
            try:
                times.setdefault(name, []).append(measure())
            except Failure as failure:
                drop(row, name, str(failure))
                del ready[name]
                times.pop(name, None)
    for name, values in times.items():
        sample = Sample(tuple(values))
        if name == "ours":
            row.ours = sample
        elif name == "the floor":
            row.floor = sample
        else:
            row.peers[name] = sample
    return row


def drop(row: Row, name: str, reason: str):
    if name == "ours":
        row.error = reason
    else:
        row.left_out[name] = reason
