#!/usr/bin/env python3
"""Load of the Alertmanager API: a storm of alerts against ruleval and the real Alertmanager, alternating.

usage: load.py RULEVAL ALERTMANAGER [--alerts N] [--groups N] [--rounds N] [--readers N]
               [--only ruleval|alertmanager]

Reports CPU seconds (user and system, of the server's process), resident memory and times; the last table is the median
of all rounds with the ratio ruleval / Alertmanager. It never fails for being slow, only for groups that were not told
exactly once.
"""
import argparse
import collections
import http.client
import http.server
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TICKS = os.sysconf("SC_CLK_TCK")
BATCH = 256


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink(http.server.ThreadingHTTPServer):
    """Counts the notifications of each group, firing and resolved."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SinkHandler)
        self.lock = threading.Lock()
        self.clear()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def clear(self):
        self.told = {"firing": collections.Counter(), "resolved": collections.Counter()}

    def note(self, body):
        with self.lock:
            self.told[body["status"]][body["groupKey"]] += 1


class SinkHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.note(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server:
    """A running ruleval or Alertmanager."""

    def __init__(self, name, command, port, path, folder=None):
        self.name, self.port, self.path = name, port, path
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=open(path + "/log", "w"), cwd=folder)
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.get("/-/ready")[0] == 200:
                    break
            except OSError:
                pass
            if time.monotonic() > deadline:
                sys.exit(f"{name} does not start: {open(path + '/log').read()[-500:]}")
            time.sleep(0.05)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, path, connection=None):
        connection = connection or self.connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, key):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith(key):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def bodies(alerts, groups, starts=0.0, ends=3600.0):
    """The posts of a Prometheus, made when they are sent: batches of alerts; their times are seconds from now."""
    for begin in range(0, alerts, BATCH):
        batch = []
        for number in range(begin, min(begin + BATCH, alerts)):
            service = f"service-{number * groups // alerts:05d}"
            alert = {
                "labels": {
                    "alertname": f"HighLatency{number % 20}",
                    "service": service,
                    "instance": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}:9100",
                    "job": "node", "severity": "critical" if number % 3 else "warning", "cluster": "eu-west-1",
                    "namespace": f"team-{number % 37}", "pod": f"pod-{number:06d}-{number * 7919 % 100000:05d}",
                },
                "annotations": {
                    "summary": f"Latency of {service} is above the objective",
                    "description": "The 95th percentile of the latency has been above 500 ms for five minutes; see the runbook.",
                    "runbook_url": "https://runbooks.example.org/latency",
                },
                "startsAt": stamp(starts), "endsAt": stamp(ends),
                "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=latency%3Ap95+%3E+0.5&g0.tab=1",
            }
            batch.append(alert)
        yield json.dumps(batch).encode()


def stamp(offset):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + offset))


def post(server, batches):
    connection = server.connect()
    for body in batches:
        connection.request("POST", "/api/v2/alerts", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"{server.name}: {answer.status} {text[:300]}")


def until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def timed_get(server, path, times=3):
    best, size = None, 0
    for _ in range(times):
        began = time.monotonic()
        status, body = server.get(path)
        took = time.monotonic() - began
        if status != 200:
            sys.exit(f"{server.name}: GET {path}: {status}")
        best, size = min(best or took, took), len(body)
    return best, size


def readers(server, batches, clients):
    """The slowest of many filtered reads while alerts are posted."""
    slowest, stop, lock = [0.0], threading.Event(), threading.Lock()

    def read(number):
        connection = server.connect()
        query = urllib.parse.quote(f'service="service-{number:05d}"')
        while not stop.is_set():
            began = time.monotonic()
            server.get(f"/api/v2/alerts?filter={query}", connection)
            with lock:
                slowest[0] = max(slowest[0], time.monotonic() - began)
            time.sleep(0.2)

    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    post(server, batches)
    stop.set()
    for thread in threads:
        thread.join()
    return slowest[0]


def relocated(binary, path):
    """Debian's Alertmanager looks for its default templates below /usr/share: a copy looks below its own folder."""
    copy = path + "/alertmanager"
    with open(binary, "rb") as source, open(copy, "wb") as target:
        target.write(source.read().replace(
            b"/usr/share/prometheus/alertmanager", b"usr/share/prometheus//alertmanager"))
    os.chmod(copy, 0o755)
    return copy, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(binary))))


def round_of(name, binary, options, sink):
    sink.clear()
    with tempfile.TemporaryDirectory() as path:
        config = path + "/alertmanager.yml"
        with open(config, "w") as file:
            file.write(
                "route:\n  receiver: hook\n  group_by: [service]\n  group_wait: 5s\n  group_interval: 15s\n"
                "  repeat_interval: 4h\nreceivers:\n  - name: hook\n    webhook_configs:\n"
                f"      - url: http://127.0.0.1:{sink.server_port}/\n")
        port = free_port()
        folder = None
        if name == "ruleval":
            command = [binary, "run", "--config", config, "--listen", f"127.0.0.1:{port}", "--state", path + "/state"]
        else:
            binary, folder = relocated(binary, path)
            command = [binary, "--config.file", config, f"--web.listen-address=127.0.0.1:{port}",
                       "--cluster.listen-address=", "--storage.path", path + "/data", "--log.level=error"]
        server = Server(name, command, port, path, folder)
        figures = collections.OrderedDict()
        per = 10_000 / options.alerts
        try:
            def storm():
                return bodies(options.alerts, options.groups)

            began = server.cpu()
            wall = time.monotonic()
            post(server, storm())
            figures["first post, CPU ms per 10k"] = (server.cpu() - began) * per * 1000
            figures["first post, alerts/s"] = options.alerts / (time.monotonic() - wall)
            posted = server.cpu()
            told = until(lambda: len(sink.told["firing"]) >= options.groups, 120)
            time.sleep(1)
            figures["notify, CPU ms per 10k"] = (server.cpu() - posted) * per * 1000
            if not told:
                print(f"{name}: only {len(sink.told['firing'])} of {options.groups} groups were told")
            began = server.cpu()
            post(server, storm())
            figures["resend, CPU ms per 10k"] = (server.cpu() - began) * per * 1000
            figures["RSS firing, MB"] = server.memory("VmRSS")
            if options.readers:
                slowest = readers(server, storm(), options.readers)
                figures[f"slowest of {options.readers} readers, ms"] = slowest * 1000
            figures["GET all, ms"], size = timed_get(server, "/api/v2/alerts")
            figures["GET all, ms"] *= 1000
            query = urllib.parse.quote('service="service-00017"')
            figures["GET filtered, ms"] = timed_get(server, f"/api/v2/alerts?filter={query}", 9)[0] * 1000
            figures["GET groups, ms"] = timed_get(server, "/api/v2/alerts/groups", 2)[0] * 1000
            repeated = sum(1 for count in sink.told["firing"].values() if count > 1)
            began = server.cpu()
            post(server, bodies(options.alerts, options.groups, starts=-60, ends=-1))
            resolved = until(lambda: len(sink.told["resolved"]) >= options.groups, 120)
            time.sleep(1)
            figures["resolve, CPU ms per 10k"] = (server.cpu() - began) * per * 1000
            figures["peak RSS, MB"] = server.memory("VmHWM")
            counts = {status: (len(seen), sum(seen.values())) for status, seen in sink.told.items()}
            print(f"{name}: groups told firing {counts['firing'][0]} in {counts['firing'][1]} messages "
                  f"({repeated} twice), resolved {counts['resolved'][0]} in {counts['resolved'][1]}; "
                  f"GET all {size >> 20} MB{'' if resolved else '; RESOLVE INCOMPLETE'}")
        finally:
            server.stop()
        return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ruleval")
    parser.add_argument("alertmanager")
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--groups", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--only")
    options = parser.parse_args()
    sink = Sink()
    results = {"ruleval": [], "alertmanager": []}
    for number in range(options.rounds):
        for name, binary in (("alertmanager", options.alertmanager), ("ruleval", options.ruleval)):
            if options.only in (None, name):
                results[name].append(round_of(name, binary, options, sink))
    print(f"\n{options.alerts} alerts in {options.groups} groups, median of {options.rounds} rounds\n")
    print("| | Alertmanager | ruleval | ratio |\n|---|--:|--:|--:|")
    keys = list((results["ruleval"] or results["alertmanager"])[0])
    for key in keys:
        middle = {name: statistics.median(run[key] for run in runs) if runs else 0.0 for name, runs in results.items()}
        ratio = middle["ruleval"] / middle["alertmanager"] if middle["alertmanager"] else 0.0
        print(f"| {key} | {middle['alertmanager']:,.1f} | {middle['ruleval']:,.1f} | {ratio:.2f} |")


main()
