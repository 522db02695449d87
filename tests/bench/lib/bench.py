"""What the rows of tests/bench share: settings, series, programs measured, servers started and ended.

    import os, sys
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
    import bench
"""
import atexit
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
BUILD = os.environ["BENCH_BUILD"]
DIR = os.environ["BENCH_DIR"]
QUICK = bool(os.environ.get("BENCH_QUICK"))
SMOKE = bool(os.environ.get("BENCH_SMOKE"))
PEERS = bool(os.environ.get("BENCH_PEERS"))
REPEATS = int(os.environ["BENCH_REPEATS"])
CACHE = os.environ.get("TOMBSTONE_BENCH_CACHE") or os.path.expanduser("~/.cache/tombstone-bench")
ROW = os.path.basename(sys.argv[0])

# What any S3 client of the null server signs with; it does not look.
KEY = "TOMBSTONEBENCHKEY001"
SECRET = "bench-0123456789-abcdefghijklmnopqrstuvw"


def emit(what, unit, values, **more):
    """One measured series; more: against, target, note, missing."""
    print(json.dumps({"row": ROW, "what": what, "unit": unit, "values": values} | more), flush=True)


def say(text):
    """For whoever waits."""
    print(f"{ROW}: {text}", file=sys.stderr, flush=True)


def program(name):
    """A program of the bench target, by its path."""
    return os.path.join(BUILD, "bench", name)


class Run:
    """One run of a program: wall_s, cpu_s (of it and its children), peak_kib (of the largest), out (its stdout)."""

    def __init__(self, command, env=None, timeout_s=600):
        path = os.path.join(DIR, f"out.{os.getpid()}")
        with open(path, "w+b") as out, open(path + ".err", "w+b") as err:
            start = time.monotonic()
            child = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, cwd=DIR,
                                     env=env if env is not None else os.environ, start_new_session=True)
            signal.signal(signal.SIGALRM, lambda *_: os.killpg(child.pid, signal.SIGKILL))
            signal.alarm(timeout_s)
            _, status, usage = os.wait4(child.pid, 0)
            signal.alarm(0)
            self.wall_s = time.monotonic() - start
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            self.out = out.read().decode("utf-8", "replace")
            err.seek(0)
            self.err = err.read().decode("utf-8", "replace")
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.peak_kib = usage.ru_maxrss
        self.status = child.returncode
        if self.status:
            sys.exit(f"{ROW}: {' '.join(command[:6])}: status {self.status}\n{self.err[-2000:]}\n{self.out[-500:]}")


class Server:
    """A program that prints "port N" when it is ready, and JSON counters when it is told to end."""

    def __init__(self, command):
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=DIR)
        atexit.register(self.child.kill)
        line = self.child.stdout.readline().split()
        if len(line) != 2 or line[0] != "port":
            sys.exit(f"{ROW}: {command[0]} did not start")
        self.port = int(line[1])
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def counters(self):
        """What it was asked so far."""
        with urllib.request.urlopen(f"{self.endpoint}/.counts") as answer:
            return json.load(answer)

    def cpu_s(self):
        """What it has used so far."""
        with open(f"/proc/{self.child.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        """Its counters."""
        self.child.terminate()
        out = self.child.stdout.read()
        self.child.wait()
        atexit.unregister(self.child.kill)
        return json.loads(out)


def null_server(*options):
    """The stand-in of null_s3.c; its head comment has the options."""
    return Server([program("null_s3"), *options])


class Ceph:
    """Ceph's gateway on loopback, from Debian's packages: deploy/ceph-start."""

    def __init__(self):
        self.folder = os.path.join(DIR, "ceph")
        atexit.register(self.end)
        done = subprocess.run([f"{TOP}/deploy/ceph-start", self.folder], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{ROW}: Ceph did not start: {done.stderr[-500:]}")
        self.host = done.stdout.split("\n")[-2].removeprefix("http://")
        with open(f"{self.folder}/access-key", encoding="ascii") as file:
            self.key = file.read().strip()
        with open(f"{self.folder}/secret-key", encoding="ascii") as file:
            self.secret = file.read().strip()

    def end(self):
        if os.path.isdir(self.folder):
            subprocess.run([f"{TOP}/deploy/ceph-stop", self.folder], capture_output=True, check=False)


def private_file(name, text):
    """A file of mode 0600 in DIR, by its path."""
    path = os.path.join(DIR, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def backends_file(endpoint, bucket="bench", key=KEY, secret=SECRET, more=""):
    """A backends file with one backend, called "bench", by its path."""
    name = f"backends.{endpoint.rsplit(':', 1)[1]}.{bucket}"
    return private_file(name, f"[backend bench]\nkind = s3\nregion = us-east-1\nendpoint = {endpoint}\nbucket = {bucket}\n"
                        f"access_key_file = {private_file('access', key)}\n"
                        f"secret_key_file = {private_file('secret', secret)}\n{more}")
