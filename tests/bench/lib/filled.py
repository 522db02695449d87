"""A registry on a ledger that was filled: what the rows about pages and lists share."""

import os
import subprocess
import sys

import bench
import stage


class Ledger:
    """The filled cluster, and what is in it."""

    def __init__(self, files):
        self.folder = os.environ.get("BENCH_CLUSTER") or os.path.join(bench.DIR, "cluster")
        self.is_ours = "BENCH_CLUSTER" not in os.environ
        self.fill = os.path.join(bench.TOP, "tests", "bench", "lib", "fill")
        bench.say(f"fills a ledger with {files} files, unless it is there")
        subprocess.run([self.fill, self.folder, str(files)], check=True, stdout=sys.stderr)
        self.registry = f"host={self.folder}/socket user=tombstone_registry dbname=ledger"

    def ask(self, sql):
        """Rows of strings."""
        done = subprocess.run(["psql", "-h", f"{self.folder}/socket", "-U", "postgres", "-d", "ledger", "-XqAt", "-c", sql],
                              check=True, capture_output=True, text=True)
        return [line.split("|") for line in done.stdout.splitlines()]

    def column(self, sql):
        return [row[0] for row in self.ask(sql)]

    def key_of(self, email):
        done = subprocess.run([os.path.join(bench.BUILD, "bin", "tombstone"), f"--database={self.registry}", "api-key", "create",
                               "--name=bench", email], check=True, capture_output=True, text=True)
        return next(word for word in done.stdout.split() if word.startswith("tomb_"))

    def end(self):
        subprocess.run([self.fill, "--stop", self.folder], check=True)


class Registry:
    """The real one, with everything that it does beside answering."""

    def __init__(self, ledger, *settings):
        folder = bench.DIR
        self.redis = stage.Program("redis", ["redis-server", "--port", "0", "--unixsocket", f"{folder}/redis.sock", "--save", "",
                                             "--appendonly", "no", "--dir", folder], folder)
        port_file = os.path.join(folder, "port")
        if os.path.exists(port_file):
            os.remove(port_file)  # of one before it
        self.program = stage.Program("registry", [
            os.path.join(bench.BUILD, "bin", "tombstone-registry"), "--listen=127.0.0.1:0", f"--port-file={port_file}",
            "--public-url=http://127.0.0.1", f"--database={ledger.registry}", f"--redis=unix:{folder}/redis.sock",
            "--mail-from=bench@big.edu", "--smtp-url=smtp://127.0.0.1:9", "--log-level=warning", *settings], folder)
        self.port = int(stage.wait("the registry", lambda: self.written(port_file)))

    def written(self, path):
        self.program.must_live()
        if not os.path.exists(path):
            return ""
        with open(path, encoding="ascii") as file:
            return file.read().strip()

    def end(self):
        self.program.end()
        self.redis.end()


class Samples:
    """Ids to ask for: any, and among them always the largest things."""

    def __init__(self, ledger, institution):
        own = f"institution_id = {institution}" if institution else "true"
        draw = "order by md5(id::text) limit 400"
        self.large = ledger.column(
            f"select o.id from intellectual_object o join object_tally t on t.object_id = o.id where {own} "
            "group by o.id order by sum(t.active_files + t.deleted_files) desc limit 8")
        self.objects = ledger.column(f"select id from intellectual_object where {own} {draw}") + self.large * 10
        self.files = ledger.ask(
            "select f.id, f.object_id, f.identifier from (select (random() * (select max(id) from generic_file))::bigint as at "
            f"from generate_series(1, 1600)) r join generic_file f on f.id = r.at where {own}")
        largest = f"select request_id from deletion_tally t join deletion d on d.id = t.deletion_id where {own} " \
                  "group by request_id order by sum(copies) desc limit 4"
        self.deletions = ledger.column(f"select id from deletion_request where {own} {draw}") + ledger.column(
            f"(select id from deletion_request where {own} order by file_count desc limit 4) union all ({largest})") * 10
        self.open_objects = ledger.column(f"select id from intellectual_object where {own} and state = 'A' {draw}") + self.large * 10
        self.items = ledger.column(f"select id from work_item where {own} {draw}")
        self.institution = institution or 1
        self.last_file = int(ledger.column(f"select max(id) from generic_file where {own}")[0])
        self.last_event = int(ledger.column("select max(id) from premis_event")[0])
