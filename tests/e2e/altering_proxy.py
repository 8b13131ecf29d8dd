#!/usr/bin/env python3
"""A GOPROXY that passes another one through, and can lie about zips.

    altering_proxy.py UPSTREAM [LOG]

    /honest/…    everything as it is
    /damaged/…   zips with one wrong byte in the middle
    /forged/…    zips in perfect order that hold one file more than was released

Prints its port on a line of its own, then serves on the loopback interface until it is killed. Zips are fetched
once and kept in memory. LOG gets a line for each request.
"""

import http.server
import io
import sys
import threading
import urllib.error
import urllib.request
import zipfile

UPSTREAM = sys.argv[1].rstrip("/")
LOG = open(sys.argv[2], "a") if len(sys.argv) > 2 else None


def as_it_is(body):
    return body


def damaged(body):
    wrong = bytearray(body)
    wrong[len(wrong) // 2] ^= 1
    return bytes(wrong)


def forged(body):
    file = io.BytesIO(body)
    with zipfile.ZipFile(file, "a") as archive:
        prefix = "/".join(archive.namelist()[0].split("/")[:2])
        archive.writestr(f"{prefix}/src/fmt/extra.go", "package fmt\n\nfunc init() { print(1) }\n")
    return file.getvalue()


MODES = {"honest": as_it_is, "damaged": damaged, "forged": forged}
zips = {}
lock = threading.Lock()


def fetch(path):
    """Status, type and body of a path of the upstream proxy."""
    with lock:
        if path in zips:
            return zips[path]
        try:
            answer = urllib.request.urlopen(f"{UPSTREAM}/{path}", timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            kind = answer.headers.get("Content-Type", "application/octet-stream")
            result = answer.status, kind, answer.read()
        if path.endswith(".zip") and result[0] == 200:
            zips[path] = result
        return result


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mode, _, path = self.path.lstrip("/").partition("/")
        if LOG:
            print(path, file=LOG, flush=True)
        if mode not in MODES:
            self.send_error(404)
            return
        status, kind, body = fetch(path)
        if path.endswith(".zip") and status == 200:
            body = MODES[mode](body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has seen enough

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
