# SPDX-License-Identifier: MIT
"""Web servers for tests, on 127.0.0.1 alone: nginx with TLS and a CA of its own, and one that
behaves badly on purpose."""

import http.server
import os
import shutil
import socket
import subprocess
import threading
import time

NGINX = shutil.which('nginx') or '/usr/sbin/nginx'
START_S = 10
PIECE = 1 << 16

CONFIG = """
{user}daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  log_format short escape=none '$request_method $uri $status $http_if_none_match';
  access_log {folder}/access.log short;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/{certificate}.pem;
    ssl_certificate_key {folder}/{certificate}.key;
    root {folder}/www;
    location /packs/ {{
      if ($request_method = PROPFIND) {{ proxy_pass http://127.0.0.1:{lists}; }}
    }}
    location /away/ {{ return 302 https://127.0.0.1:{port}/packs/; }}
    location /login/ {{ return 401; }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def run_openssl(*words):
    subprocess.run(['openssl', *words], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def make_ca(folder, name):
    run_openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
                '-nodes', '-days', '2', '-subj', f'/CN={name}', '-keyout', f'{folder}/{name}.key',
                '-out', f'{folder}/{name}.pem')
    return f'{folder}/{name}.pem'


def make_certificate(folder, ca, name, host='IP:127.0.0.1', days='2'):
    base = f'{folder}/{name}'
    with open(base + '.ext', 'w', encoding='utf-8') as stream:
        stream.write(f'subjectAltName={host}\n')
    run_openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                '-subj', f'/CN={name}', '-keyout', base + '.key', '-out', base + '.csr')
    run_openssl('x509', '-req', '-in', base + '.csr', '-CA', f'{folder}/{ca}.pem', '-CAkey',
                f'{folder}/{ca}.key', '-CAcreateserial', '-days', days, '-extfile', base + '.ext',
                '-out', base + '.pem')


class Nginx:
    """Serves folder/www by https; lists of files come from a BadServer."""

    def __init__(self, folder, certificate, lists):
        self.folder = folder
        self.port = free_port()
        for name in ('www/packs',):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        config = os.path.join(folder, f'nginx-{self.port}.conf')
        with open(config, 'w', encoding='utf-8') as stream:
            stream.write(CONFIG.format(folder=folder, port=self.port, certificate=certificate,
                                       lists=lists,
                                       user='user root;\n' if os.geteuid() == 0 else ''))
        self.process = subprocess.Popen([NGINX, '-p', folder, '-c', config],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < deadline, 'nginx'
            time.sleep(0.05)

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(('127.0.0.1', self.port)) == 0

    def url(self, path):
        return f'https://127.0.0.1:{self.port}{path}'

    def log(self):
        with open(os.path.join(self.folder, 'access.log'), encoding='utf-8') as stream:
            return stream.read().splitlines()

    def end(self):
        self.process.terminate()
        self.process.wait(START_S)


class BadServer:
    """Plain http. What it does with a path: give(path, handler), or a list for PROPFIND."""

    def __init__(self):
        outer = self
        self.ways = {}
        self.folder = None
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                outer.seen.append((self.path, self.headers.get('If-None-Match')))
                self.close_connection = True
                try:
                    outer.ways[self.path](self)
                except OSError:
                    pass

            def do_PROPFIND(self):
                outer.seen.append((self.path, self.headers.get('Depth')))
                self.rfile.read(int(self.headers.get('Content-Length', 0)))
                body = outer.list_folder().encode()
                self.send_response(207)
                self.send_header('Content-Type', 'application/xml')
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def list_folder(self):
        parts = ['<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>/packs/'
                 '</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype>'
                 '</D:prop></D:propstat></D:response>']
        for name in sorted(os.listdir(self.folder)):
            facts = os.stat(os.path.join(self.folder, name))
            changed = time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(facts.st_mtime))
            parts.append(f'<D:response><D:href>/packs/{name}</D:href><D:propstat><D:prop>'
                         f'<D:getlastmodified>{changed}</D:getlastmodified><D:getcontentlength>'
                         f'{facts.st_size}</D:getcontentlength></D:prop></D:propstat>'
                         '</D:response>')
        return ''.join(parts) + '</D:multistatus>'

    def give(self, path, way):
        self.ways[path] = way
        return f'http://127.0.0.1:{self.port}{path}'

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def send_head(handler, status=200, length=None, **headers):
    handler.send_response(status)
    if length is not None:
        handler.send_header('Content-Length', str(length))
    for name, value in headers.items():
        handler.send_header(name.replace('_', '-'), value)
    handler.send_header('Connection', 'close')
    handler.end_headers()


def endless(handler, first=b'', length=None):
    """As many bytes as the client takes, at most 6 GiB."""
    send_head(handler, length=length)
    handler.wfile.write(first)
    for _ in range((6 << 30) // PIECE):
        handler.wfile.write(bytes(PIECE))
