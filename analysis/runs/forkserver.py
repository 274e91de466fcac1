"""The server that kernels are forked from: it imports once, and becomes a kernel whenever it is asked.

`analysis.runs.forked_kernels` starts it with a socket as standard input. One message asks for one kernel: its arguments and
environment as JSON, and with them stdout, stderr and a pipe. Through the pipe come two numbers: the kernel's process
id, and its exit code in the end. When the asking side is gone, the kernels are killed and the server ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass
from importlib import import_module

# What a notebook is likely to use. Not matplotlib's backend, which must see the kernel when it is imported.
PRELOAD = (
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "pandas",
    "pandera.backends.pandas.builtin_checks",
    "scipy.stats",
    "seaborn",
    "statsmodels.api",
)
INLINE = "module://matplotlib_inline.backend_inline"  # the backend every IPython kernel begins with
NUMBER = struct.Struct("q")
LONGEST = 1 << 20  # bytes of a message; an environment fits


@dataclass(frozen=True)
class Birth:
    """What a forked process needs to become a kernel."""

    argv: list[str]
    env: dict[str, str]
    stdout: int
    stderr: int
    pipe: int


@dataclass(frozen=True)
class Child:
    """A kernel that runs, as the server knows it."""

    process: int
    pidfd: int  # readable when the process has ended
    pipe: int

    def close(self) -> None:
        """Let go of it."""
        os.close(self.pidfd)
        os.close(self.pipe)

    def bury(self) -> None:
        """Pass its exit code on."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        with contextlib.suppress(BrokenPipeError):
            os.write(self.pipe, NUMBER.pack(code))
        self.close()

    def kill(self) -> None:
        """Kill it, and what it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)


def main() -> None:
    """Serve until nobody can ask any more; in every forked process, be the kernel."""
    before = set(os.environ)
    os.environ.setdefault("MPLBACKEND", INLINE)
    preload()
    imports_set = {name: value for name, value in os.environ.items() if name not in before}
    with socket.socket(fileno=os.dup(0)) as asking:
        birth = serve(asking)
    if birth:
        os.environ.clear()
        os.environ.update(imports_set | birth.env)
        become_kernel(birth)


def preload() -> None:
    """Import, read the evidence of this repository, and draw once, which finds and reads the fonts."""
    for name in PRELOAD:
        import_module(name)
    facade = import_module("analysis")
    for name in facade.__all__:
        getattr(facade, name)
    with contextlib.suppress(facade.InputError):  # whoever opens it will be told
        facade.open_folder()
    _draw()
    if threading.active_count() > 1:
        raise RuntimeError("a module has started a thread; a process with threads cannot be forked safely")
    gc.collect()
    gc.freeze()  # no collection writes to these objects, so that all kernels share their memory


def _draw() -> None:
    from io import BytesIO

    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().set(title="A title", xlabel="0")
    for kind in ("png", "svg"):
        figure.savefig(BytesIO(), format=kind)


def serve(asking: socket.socket) -> Birth | None:
    """Fork once for every message. Returns None when the asking side is gone; in a forked process, what to become."""
    with selectors.PollSelector() as ready:
        ready.register(asking, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.data:
                    ready.unregister(key.fd)
                    key.data.bury()
                elif not (birth := _next(asking)):
                    _each(ready, Child.kill)
                    return None
                elif not (process := _fork(birth)):
                    _each(ready, Child.close)
                    return birth
                elif process > 0:
                    child = Child(process, os.pidfd_open(process), birth.pipe)
                    ready.register(child.pidfd, selectors.EVENT_READ, child)


def _each(ready: selectors.BaseSelector, act) -> None:
    for key in ready.get_map().values():
        if key.data:
            act(key.data)


def _next(asking: socket.socket) -> Birth | None:
    message, fds, *_ = socket.recv_fds(asking, LONGEST, 3, socket.MSG_CMSG_CLOEXEC)
    return Birth(**json.loads(message), stdout=fds[0], stderr=fds[1], pipe=fds[2]) if message else None


def _fork(birth: Birth) -> int:
    """The id of a new process; 0 in it, by then in a session of its own; -1 if the system refuses."""
    try:
        process = os.fork()
    except OSError:
        process = -1
    if process:
        for fd in (birth.stdout, birth.stderr, *([birth.pipe] if process < 0 else [])):
            os.close(fd)
        return process
    os.setsid()
    os.write(birth.pipe, NUMBER.pack(os.getpid()))
    os.close(birth.pipe)
    return 0


def become_kernel(birth: Birth) -> None:
    """Run an IPython kernel that differs from one started the ordinary way in nothing but what is imported."""
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    for fd, standard in ((birth.stdout, 1), (birth.stderr, 2)):
        os.dup2(fd, standard)
        os.close(fd)
    time.tzset()
    np.random.seed()  # the module `random` seeds itself anew after a fork
    sys.argv = birth.argv
    IPKernelApp.launch_instance(birth.argv[1:], parent_handle=os.getppid())
