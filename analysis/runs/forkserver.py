"""The server from which kernels are forked: it imports once and forks a kernel for every request.

`analysis.runs.forked_kernels` starts it with a socket as standard input. One message asks for one kernel: its arguments
and environment as JSON, and with them stdout, stderr and a pipe. It answers through the pipe with two
numbers: the process id of the kernel, and in the end its exit code. When the asking process is gone, the server kills
the kernels and ends.
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
)
INLINE_BACKEND = "module://matplotlib_inline.backend_inline"  # the backend every IPython kernel begins with
PIPE_NUMBER = struct.Struct("q")
MESSAGE_BYTES = 1 << 20  # at most; an environment fits


@dataclass(frozen=True)
class KernelRequest:
    """What a forked process needs to become a kernel: arguments, environment, and three file descriptors."""

    argv: list[str]
    env: dict[str, str]
    stdout: int
    stderr: int
    pipe: int


@dataclass(frozen=True)
class ForkedChild:
    """A running kernel, as the server knows it."""

    process: int
    pidfd: int  # readable when the process has ended
    pipe: int

    def close(self) -> None:
        """Close its descriptors."""
        os.close(self.pidfd)
        os.close(self.pipe)

    def report_exit(self) -> None:
        """Send its exit code to the process that asked for it."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        with contextlib.suppress(BrokenPipeError):
            os.write(self.pipe, PIPE_NUMBER.pack(code))
        self.close()

    def kill(self) -> None:
        """Kill it and every process that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)


def serve() -> None:
    """Answer requests until the asking process is gone; in every forked process, become the kernel."""
    before = set(os.environ)
    os.environ.setdefault("MPLBACKEND", INLINE_BACKEND)
    preload_imports()
    imports_set = {name: value for name, value in os.environ.items() if name not in before}
    with socket.socket(fileno=os.dup(0)) as asking:
        request = fork_on_request(asking)
    if request:
        os.environ.clear()
        os.environ.update(imports_set | request.env)
        become_kernel(request)


def preload_imports() -> None:
    """Import, read the evidence of this repository, and draw once, which finds and reads the fonts."""
    for name in PRELOAD:
        import_module(name)
    facade = import_module("analysis")
    for name in facade.__all__:
        getattr(facade, name)
    with contextlib.suppress(facade.InputError):  # the kernel that opens it raises the error
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


def fork_on_request(asking: socket.socket) -> KernelRequest | None:
    """Fork once for every message. Returns None when the asking process is gone; in a forked process, its request."""
    with selectors.PollSelector() as ready:
        ready.register(asking, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.data:
                    ready.unregister(key.fd)
                    key.data.report_exit()
                elif not (request := _next(asking)):
                    _for_each_child(ready, ForkedChild.kill)
                    return None
                elif not (process := _fork(request)):
                    _for_each_child(ready, ForkedChild.close)
                    return request
                elif process > 0:
                    child = ForkedChild(process, os.pidfd_open(process), request.pipe)
                    ready.register(child.pidfd, selectors.EVENT_READ, child)


def _for_each_child(ready: selectors.BaseSelector, act) -> None:
    for key in ready.get_map().values():
        if key.data:
            act(key.data)


def _next(asking: socket.socket) -> KernelRequest | None:
    message, fds, *_ = socket.recv_fds(asking, MESSAGE_BYTES, 3, socket.MSG_CMSG_CLOEXEC)
    return KernelRequest(**json.loads(message), stdout=fds[0], stderr=fds[1], pipe=fds[2]) if message else None


def _fork(request: KernelRequest) -> int:
    """The id of a new process; -1 if the system refuses. The new process itself gets 0, and a session of its own."""
    try:
        process = os.fork()
    except OSError:
        process = -1
    if process:
        for fd in (request.stdout, request.stderr, *([request.pipe] if process < 0 else [])):
            os.close(fd)
        return process
    os.setsid()
    try:
        os.write(request.pipe, PIPE_NUMBER.pack(os.getpid()))
    except BrokenPipeError:  # who asked was killed, and nobody waits for this kernel
        os._exit(0)
    os.close(request.pipe)
    return 0


def become_kernel(request: KernelRequest) -> None:
    """Run an IPython kernel. It differs from one started the ordinary way only in what is already imported."""
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    for fd, standard in ((request.stdout, 1), (request.stderr, 2)):
        os.dup2(fd, standard)
        os.close(fd)
    time.tzset()
    np.random.seed()  # the module `random` seeds itself anew after a fork
    sys.argv = request.argv
    IPKernelApp.launch_instance(request.argv[1:], parent_handle=os.getppid())
