"""The harness's arithmetic: medians, spreads, quotients, crossings, goals and what a table says."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import programs, report  # noqa: E402
from harness.contest import contest  # noqa: E402
from harness.programs import close, last_number, value  # noqa: E402
from harness.stats import Ahead, AtMost, Failure, OfFloor, Row, Sample, crossing, number, quotient  # noqa: E402


def row(ours, peers=(), floor=None, goals=()):
    samples = {name: Sample((time,)) for name, time in dict(peers).items()}
    return Row("r", "ns", Sample((ours,)), peers=samples, floor=Sample((floor,)) if floor else None, goals=goals)


class Arithmetic(unittest.TestCase):
    def test_sample(self):
        sample = Sample((3.0, 1.0, 2.0, 10.0))
        self.assertEqual((sample.median, sample.low, sample.high), (2.5, 1.0, 10.0))
        self.assertEqual(str(sample), "2.50 (1.00..10.0)")
        self.assertEqual(str(Sample((0.5,))), "0.500")

    def test_number(self):
        self.assertEqual([number(x) for x in (1234.5, 12.34, 1.234, 0.01234)], ["1234", "12.3", "1.23", "0.012"])

    def test_quotient(self):
        self.assertEqual(quotient(1.0, 3.0, 4), 0.5)
        with self.assertRaises(Failure):
            quotient(3.0, 3.0, 4)
        with self.assertRaises(ValueError):
            quotient(1.0, 3.0, 0)

    def test_crossing(self):
        self.assertEqual(crossing([(4, 0.8), (1, 0.2), (2, 0.4)], 0.5), 2.5)
        self.assertEqual(crossing([(1, 0.7), (2, 0.9)], 0.5), 1)
        with self.assertRaises(Failure):
            crossing([(1, 0.1), (2, 0.4)], 0.5)

    def test_ratio(self):
        self.assertEqual(row(2.0, {"a": 6.0, "b": 3.0}, floor=1.0).ratio(), 1.5)
        self.assertEqual(row(2.0, floor=1.0).ratio(), 0.5)
        self.assertIsNone(row(2.0).ratio())

    def test_goals(self):
        self.assertEqual(row(2.0, goals=(AtMost(2.0),)).verdict(), "met")
        self.assertEqual(row(2.1, goals=(AtMost(2.0),)).verdict(), "missed")
        self.assertEqual(row(2.0, {"a": 30.0, "b": 50.0}, goals=(Ahead(20),)).verdict(), "missed")
        self.assertEqual(row(2.0, {"a": 30.0, "b": 50.0}, goals=(Ahead(20, ("b",)),)).verdict(), "met")
        self.assertEqual(row(2.0, floor=1.8, goals=(OfFloor(0.9),)).verdict(), "met")
        self.assertEqual(row(2.0, floor=1.7, goals=(AtMost(3), OfFloor(0.9))).verdict(), "missed")
        self.assertEqual(row(2.0, goals=(AtMost(3), Ahead())).verdict(), "open")
        self.assertEqual(Row("r", "ns", error="wrong", goals=(AtMost(1),)).verdict(), "ERROR")

    def test_results(self):
        self.assertEqual(value("seconds 1.5\ncheck 7\n", "check"), 7.0)
        self.assertEqual(last_number("fib(37) = 24157817\n"), 24157817)
        self.assertEqual(last_number("residual 1.5e-07"), 1.5e-07)
        close(1.0, 1e-6)(1.0000001)
        for wrong in (1.1, float("nan")):
            with self.assertRaises(Failure):
                close(1.0, 1e-6)(wrong)

    def test_turns(self):
        order = []

        def maker(name, times):
            left = iter(times)

            def measure():
                order.append(name)
                time = next(left)
                if time is None:
                    raise Failure("wrong")
                return time

            return lambda: measure

        def missing():
            raise Failure("not installed")

        done = contest(Row("r", "ns"), 3, maker("ours", (1, 2, 3)),
                       {"a": maker("a", (4, 5, 6)), "b": maker("b", (7, None)), "c": missing})
        self.assertEqual(order, ["ours", "a", "b"] * 2 + ["ours", "a"])
        self.assertEqual(done.ours.values, (1, 2, 3))
        self.assertEqual(list(done.peers), ["a"])
        self.assertEqual(done.left_out, {"b": "wrong", "c": "not installed"})
        text = report.table([done])
        self.assertIn("| a 5.00 (4.00..6.00) |", text)
        self.assertIn("- left out: b (wrong), of r", text)


class Programs(unittest.TestCase):
    def test_made_anew(self):
        """A program is as new as what makes it: the compiler lies in its library, not in the command."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            source, daggerc = root / "area" / "a.dg", root / "build" / "bin" / "daggerc"
            libraries = [root / "build" / "lib" / f"libdagger_{name}.so" for name in ("compiler", "frontend", "runtime")]
            log = root / "log"
            for path in (source, daggerc, *libraries):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("")
                os.utime(path, (1, 1))
            daggerc.write_text(f'#!/bin/sh\necho made >> {log}\nfor out; do :; done\n: > "$out"\n')
            daggerc.chmod(0o755)
            os.utime(daggerc, (1, 1))
            with mock.patch.multiple(programs, root=root, build=root / "build" / "bench", daggerc=daggerc):
                for made, path in enumerate((None, None, source, daggerc, *libraries)):
                    if path:
                        late = programs.dg(source).stat().st_mtime + 10
                        os.utime(path, (late, late))
                    out = programs.dg(source)
                    self.assertEqual(log.read_text().count("made"), max(made, 1), path)
                    if path:  # as if it was made after that
                        os.utime(path, (1, 1))
                    self.assertTrue(out.exists())


if __name__ == "__main__":
    unittest.main()
