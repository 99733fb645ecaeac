"""phases.py ROOT: compares both tables of the phases with compiler/pipeline/Passes.cpp."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
source = (root / "compiler/pipeline/Passes.cpp").read_text()
failed = False


def added(function):
    """The passes of our own that a function adds, as they are called on a command line."""
    body = re.search(rf"^(?:static )?void {function}\(.*?^}}", source, re.S | re.M)
    if not body:
        sys.exit(f"Passes.cpp has no {function}")
    names = re.findall(r"(?:task|array)::create(\w+)\(", body[0])
    spelled = [re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in names]
    return ["convert-task-to-llvm" if name == "task-to-l-l-v-m" else name for name in spelled]


def compare(file, phase, text, wanted):
    global failed
    known = set(wanted)
    found = [word for word in re.findall(r"[a-z]+(?:-[a-z]+)+", text)]
    if found != wanted:
        failed = True
        print(f"{file}, {phase}:\n  says {', '.join(found)}\n  is   {', '.join(wanted)}")
        print(f"  missing {sorted(known - set(found))}, too many {sorted(set(found) - known)}")


for phase, functions in {"VALUES": ["addValues"], "GRAPH": ["addGraph"], "KERNELS": ["addMarks", "addKernels"], "HOST": ["addHost"]}.items():
    wanted = [name for function in functions for name in added(function)]
    if not wanted:
        sys.exit(f"Passes.cpp adds nothing of ours for {phase}")
    for file in ("docs/architecture.md", "compiler/pipeline/README.md"):
        row = re.search(rf"^\| {phase} \| (.*?) \|", (root / file).read_text(), re.M)
        compare(file, phase, row[1] if row else "", wanted)
sys.exit(failed)
