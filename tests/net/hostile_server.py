#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An HTTP server on 127.0.0.1 that behaves as badly as its paths say. Prints its port, ends by
itself after --seconds. GET /count/NAME tells how many requests asked for /NAME so far."""

import argparse
import json
import socket
import ssl
import struct
import sys
import threading
import time

COUNTS = {}
LOCK = threading.Lock()
HEAD = 'HTTP/1.1 {} X\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n'


def answer(stream, status, kind, body, extra=''):
    head = f'Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n'
    stream.sendall((HEAD.format(status) + head).encode() + body)


def answer_json(stream, value, extra=''):
    answer(stream, 200, 'Application/JSON; charset="utf-8"', json.dumps(value).encode(), extra)


def drip(stream):
    stream.sendall((HEAD.format(200) + 'Content-Length: 1000\r\n\r\n').encode())
    for _ in range(1000):
        time.sleep(0.2)
        stream.sendall(b'x')


def send_big(stream):
    stream.sendall((HEAD.format(200) + 'Transfer-Encoding: chunked\r\n\r\n').encode())
    chunk = b'10000\r\n' + b'x' * 0x10000 + b'\r\n'
    for _ in range(400):
        stream.sendall(chunk)
    stream.sendall(b'0\r\n\r\n')


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def act(name, stream, connection, headers, nth):
    """True if the connection stays open."""
    if name == 'echo':
        answer_json(stream, headers, 'ETag: "7"\r\n')
    elif name == 'html':
        answer(stream, 200, 'text/html', b'<h1>Welcome</h1>')
    elif name == 'error':
        answer(stream, 500, 'text/plain', b'oops')
    elif name == 'redirect':
        answer(stream, 302, 'text/plain', b'', 'Location: /echo\r\n')
    elif name == 'retry':
        answer(stream, 429, 'application/json', b'{}', 'Retry-After: 7\r\n')
    elif name == 'retry-date':
        answer(stream, 503, 'application/json', b'{}',
               'Retry-After: Sun, 22 Nov 2026 12:00:30 GMT\r\n')
    elif name == 'continue':
        stream.sendall(b'HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\n\r\n')
        answer_json(stream, {})
    elif name == 'big':
        send_big(stream)
    elif name == 'big-length':
        stream.sendall((HEAD.format(200) + 'Content-Length: 99999999999\r\n\r\n').encode())
    elif name == 'big-head':
        stream.sendall(HEAD.format(200).encode() + b'X-Long: ' + b'y' * 90000 + b'\r\n' * 2)
    elif name == 'part':
        stream.sendall((HEAD.format(200) + 'Content-Length: 100\r\n\r\nonly this').encode())
        return False
    elif name == 'slow':
        drip(stream)
    elif name == 'hang':
        time.sleep(30)
    elif name == 'reset':
        reset(connection)
        return False
    elif name == 'silent' or (name == 'silent-if-used' and nth > 1):
        return False
    elif name == 'garbage':
        stream.sendall(b'\x00\xff\x00garbage\r\n\r\n')
        return False
    else:
        answer_json(stream, {'nth': nth})
    return name not in ('big', 'big-length', 'big-head')


def read_request(reader):
    line = reader.readline(4096).decode('latin-1')
    if not line:
        return None
    headers = {}
    while (field := reader.readline(4096).decode('latin-1').strip()):
        name, _, value = field.partition(':')
        headers[name.lower()] = value.strip()
    reader.read(int(headers.get('content-length', 0)))
    return line.split()[1].strip('/'), headers


def serve(connection, context):
    try:
        stream = context.wrap_socket(connection, server_side=True) if context else connection
        reader = stream.makefile('rb')
        nth = 0
        while (request := read_request(reader)) is not None:
            name, headers = request
            nth += 1
            if name.startswith('count/'):
                answer_json(stream, COUNTS.get(name[6:], 0))
                continue
            with LOCK:
                COUNTS[name] = COUNTS.get(name, 0) + 1
            if not act(name, stream, connection, headers, nth):
                break
        reader.close()
        stream.close()
    except OSError:
        pass
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--cert')
    parser.add_argument('--key')
    options = parser.parse_args()
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    listener = socket.create_server(('127.0.0.1', 0))
    print(listener.getsockname()[1], flush=True)

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    time.sleep(options.seconds)


if __name__ == '__main__':
    sys.exit(main())
