"""read_trace.py FILE NAME LINE COUNT: the trace is whole, and has at least COUNT spans of NAME at LINE."""
import json
import sys

path, name, line, count = sys.argv[1:]
events = json.load(open(path, encoding="utf-8"))
spans = [e for e in events if e["ph"] == "X"]
found = [e for e in spans if e["name"] == name and e["args"]["line"].endswith(line)]
assert len(found) >= int(count), (len(found), sorted({e["name"] for e in spans}))
begun = {e["id"]: e for e in events if e["ph"] == "s"}
ended = {e["id"]: e for e in events if e["ph"] == "f"}
assert begun and begun.keys() == ended.keys(), (len(begun), len(ended))
for key, start in begun.items():
    assert start["ts"] <= ended[key]["ts"], (start, ended[key])
rows = {}
for span in spans:
    rows.setdefault(span["tid"], []).append(span)
assert set(rows) <= {0, 1}, set(rows)
for arrow in begun.values():
    assert any(s["ts"] <= arrow["ts"] <= s["ts"] + s["dur"] for s in rows[arrow["tid"]]), arrow
assert {e["name"] for e in events if e["ph"] == "C"} == {"ready tasks", "memory of arrays"}
assert {e["args"]["name"] for e in events if e["ph"] == "M"} == {"host, worker 0", "worker 1", "dagger"}
