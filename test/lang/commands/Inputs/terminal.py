"""Runs a command on a terminal: terminal.py COLUMNS [--stdout FILE] [NAME=VALUE]... command...

Says each line that was rewritten in place (`shown: ...`), then what stands on the screen when the command has ended (`left: ...`).
Only what a progress line needs is understood: \\r, \\n and "erase to the end of the line"; anything else is a mistake.
"""
import fcntl, os, pty, struct, sys, termios

columns, arguments, output = int(sys.argv[1]), sys.argv[2:], None
if arguments[0] == "--stdout":
    output, arguments = arguments[1], arguments[2:]
environment = {**os.environ, "TERM": "xterm"}
environment.pop("NO_PROGRESS", None)
while "=" in arguments[0]:
    name, value = arguments.pop(0).split("=", 1)
    environment[name] = value

child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    if output:
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), 1)
    os.execvpe(arguments[0], arguments, environment)
data = b""
while True:
    try:
        part = os.read(terminal, 1 << 16)
    except OSError:  # what Linux says when nobody has the other end any more
        part = b""
    if not part:
        break
    data += part
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

text, rows, column, at = data.decode(), [""], 0, 0
while at < len(text):
    character = text[at]
    if character == "\r":
        column = 0
    elif character == "\n":
        rows.append("")
    elif text.startswith("\033[K", at):
        rows[-1] = rows[-1][:column]
        if rows[-1]:
            print("shown:", rows[-1])
        assert column < columns, f"a line that wraps is not rewritten: {rows[-1]}"
        at += 2
    else:
        assert character >= " ", f"{character!r} in {text!r}"
        rows[-1] = rows[-1][:column].ljust(column) + character + rows[-1][column + 1 :]
        column += 1
    at += 1
for row in rows[:-1]:
    print("left:", row)
if rows[-1]:
    print("left without an end:", rows[-1])
print("exit code", code)
