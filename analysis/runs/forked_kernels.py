"""Warm kernels: a provisioner of jupyter_client that forks them from a process with the libraries already imported.

`jupyter_client` finds it under the name `forked`. To use it for every kernel of JupyterLab:
`JUPYTER_DEFAULT_PROVISIONER_NAME=forked jupyter lab`. Where forking is not possible the kernel starts the ordinary
way, and one warning says so.
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
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, Any

import ipykernel_launcher
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from analysis.measures.changepoints.array_cache import FOLDER
from analysis.runs.forkserver import PIPE_NUMBER

PROVISIONER = "forked"
LAUNCHER = ["-m", "ipykernel_launcher"]
START_SECONDS = 60  # for the first kernel: the server imports, then forks
SERVERS_KEPT = 2  # idle servers that wait for more kernels; each holds some 200 MB
# These differ from kernel to kernel and do not affect what is imported.
PER_KERNEL = ("JPY_PARENT_PID", "JPY_SESSION_NAME", "PYTEST_CURRENT_TEST", FOLDER)


class ForkedKernel:
    """A forked kernel as its provisioner sees it: the part of `subprocess.Popen` that is needed.

    The exit code comes through `pipe`. A pipe that ends without one means that the server is gone, and the kernel too.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pipe: int):
        self.pid, self._pipe = pid, pipe
        self.returncode: int | None = None
        self._reading = Lock()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while the kernel runs."""
        with self._reading:
            if self.returncode is None and _readable(self._pipe, 0):
                self.returncode = _read_number(self._pipe, -signal.SIGKILL)
                os.close(self._pipe)
        return self.returncode

    def wait(self) -> int:
        """Wait for the end of the kernel and return its exit code."""
        while (code := self.poll()) is None:
            _readable(self._pipe, None)
        return code

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


class ForkServer:
    """The process from which kernels are forked; it ends with this one."""

    def __init__(self, flags: Sequence[str], cwd: str, env: Mapping[str, str]):
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start = (
            "import sys; '' in sys.path[:1] and sys.path.pop(0); from analysis.runs.forkserver import serve; serve()"
        )
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-c", start],
                stdin=theirs.fileno(),
                cwd=cwd,
                env=dict(env),
                start_new_session=True,
            )
        self._kernels: list[ForkedKernel] = []
        self._failure: OSError | None = None
        atexit.register(self.stop)

    def fork(self, argv: list[str], env: Mapping[str, str], stdout: int, stderr: int) -> ForkedKernel:
        """A kernel with these arguments and outputs. Raises OSError if the server cannot give one, and again for every
        later kernel."""
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
        pid = _read_number(ours, 0) if _readable(ours, START_SECONDS) else 0
        if not pid:
            os.close(ours)
            raise OSError("the server that kernels are forked from does not answer")
        self._kernels.append(kernel := ForkedKernel(pid, ours))
        return kernel

    def idle(self) -> bool:
        """True if none of its kernels runs."""
        return all(kernel.poll() is not None for kernel in self._kernels)

    def stop(self) -> None:
        """End the server, even while it imports. Its kernels notice and end too."""
        self._asking.close()
        self._process.terminate()
        self._process.wait()


def _readable(pipe: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _read_number(pipe: int, otherwise: int) -> int:
    found = os.read(pipe, PIPE_NUMBER.size)
    return PIPE_NUMBER.unpack(found)[0] if found else otherwise


_servers: dict[tuple, ForkServer] = {}
_starting = Lock()


def start_server(flags: Sequence[str], cwd: str | Path | None, env: Mapping[str, str]) -> ForkServer:
    """The server for kernels with these interpreter flags, working folder and environment; started when first needed.

    An import may read all three, so each combination has a server of its own. Raises OSError where processes cannot be
    forked safely.
    """
    if not hasattr(os, "pidfd_open"):
        raise OSError("this system cannot fork them")
    environment = {name: value for name, value in env.items() if name not in PER_KERNEL}
    key = (tuple(flags), str(cwd or Path.cwd()), frozenset(environment.items()))
    with _starting:
        server = _servers.pop(key) if key in _servers else ForkServer(flags, key[1], environment)
        _servers[key] = server  # the last used stands last
        for old in [old for old in list(_servers)[:-SERVERS_KEPT] if _servers[old].idle()]:
            _servers.pop(old).stop()
        return server


def prepare_server(env: Mapping[str, str]) -> None:
    """Start the server for kernels with this environment early: it imports while this process does other things."""
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
    """The file descriptor of what `subprocess.Popen` takes for an output; of its special cases only None is known."""
    if given is None:
        return inherited
    number = given if isinstance(given, int) else given.fileno()
    if number < 0:
        raise OSError("their output goes to a pipe")
    return number


class ForkedProvisioner(LocalProvisioner):
    """A local kernel that is forked, if that can be done."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel of the command `cmd`, warm or cold."""
        try:
            kernel = await asyncio.to_thread(partial(fork_kernel, cmd, **kwargs))
        except OSError as reason:
            warnings.warn(f"kernels start cold: {reason}", RuntimeWarning, stacklevel=1)
            return await super().launch_kernel(cmd, **kwargs)
        self.process = kernel  # type: ignore[assignment]  # it has the part of Popen that is needed
        self.pid = self.pgid = kernel.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info


class ForkedKernelManager(AsyncKernelManager):
    """A manager whose kernels are forked, whatever provisioner their specification names."""

    @property
    def kernel_spec(self):
        """The specification, with the provisioner put in."""
        spec = super().kernel_spec
        if spec:
            spec.metadata = spec.metadata | {"kernel_provisioner": {"provisioner_name": PROVISIONER}}
        return spec
