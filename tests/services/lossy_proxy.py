#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A proxy on 127.0.0.1 that loses, delays and falsifies answers of a real HTTP server, so that
"the server has done it and nobody heard" is real in tests. Prints its port, ends by itself.

  lossy_proxy.py --upstream PORT [--after N] [one fault or more]

A create is a POST to --create-path. The faults, each for a number of creates and in this order:
  --drop-create N      the server answers, the client sees a reset connection
  --commit-502 N       the server answers, the client sees 502
  --delay-commit S     the client sees a reset at once, the server gets the request S seconds
                       later (--delay-count N of them, 1 by default)
  --slow-answer S      the server answers, the client gets it S seconds later (one create)
and for each POST to a path that ends in /comment:
  --drop-comment N     as --drop-create
and for each search:
  --rewrite OLD=NEW    the rows that the server answers have NEW where they had OLD
and for every request, without asking the server:
  --html               200 text/html, as a captive portal does
  --status CODE        that status (--status-count N of them, --retry-after S adds the header)
--after N lets the first N creates pass unharmed. --log FILE gets one line per request: method,
path, what was done."""

import argparse
import http.client
import http.server
import signal
import socket
import struct
import sys
import threading
import time

BODY_BYTES_MAX = 64 << 20
UPSTREAM_LIMIT_S = 120
PORTAL = b'<html><body><h1>Welcome to the guest network</h1></body></html>'
HOP_BY_HOP = {'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'te', 'upgrade'}


class Plan:
    """Which fault the next request gets. Counted under a lock: requests come in parallel."""

    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.creates = 0
        self.comments = 0
        self.statuses = 0
        self.log = open(options.log, 'a', encoding='utf-8') if options.log else None

    def choose(self, method, path):
        options = self.options
        with self.lock:
            if options.html:
                return 'html'
            limit = options.status_count
            if options.status and (limit is None or self.statuses < limit):
                self.statuses += 1
                return 'status'
            if method == 'POST' and path.endswith('/comment'):
                self.comments += 1
                return 'drop' if self.comments <= options.drop_comment else 'pass'
            if method != 'POST' or path.split('?')[0] != options.create_path:
                return 'pass'
            number = self.creates - options.after
            self.creates += 1
            return self.fault_of_create(number)

    def fault_of_create(self, number):
        if number < 0:
            return 'pass'
        for fault, count in (('drop', self.options.drop_create),
                             ('commit-502', self.options.commit_502),
                             ('delay', self.options.delay_count),
                             ('slow', 1 if self.options.slow_answer else 0)):
            if number < count:
                return fault
            number -= count
        return 'pass'

    def note(self, method, path, what):
        with self.lock:
            if self.log:
                self.log.write(f'{method} {path} {what}\n')
                self.log.flush()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    plan = None

    def handle_request(self):
        body = self.read_body()
        fault = self.plan.choose(self.command, self.path)
        if fault == 'html':
            self.answer(200, [('Content-Type', 'text/html; charset=utf-8')], PORTAL)
        elif fault == 'status':
            wait = self.plan.options.retry_after
            headers = [('Retry-After', str(wait))] if wait is not None else []
            self.answer(self.plan.options.status, headers, b'')
        elif fault == 'delay':
            self.reset_client()
            time.sleep(self.plan.options.delay_commit)
            status, _, _ = self.ask_upstream(body)
            self.note(f'client reset, then asked: {status}')
            return
        else:
            fault = self.pass_on(body, fault)
        self.note(fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_request
    do_PROPFIND = do_MKCOL = do_MOVE = handle_request

    def pass_on(self, body, fault):
        try:
            status, headers, reply = self.ask_upstream(body)
        except (OSError, http.client.HTTPException) as error:
            self.answer(502, [], b'')
            return f'upstream failed: {error}'
        if self.path.startswith('/REST/2.0/tickets?') and self.plan.options.rewrite:
            old, new = self.plan.options.rewrite.encode().split(b'=')
            reply = reply.replace(old, new)
        if fault == 'slow':
            time.sleep(self.plan.options.slow_answer)
        if fault == 'drop':
            self.reset_client()
            return f'answer {status} dropped'
        if fault == 'commit-502':
            self.answer(502, [], b'')
            return f'answer {status} became 502'
        self.answer(status, headers, reply)
        return f'passed: {status}'

    def read_body(self):
        size = int(self.headers.get('Content-Length') or 0)
        if size > BODY_BYTES_MAX:
            raise ValueError('the request is too large')
        if (self.headers.get('Transfer-Encoding') or '').lower() != 'chunked':
            return self.rfile.read(size)
        body = b''
        while len(body) <= BODY_BYTES_MAX:
            size = int(self.rfile.readline(100).split(b';')[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline(100)
            if size == 0:
                break
        return body

    def ask_upstream(self, body):
        connection = http.client.HTTPConnection('127.0.0.1', self.plan.options.upstream,
                                                timeout=UPSTREAM_LIMIT_S)
        try:
            connection.putrequest(self.command, self.path, skip_host=True,
                                  skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP | {'expect'}:
                    connection.putheader(name, value)
            connection.putheader('Content-Length', str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read(BODY_BYTES_MAX)
        finally:
            connection.close()

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status != 204:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def reset_client(self):
        """Closes with RST, so that the client cannot take it for an orderly end."""
        self.close_connection = True
        linger = struct.pack('ii', 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # rfile and wfile hold references that would keep the socket open
        self.rfile.close()
        self.wfile = open('/dev/null', 'wb')
        self.connection.close()

    def note(self, what):
        self.plan.note(self.command, self.path, what)

    def log_message(self, format, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass  # reset before

    def handle_error(self, request, client_address):
        pass  # clients that go away are what this is for


def read_options(arguments):
    parser = argparse.ArgumentParser(description='see the top of the file')
    parser.add_argument('--upstream', type=int, required=True, help='port on 127.0.0.1')
    parser.add_argument('--create-path', default='/REST/2.0/ticket')
    parser.add_argument('--after', type=int, default=0)
    parser.add_argument('--drop-create', type=int, default=0)
    parser.add_argument('--commit-502', type=int, default=0)
    parser.add_argument('--delay-commit', type=float)
    parser.add_argument('--delay-count', type=int)
    parser.add_argument('--slow-answer', type=float)
    parser.add_argument('--rewrite')
    parser.add_argument('--drop-comment', type=int, default=0)
    parser.add_argument('--html', action='store_true')
    parser.add_argument('--status', type=int)
    parser.add_argument('--status-count', type=int)
    parser.add_argument('--retry-after', type=int)
    parser.add_argument('--log')
    parser.add_argument('--seconds', type=float, default=300)
    options = parser.parse_args(arguments)
    if options.delay_count is None:
        options.delay_count = 0 if options.delay_commit is None else 1
    return options


def main(arguments):
    options = read_options(arguments)
    Handler.plan = Plan(options)
    server = Server(('127.0.0.1', 0), Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    time.sleep(options.seconds)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
