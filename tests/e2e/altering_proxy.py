#!/usr/bin/env python3
"""A GOPROXY that passes another one through: as it is below /honest, below /altered with one byte of each zip wrong.

    altering_proxy.py UPSTREAM

Prints its port on a line of its own, then serves on the loopback interface until it is killed.
"""

import http.server
import shutil
import sys
import urllib.error
import urllib.request

UPSTREAM = sys.argv[1].rstrip("/")
CHUNK = 1 << 16


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mode, _, path = self.path.lstrip("/").partition("/")
        if mode not in ("honest", "altered"):
            self.send_error(404)
            return
        try:
            answer = urllib.request.urlopen(f"{UPSTREAM}/{path}", timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.send_response(answer.status)
            length = answer.headers.get("Content-Length")
            if length:
                self.send_header("Content-Length", length)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/octet-stream"))
            self.end_headers()
            try:
                if mode == "altered" and path.endswith(".zip") and answer.status == 200:
                    self.copy_altered(answer, int(length) // 2)
                else:
                    shutil.copyfileobj(answer, self.wfile, CHUNK)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has seen enough

    def copy_altered(self, answer, wrong):
        position = 0
        while chunk := bytearray(answer.read(CHUNK)):
            if position <= wrong < position + len(chunk):
                chunk[wrong - position] ^= 1
            self.wfile.write(chunk)
            position += len(chunk)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
