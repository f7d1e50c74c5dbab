"""A standalone Spark cluster on 127.0.0.1: a master and two workers, in processes of their own that stop at the end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
SUBMIT = Path(sys.executable).with_name("spark-submit")
QUICK = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
"""For an environment in which many JVMs start and none works long."""

_SECONDS = 600


def missing() -> str:
    """Why Spark cannot run here; empty where it can."""
    if shutil.which("java") is None:
        return "no Java"
    return "" if SUBMIT.is_file() else "no pyspark"


def environment(**more: str) -> dict[str, str]:
    """The environment of a Spark process that stays on this machine and runs this Python; without any key."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_", "REDACTPHI_"))
    }
    # With spark-submit a warning goes to standard output: Spark has one for each pandas newer than itself.
    own = {"SPARK_LOCAL_IP": HOST, "PYTHONWARNINGS": "ignore::FutureWarning"}
    return {**kept, **own, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable, **more}


@contextmanager
def submitted(master: str, log: Path, *arguments: object, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A ``spark-submit`` while the block runs.

    Args:
        master: Where it runs.
        log: The file for what it logs; a pipe that nobody reads yet would stop it.
        arguments: The program and its arguments.
        more: Of its environment.
    """
    settings = {"spark.ui.enabled": "false", "spark.driver.host": HOST, "spark.driver.bindAddress": HOST}
    pairs = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    command = [str(SUBMIT), "--master", master, *pairs, *map(str, arguments)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, env=environment(**more), stdout=subprocess.PIPE, stderr=file, text=True, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Cluster:
    """A cluster.

    Args:
        folder: For its logs and work files.
        more: Of the environment of workers and executors.

    Attributes:
        url: Of its master.
        workers: The process of each worker; its executors are of the same process group.
    """

    def __init__(self, folder: Path, **more: str) -> None:
        self._folder = folder
        # Its REST server would take a port of its own choice.
        self._environment = environment(SPARK_MASTER_OPTS="-Dspark.master.rest.enabled=false", **more)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._port = _free_port()
        self.url = f"spark://{HOST}:{self._port}"
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the master, then two workers of one core each."""
        self._start("master.Master", "--port", self._port, "--webui-port", _free_port())
        _wait(lambda: _listens(self._port), "the master")
        self.workers = [self._start_worker() for _ in range(2)]
        _wait(lambda: self._log("Master").count("Registering worker") == len(self.workers), "the workers")

    def kill(self, worker: int) -> None:
        """End a worker and its executors at once, as a machine that loses power does."""
        os.killpg(self.workers[worker].pid, signal.SIGKILL)

    def python_workers(self, worker: int) -> list[int]:
        """The ids of the Python processes that redact for a worker just now."""
        daemons = [pid for pid in _below(self.workers[worker].pid) if "pyspark.daemon" in _command(pid)]
        return [pid for daemon in daemons for pid in _below(daemon)]

    def stop(self) -> None:
        """End all of it."""
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def logs(self) -> str:
        """All that master, workers and executors have logged."""
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in self._files())

    def _files(self) -> list[Path]:
        return sorted(
            path for path in self._folder.rglob("*") if path.suffix == ".log" or path.name in {"stdout", "stderr"}
        )

    def _log(self, name: str) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in self._folder.glob(f"{name}*.log"))

    def _start_worker(self) -> subprocess.Popen[bytes]:
        places = ("--work-dir", self._folder / "work", "--webui-port", _free_port())
        return self._start("worker.Worker", "--cores", 1, "--memory", "1g", *places, self.url)

    def _start(self, name: str, *arguments: object) -> subprocess.Popen[bytes]:
        command = [str(SUBMIT.with_name("spark-class")), f"org.apache.spark.deploy.{name}", "--host", HOST]
        path = self._folder / f"{name.partition('.')[2]}{len(self._processes)}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                [*command, *map(str, arguments)],
                env=self._environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return process


@contextmanager
def cluster(folder: Path, **more: str) -> Iterator[Cluster]:
    """A cluster while the block runs.

    Args:
        folder: For its logs and work files; made if it is not there.
        more: Of the environment of workers and executors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder, **more)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _wait(is_done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _SECONDS
    while not is_done():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not start")
        time.sleep(0.1)


def _below(pid: int) -> list[int]:
    """The processes that a process has begun, and those that they have."""
    try:
        # A JVM begins processes from any of its threads.
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []
    return [found for child in map(int, children) for found in (child, *_below(child))]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
