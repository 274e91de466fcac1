"""Warm kernels: a jupyter_client provisioner that forks them from a process that has already imported.

`jupyter_client` finds it under the name `forked`; for every kernel of JupyterLab:
`JUPYTER_DEFAULT_PROVISIONER_NAME=forked jupyter lab`. Where forking is not possible the kernel starts the ordinary
way, and a warning says so once.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO

import ipykernel_launcher
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from analysis.measures.changepoints.array_cache import FOLDER
from analysis.runs.forkserver import NUMBER

NAME = "forked"
LAUNCHER = ["-m", "ipykernel_launcher"]
PATIENCE = 300  # seconds for the first kernel: the server imports, then forks; one that fails is known at once
KEPT = 2  # servers that wait for more kernels; one holds some 200 MB
# Differ from kernel to kernel and mean nothing to what is imported.
PER_KERNEL = ("JPY_PARENT_PID", "JPY_SESSION_NAME", "PYTEST_CURRENT_TEST", FOLDER)


class ForkedKernel:
    """A forked kernel as its provisioner sees it: the part of `subprocess.Popen` that is needed. `pipe` tells the exit
    code; a pipe that ends without one means that the server is gone, and the kernel with it."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pipe: int):
        self.pid, self._pipe, self.returncode = pid, pipe, None
        self._reading = Lock()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while the kernel runs."""
        with self._reading:
            if self.returncode is None and _readable(self._pipe, 0):
                self.returncode = _number(self._pipe, -signal.SIGKILL)
                os.close(self._pipe)
        return self.returncode

    def wait(self) -> int:
        """The exit code, as soon as there is one."""
        if self.returncode is None:
            _readable(self._pipe, None)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Signal the kernel if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class Server:
    """The process kernels are forked from; it ends with this one."""

    def __init__(self, flags: Sequence[str], cwd: str, env: Mapping[str, str]):
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start = "import sys; '' in sys.path[:1] and sys.path.pop(0); from analysis.runs.forkserver import main; main()"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-c", start], stdin=theirs, cwd=cwd, env=env, start_new_session=True
            )
        self._kernels: list[ForkedKernel] = []
        self._failure: OSError | None = None
        atexit.register(self.stop)

    def fork(self, argv: list[str], env: Mapping[str, str], stdout: int, stderr: int) -> ForkedKernel:
        """A kernel with these arguments and outputs. Raises OSError, ever the same, if the server cannot give one."""
        if not self._failure:
            try:
                return self._fork(argv, env, stdout, stderr)
            except OSError as error:
                self._failure = error
        raise self._failure

    def _fork(self, argv: list[str], env: Mapping[str, str], stdout: int, stderr: int) -> ForkedKernel:
        ours, theirs = os.pipe()
        try:
            message = json.dumps({"argv": argv, "env": dict(env)}).encode()
            socket.send_fds(self._asking, [message], [stdout, stderr, theirs])
        except OSError:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        pid = _number(ours, 0) if _readable(ours, PATIENCE) else 0
        if not pid:
            os.close(ours)
            raise OSError("the server that kernels are forked from does not answer")
        self._kernels.append(kernel := ForkedKernel(pid, ours))
        return kernel

    def idle(self) -> bool:
        """True if no kernel of it runs."""
        return all(kernel.poll() is not None for kernel in self._kernels)

    def stop(self) -> None:
        """End the server, even while it imports; a kernel that still runs sees it and ends too."""
        self._asking.close()
        self._process.terminate()
        self._process.wait()


def _readable(pipe: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _number(pipe: int, otherwise: int) -> int:
    found = os.read(pipe, NUMBER.size)
    return NUMBER.unpack(found)[0] if found else otherwise


_servers: dict[tuple, Server] = {}
_starting = Lock()


def start_server(flags: Sequence[str], cwd: str | Path | None, env: Mapping[str, str]) -> Server:
    """The server for kernels with these interpreter flags, working folder and environment, all of which an import may
    read; started when first asked for. Raises OSError where processes cannot be forked safely."""
    if not hasattr(os, "pidfd_open"):
        raise OSError("this system cannot fork them")
    around = {name: value for name, value in env.items() if name not in PER_KERNEL}
    key = (tuple(flags), str(cwd or Path.cwd()), frozenset(around.items()))
    with _starting:
        _servers[key] = _servers.pop(key, None) or Server(flags, key[1], around)  # the last used stands last
        for old in [old for old in list(_servers)[:-KEPT] if _servers[old].idle()]:
            _servers.pop(old).stop()
        return _servers[key]


def prepare_server(env: Mapping[str, str]) -> None:
    """Start the server for kernels with this environment, so that it imports while other things are done."""
    with suppress(OSError):
        start_server((), None, env)


def fork_kernel(cmd: Sequence[str], env: Mapping[str, str], cwd=None, stdout=None, stderr=None, **_) -> ForkedKernel:
    """The kernel that `cmd` would start. Raises OSError, with the reason, if it cannot be forked."""
    here = cmd.index(LAUNCHER[0]) if LAUNCHER[0] in cmd else 0
    if cmd[0] != sys.executable or list(cmd[here : here + 2]) != LAUNCHER:
        raise OSError("this is not the IPython kernel of this environment")
    argv = [ipykernel_launcher.__file__, *cmd[here + 2 :]]
    return start_server(cmd[1:here], cwd, env).fork(argv, env, _descriptor(stdout, 1), _descriptor(stderr, 2))


def _descriptor(given: int | IO | None, inherited: int) -> int:
    """What `subprocess.Popen` takes for an output, as a number; of its special cases only None."""
    if given is None:
        return inherited
    number = given if isinstance(given, int) else given.fileno()
    if number < 0:
        raise OSError("their output goes to a pipe")
    return number


class ForkedProvisioner(LocalProvisioner):
    """A local kernel that is forked, if that can be done."""

    async def launch_kernel(self, cmd: list[str], **kwargs) -> dict:
        """The kernel that the command `cmd` would start, warm or cold."""
        try:
            self.process = await asyncio.to_thread(fork_kernel, cmd, **kwargs)
        except OSError as reason:
            warnings.warn(f"kernels start cold: {reason}", RuntimeWarning, stacklevel=1)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info


class ForkedKernelManager(AsyncKernelManager):
    """A manager whose kernels are forked, whatever provisioner their specification names."""

    @property
    def kernel_spec(self):
        """The specification, with the provisioner put in."""
        spec = super().kernel_spec
        if spec:
            spec.metadata = spec.metadata | {"kernel_provisioner": {"provisioner_name": NAME}}
        return spec
