"""Other clients that delete from S3, as tests/bench/install puts them there."""
import os
import shutil
import subprocess

import bench

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def environment(endpoint):
    """What each of them reads; nobody's own configuration is."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "AWS_ACCESS_KEY_ID": bench.KEY, "AWS_SECRET_ACCESS_KEY": bench.SECRET, "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_REGION": "us-east-1",
        "NODE_NO_WARNINGS": "1", "TOMBSTONE_BENCH_CACHE": bench.CACHE, "S3_ENDPOINT_URL": endpoint,
        "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_B_TYPE": "s3", "RCLONE_CONFIG_B_PROVIDER": "Other",
        "RCLONE_CONFIG_B_ENV_AUTH": "true", "RCLONE_CONFIG_B_ENDPOINT": endpoint,
    }


class Peer:
    """A program, and how it is told to delete so many keys; a_second: how many it can do, roughly, with no delay and
    with one."""

    def __init__(self, name, needs, command, a_second, version=()):
        self.needs, self.command, self.a_second = needs, command, a_second
        self.name = name
        if version and not self.missing():
            done = subprocess.run(version, capture_output=True, text=True, env=environment(""), check=False)
            words = (done.stdout or done.stderr).split("\n")[0].replace("/", " ").split()
            self.name += " " + next((word for word in (w.lstrip("v") for w in words) if word[:1].isdigit()), "?")

    def missing(self):
        return "" if all(map(os.path.exists, self.needs)) else "not installed, see tests/bench/install"

    def sizes(self, delay_ms):
        """Two numbers of keys; the larger takes a second or two."""
        large = self.a_second[1 if delay_ms else 0] * (1 if bench.QUICK else 2)
        return large // 10, large

    def run(self, server, keys):
        return bench.Run(self.command(server.endpoint, keys), env=environment(server.endpoint))


def library(*program, more=()):
    """Ten batches of 1,000 under way."""
    return lambda endpoint, keys: [*program, endpoint, "bench", str(keys), "0", "10", "1000", *more]


def s3cmd(endpoint, keys):
    host = endpoint.removeprefix("http://")
    config = bench.private_file("s3cfg", f"[default]\naccess_key = {bench.KEY}\nsecret_key = {bench.SECRET}\n"
                                f"host_base = {host}\nhost_bucket = {host}\nuse_https = False\n")
    return ["/usr/bin/s3cmd", "-c", config, "-q", "del", "-r", "-f", f"s3://bench-{keys}/"]


def aws(endpoint, keys):
    return ["/usr/bin/aws", "--endpoint-url", endpoint, "s3", "rm", "--recursive", "--quiet", f"s3://bench-{keys}/"]


def rclone(at_once):
    return lambda _, keys: ["/usr/bin/rclone", "delete", f"b:bench-{keys}", "--checkers", at_once, "--transfers", at_once]


NODE = shutil.which("node") or "/usr/bin/node"
JS = f"{HERE}/peer/aws-sdk-js.mjs"
JS_MODULE = f"{bench.CACHE}/js/node_modules/@aws-sdk/client-s3/package.json"
PYTHON = f"{bench.CACHE}/python/bin/python"
GO_PROGRAM = f"{bench.CACHE}/bin/aws-sdk-go"
S5CMD = f"{bench.CACHE}/bin/s5cmd"

# Told the keys, and sending ten requests of a thousand at a time.
BATCH = [
    Peer("@aws-sdk/client-s3", [NODE, JS_MODULE], library(NODE, JS), (100_000, 100_000),
         [NODE, "-p", f"require('{JS_MODULE}').version"]),
    Peer("@aws-sdk/client-s3 quiet", [NODE, JS_MODULE], library(NODE, JS, more=["quiet"]), (100_000, 100_000)),
    Peer("boto3", [PYTHON], library(PYTHON, f"{HERE}/peer/boto3-batches"), (60_000, 60_000),
         [PYTHON, "-c", "import boto3; print(boto3.__version__)"]),
    Peer("aws-sdk-go", [GO_PROGRAM], library(GO_PROGRAM), (150_000, 150_000), ["cat", GO_PROGRAM + ".version"]),
]

# Told to empty a bucket, which they list first.
LISTING = [
    Peer("s5cmd", [S5CMD], lambda _, keys: [S5CMD, "rm", f"s3://bench-{keys}/*"], (100_000, 100_000), [S5CMD, "version"]),
    Peer("s3cmd", ["/usr/bin/s3cmd"], s3cmd, (20_000, 10_000), ["/usr/bin/s3cmd", "--version"]),
    Peer("rclone, 64 checkers", ["/usr/bin/rclone"], rclone("64"), (4_000, 1_500)),
    Peer("rclone, 256 checkers", ["/usr/bin/rclone"], rclone("256"), (4_000, 3_000)),
    Peer("awscli", ["/usr/bin/aws"], aws, (800, 600), ["/usr/bin/aws", "--version"]),
]
