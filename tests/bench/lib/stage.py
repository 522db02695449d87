"""A whole installation for one benchmark: PostgreSQL, Redis, a mail server, the registry and the worker, all below one
folder.  A deletion is prepared once, as people do it (request, mail, approval), up to its batches; each run then gets a
copy of that database.  Only what was started here is ended here."""

import ctypes
import glob
import json
import os
import shutil
import signal
import subprocess
import time

import bench

LIB = os.path.join(bench.TOP, "tests", "bench", "lib")
INSTITUTION = "bench.edu"
WAIT_S = 60
END_S = 30
BATCH_FILES = 1000
FILE_BYTES = 1024
NULL_ETAG = "0123456789abcdef0123456789abcdef"
LEDGER_ONLY = {"preflight": "ledger", "verify": "none"}  # the store is asked to delete, and hardly anything else

# What a machine of some size would be given.  Everything else is PostgreSQL's default: every commit is on the disk.
POSTGRES = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "track_io_timing": "on",
}


class Failure(Exception):
    """Something did not go as it must; the text says what."""


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def wait(what, is_so, seconds=WAIT_S, pause=0.02):
    end = time.monotonic() + seconds
    while True:
        found = is_so()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"{what}: not after {seconds} s")
        time.sleep(pause)


class Program:
    """A process of ours, its log, and what it has used."""

    def __init__(self, name, words, folder, user=None, env=None, wrapper=()):
        self.name = name
        self.log = os.path.join(folder, name + ".log")
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                [*wrapper, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user, group=user,
                extra_groups=[] if user else None, preexec_fn=die_with_parent, env={**os.environ, **(env or {})}, cwd="/")
        self.pid = self.child.pid

    def must_live(self):
        if self.child.poll() is not None:
            raise Failure(f"{self.name} has ended with {self.child.returncode}: {self.tail()}")

    def tail(self):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-8:])

    def end(self, how=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(how)
            try:
                self.child.wait(END_S)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        return self.child.returncode

    def children(self):
        """Its processes below it, direct ones, as far as they live."""
        try:
            with open(f"/proc/{self.pid}/task/{self.pid}/children") as file:
                return [int(pid) for pid in file.read().split()]
        except FileNotFoundError:
            return []


def times_of(pid):
    """(seconds of its own, seconds of its reaped children) of one process; zeros if it is no more."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    tick = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / tick, (int(fields[13]) + int(fields[14])) / tick


def cpu_of(program):
    """CPU seconds of a program and all that it has started."""
    return sum(times_of(program.pid)) + sum(times_of(pid)[0] for pid in program.children())


def peak_mib(pid):
    """The most memory that the process ever had in RAM, in MiB."""
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    raise Failure(f"process {pid} tells nothing of its memory")


class Psql:
    """One connection, kept open."""

    def __init__(self, socket_folder, database, env=None):
        self.child = subprocess.Popen(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", socket_folder, "-U", "owner", "-d", database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=die_with_parent, env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning", **(env or {})})

    def __call__(self, sql):
        """The lines that the statements bring."""
        self.child.stdin.write(f"{sql}\n;\n\\echo --end--\n")
        self.child.stdin.flush()
        lines = []
        for line in self.child.stdout:
            if line == "--end--\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise Failure(f"psql: {' '.join(lines[-3:])}")

    def number(self, sql):
        return int(self(sql)[0])

    def close(self):
        self.child.stdin.close()
        self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class S3Stores:
    """One bucket per copy, all behind one endpoint.  etag: of every file; or "digest", of what
    bare_s3.c puts."""

    def __init__(self, endpoint, copies, key=bench.KEY, secret=bench.SECRET, etag="digest", settings=""):
        self.endpoint, self.key, self.secret, self.etag, self.settings = endpoint, key, secret, etag, settings
        self.buckets = [f"copies-{i + 1}" for i in range(copies)]

    def backends(self, put):
        """The backends file; put(NAME, TEXT) keeps a secret and says where."""
        keys = f"access_key_file = {put('access-key', self.key)}\nsecret_key_file = {put('secret-key', self.secret)}\n"
        return "".join(f"[backend {each}]\nkind = s3\nendpoint = {self.endpoint}\nregion = us-east-1\nbucket = {each}\n"
                       f"{keys}{self.settings}\n" for each in self.buckets)

    def urls(self):
        return [f"{self.endpoint}/{each}/" for each in self.buckets]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        pass


class NullStores(S3Stores):
    """The null server: it says yes at once, or after a round trip, and keeps nothing.  head: what it says of a key, see
    null_s3.c; "remembered" is as a store would."""

    def __init__(self, copies, rtt_ms=0, head="present"):
        self.options = ["--rtt-ms", str(rtt_ms), "--head", head, "--size", str(FILE_BYTES), "--etag", NULL_ETAG]
        self.server = bench.null_server(*self.options)
        super().__init__(self.server.endpoint, copies, etag=f'"{NULL_ETAG}"')

    def forget(self):
        """As new, at the same address."""
        self.server.end()
        self.server = bench.null_server(*self.options, "--port", str(self.server.port))

    def counts(self):
        """What it was asked so far, by kind."""
        return self.server.counters()

    def end(self):
        self.server.end()


class CephStores(S3Stores):
    """A private Ceph with its S3 gateway, objects in memory, and in its first bucket the copies of one object's files."""

    def __init__(self, copies):
        self.ceph = bench.Ceph()
        super().__init__(f"http://{self.ceph.host}", copies, self.ceph.key, self.ceph.secret)

    def bare(self, verb, first, files, *options):
        """What bare_s3.c tells of put, head or delete of the copies of these files."""
        place = [self.ceph.host, self.buckets[0], f"{self.ceph.folder}/access-key", f"{self.ceph.folder}/secret-key"]
        return json.loads(bench.Run([bench.program("bare_s3"), verb, *place, str(files), "--from", str(first), *options]).out)

    def end(self):
        self.ceph.end()


class Stage:
    """settings: what PostgreSQL is told beyond POSTGRES, as a dictionary."""

    def __init__(self, stores, settings=None):
        self.folder = os.path.join(bench.DIR, f"stage-{os.getpid()}-{time.monotonic_ns() % 10**9}")
        self.stores = stores
        self.programs = []
        self.registry = self.worker = None
        self.is_root = os.getuid() == 0
        os.makedirs(self.folder)
        if self.is_root:  # PostgreSQL refuses to be root, and has to come in
            os.chmod(bench.DIR, 0o755)
            os.chmod(self.folder, 0o755)
        self.etc = os.path.join(self.folder, "etc")
        os.makedirs(self.etc, mode=0o700)
        try:
            self.start_postgres(settings or {})
            self.start_redis()
            self.start_mail()
            self.put("backends.conf", stores.backends(self.put))
        except BaseException:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        for program in (self.worker, self.registry, *reversed(self.programs)):
            if program:
                program.end(signal.SIGQUIT if program.name == "postgres" else signal.SIGTERM)
        if not os.environ.get("BENCH_KEEP"):  # to look at the logs
            shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.etc, name)

    def put(self, name, text):
        """A file for nobody else, by its path."""
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return self.path(name)

    def run_program(self, *words, **more):
        program = Program(*words, **more)
        self.programs.append(program)
        return program

    # The servers

    def start_postgres(self, settings):
        self.pg_bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.pg = os.path.join(self.folder, "pg")
        user = "postgres" if self.is_root else None
        os.makedirs(self.pg, mode=0o755)
        if user:
            shutil.chown(self.pg, user, user)
        done = subprocess.run(
            [f"{self.pg_bin}/initdb", "-D", f"{self.pg}/data", "-U", "owner", "--auth=trust", "--encoding=UTF8",
             "--locale=C.UTF-8", "--no-sync"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/",
            user=user, group=user, extra_groups=[] if user else None, check=False)
        if done.returncode != 0:
            raise Failure(f"initdb: {done.stdout}")
        self.settings = {**POSTGRES, **settings}
        self.postgres = self.run_program(
            "postgres", [f"{self.pg_bin}/postgres", "-D", f"{self.pg}/data", "-k", self.pg,
                         *(word for key, value in self.settings.items() for word in ("-c", f"{key}={value}"))],
            folder=self.folder, user=user)
        self.wait_for("postgres", lambda: self.quietly(f"{self.pg_bin}/pg_isready", "-q", "-h", self.pg, "-U", "owner"),
                      self.postgres)

    def start_redis(self):
        socket = os.path.join(self.folder, "redis.socket")
        self.redis_socket = socket
        redis = self.run_program(
            "redis", ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
                      "--dir", self.folder], folder=self.folder)
        self.redis = redis
        self.wait_for("redis", lambda: self.quietly("redis-cli", "-s", socket, "ping"), redis)

    def start_mail(self):
        port_file = os.path.join(self.folder, "mail.port")
        self.maildir = os.path.join(self.folder, "mail")
        mail = self.run_program(
            "mail", ["/usr/bin/python3", os.path.join(bench.TOP, "deploy/quickstart.d/mail"), "serve", self.maildir, port_file],
            folder=self.folder)
        self.wait_for("mail", lambda: os.path.exists(port_file), mail)
        with open(port_file) as file:
            self.mail_port = int(file.read())

    @staticmethod
    def quietly(*words):
        return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0

    @staticmethod
    def wait_for(what, is_so, program):
        def alive_and_so():
            program.must_live()
            return is_so()
        wait(f"{what} is ready", alive_and_so)

    def redis_cli(self, *words):
        return subprocess.run(["redis-cli", "-s", self.redis_socket, *words], stdout=subprocess.PIPE, text=True,
                              check=True).stdout

    def psql(self, database):
        return Psql(self.pg, database)

    def create_database(self, name, template=None):
        with self.psql("postgres") as sql:
            sql(f"create database {name}" + (f" template {template} strategy file_copy" if template else ""))

    def drop_database(self, name):
        with self.psql("postgres") as sql:
            sql(f"drop database {name} with (force)")

    # Our programs

    def connection(self, database, role):
        return f"host={self.pg} dbname={database} user={role}"

    def start_registry(self, database, **settings):
        port_file = os.path.join(self.folder, "registry.port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        self.put("registry.conf", self.conf({
            "listen": "127.0.0.1:0", "port_file": port_file, "public_url": "http://registry",
            "database": self.connection(database, "tombstone_registry"), "redis": f"unix:{self.redis_socket}",
            "smtp_url": f"smtp://127.0.0.1:{self.mail_port}", "mail_from": "tombstone@bench.edu", **settings}))
        self.registry = Program("registry", [f"{bench.BUILD}/bin/tombstone-registry", "--config", self.path("registry.conf")],
                                folder=self.folder)
        self.wait_for("registry", lambda: os.path.exists(port_file), self.registry)
        with open(port_file) as file:
            self.port = int(file.read())

    def start_worker(self, database, wrapper=(), env=None, **settings):
        self.put("worker.conf", self.conf({
            "database": self.connection(database, "tombstone_worker"), "redis": f"unix:{self.redis_socket}",
            "backends_file": self.path("backends.conf"), **settings}))
        self.worker = Program("worker", [f"{bench.BUILD}/bin/tombstone-worker", "--config", self.path("worker.conf")],
                              folder=self.folder, wrapper=wrapper, env=env)

    def stop(self):
        """Both programs; what they left in Redis goes too."""
        for program in (self.worker, self.registry):
            if program and program.end() != 0:
                raise Failure(f"{program.name} ended with {program.child.returncode}: {program.tail()}")
        self.worker = self.registry = None
        self.redis_cli("flushall")

    @staticmethod
    def conf(settings):
        return "".join(f"{key} = {value}\n" for key, value in settings.items())

    def command(self, database, *words):
        """tombstone WORD...: what it prints, as it reads it from JSON."""
        self.put("tombstone.conf", self.conf({
            "database": self.connection(database, "tombstone_registry"),
            "database_owner": self.connection(database, "owner"), "backends_file": self.path("backends.conf")}))
        done = subprocess.run([f"{bench.BUILD}/bin/tombstone", "--config", self.path("tombstone.conf"), "--json", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"tombstone {' '.join(words[:2])}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout

    # A deletion, as people make it

    def people(self, database):
        self.command(database, "migrate")
        self.command(database, "institution", "create", INSTITUTION, "Benchmark University")
        self.command(database, "institution", "set", INSTITUTION, "--admin-days", "0")
        self.put("password", "not a secret: benchmark\n")
        for name in "ada", "ben":
            address = f"{name}@{INSTITUTION}"
            self.command(database, "user", "create", address, "--institution", INSTITUTION, "--name", name, "--role",
                         "inst_admin", "--password-file", self.path("password"))
            key = self.command(database, "api-key", "create", address, "--name", "bench")
            self.put(f"{name}.key", (key["key"] if isinstance(key, dict) else key).strip() + "\n")

    def fill(self, database, files, object_name="object-1"):
        """One object of so many files, with a copy of each in every store: rows only."""
        with self.psql(database) as sql:
            sql(f"\\set institution {INSTITUTION}")
            sql(f"\\set object {object_name}")
            sql(f"\\set files {files}")
            sql(f"\\set file_bytes {FILE_BYTES}")
            sql("create temporary table bench_store (name text, url text, etag text)")
            for i, url in enumerate(self.stores.urls()):
                sql(f"insert into storage_backend (name, retention) values ('copies-{i + 1}', 'registry') "
                    "on conflict do nothing")
                sql(f"insert into bench_store values ('copies-{i + 1}', '{url}', '{self.stores.etag}')")
            sql(f"\\i {LIB}/one_object.sql")
            sql("vacuum analyze")
        return f"{INSTITUTION}/{object_name}"

    def request(self, database, *objects):
        named = [word for each in objects for word in ("--object", each)]
        return self.command(database, "request", "--user", f"ada@{INSTITUTION}", "--api-key-file", self.path("ada.key"),
                            *named, "--reason", "benchmark")["request_id"]

    def token(self, request):
        words = ["/usr/bin/python3", os.path.join(bench.TOP, "deploy/quickstart.d/mail"), "find", self.maildir, f"ben@{INSTITUTION}",
                 f"Please decide: deletion request {request}"]

        def mail():
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
            return done.stdout if done.returncode == 0 else None
        text = wait("the mail with the token", mail)
        return text.partition("?token=")[2].split()[0]

    def approve(self, database, request):
        self.put("token", self.token(request) + "\n")
        return self.command(database, "approve", str(request), "--user", f"ben@{INSTITUTION}", "--api-key-file",
                            self.path("ben.key"), "--token-file", self.path("token"))

    def prepare(self, database, files):
        """An approved deletion of so many files, cut into batches that nobody was told of.  Seconds of each step, and the
        most memory that the registry had in planning, in MiB."""
        shutil.rmtree(os.path.join(self.maildir, "new"), ignore_errors=True)  # requests of other databases have the same numbers
        os.makedirs(os.path.join(self.maildir, "new"))
        self.create_database(database)
        self.people(database)
        name = self.fill(database, files)
        self.start_registry(database)
        began = [time.monotonic()]
        request = self.request(database, name)
        began.append(time.monotonic())
        self.approve(database, request)
        began.append(time.monotonic())
        with self.psql(database) as sql:
            wait("the plan", lambda: sql.number("select count(*) from deletion where planned_at is not null"), 600)
            began.append(time.monotonic())
            peak = peak_mib(self.registry.pid)
            self.stop()
            sql("update batch set announced_at = null")
            sql("vacuum analyze")
            sql("checkpoint")
        request_s, approve_s, plan_s = (after - before for before, after in zip(began, began[1:]))
        return {"request": request_s, "approve": approve_s, "plan": plan_s, "registry_mib": peak}

    # One run

    def wait_deleted(self, sql, seconds, watch=None):
        """Waits until every deletion has ended; seconds from the first claim to then, by PostgreSQL's clock."""
        def ended():
            for program in (self.worker, self.registry):
                program.must_live()
            if watch:
                watch()
            return sql.number("select count(*) from deletion where finished_at is null") == 0
        wait("the deletion", ended, seconds)
        return float(sql("select extract(epoch from clock_timestamp() - (select min(started_at) from work_item))")[0])

    def check_deleted(self, sql, files):
        """Each file went once, with its event, and the record says so."""
        facts = {
            "files that are not deleted": ("select count(*) from generic_file where state <> 'D'", 0),
            "copies that are not gone": ("select count(*) from copy where status <> 'gone'", 0),
            "events of files": ("select count(*) from premis_event where event_type = 'deletion' and file_id is not null", files),
            "files with an event": ("select count(distinct file_id) from premis_event where event_type = 'deletion'", files),
            "events of objects": ("select count(*) from premis_event where event_type = 'deletion' and file_id is null", 1),
            "work items that succeeded": ("select count(*) from work_item where status = 'Success' and files_done = files_total", 1),
            "batches that are not done": ("select count(*) from batch where state <> 'done'", 0),
            "outcomes that are not deleted": ("select count(*) from request_file where outcome <> 'deleted'", 0),
        }
        wait("the mails", lambda: sql.number("select count(*) from outbox where done_at is null") == 0)
        facts["people who were told of the end, and of them that were told once"] = (
            "select sum(n) * 1000 + count(*) from (select count(*) as n from alert where type = 'Deletion Completed' "
            "group by user_id) told", 2002)
        for what, (query, wanted) in facts.items():
            found = sql.number(query)
            if found != wanted:
                raise Failure(f"{what}: {found}, not {wanted}")

    def delete(self, files, template="prepared", wrapper=(), env=None, watch=None, look=None, seconds=3600, **worker):
        """Runs a prepared deletion in a database of its own; what it took, as a dictionary.  look(sql): more to find out at the end."""
        self.create_database("run", template)
        try:
            with self.psql("run") as sql:
                self.start_registry("run")
                before = cpu_of(self.postgres)
                self.start_worker("run", wrapper, env, **worker)
                took = self.wait_deleted(sql, seconds, watch)
                used = {"seconds": took, "worker_cpu": cpu_of(self.worker), "postgres_cpu": cpu_of(self.postgres) - before,
                        "registry_cpu": cpu_of(self.registry), "registry_mib": peak_mib(self.registry.pid),
                        "lanes_mib": [peak_mib(pid) for pid in self.worker.children()]}
                if look:
                    used["look"] = look(sql)
                self.check_deleted(sql, files)
            self.stop()
            return used
        finally:
            for program in (self.worker, self.registry):
                if program:
                    program.end()
            self.worker = self.registry = None
            self.drop_database("run")
