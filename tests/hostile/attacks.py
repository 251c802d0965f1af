"""Clients that mean harm. Each attack is a coroutine that runs in a process of its own until it is cancelled.

An attack takes a Target and says by `landed()` that its full weight is on the daemon. None reads what it is
answered unless its sentence says so.
"""

import asyncio
import json
import os
import socket

TINY_PAUSE = 0.05  # seconds between two bytes of those who trickle


class Target:
    """Where to, with which token, how many, and whom to tell."""

    def __init__(self, address, token, landed, count, path=""):
        host, port = address.rsplit(":", 1)
        self.place = (host, int(port))
        self.token, self.landed, self.count, self.path = token, landed, count, path

    def head(self, line, *headers, is_known=True):
        words = [line + " HTTP/1.1", "Host: localhost", *headers]
        if is_known:
            words.append("Authorization: Bearer " + self.token)
        return ("\r\n".join(words) + "\r\n\r\n").encode()


async def connect(target, receive_buffer=None):
    loop = asyncio.get_running_loop()
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.setblocking(False)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    await loop.sock_connect(client, target.place)
    return client


async def crowd(target, behave, count=None):
    """`count` clients that do the same for ever; one that was thrown out comes back."""
    ready = set()

    async def one(number):
        while True:
            client = None
            try:
                client = await connect(target)
                ready.add(number)
                if len(ready) == (count or target.count):
                    target.landed()
                await behave(client, number)
            except OSError:
                pass
            finally:
                if client:
                    client.close()
            await asyncio.sleep(TINY_PAUSE)

    await asyncio.gather(*(one(number) for number in range(count or target.count)))


def send(client, data):
    return asyncio.get_running_loop().sock_sendall(client, data)


async def read_all(client):
    loop = asyncio.get_running_loop()
    while await loop.sock_recv(client, 1 << 16):
        pass


async def wait_for_end(client):
    """Does nothing, reads nothing, and notices when it is thrown out."""
    while True:
        await asyncio.sleep(1)
        client.send(b"")
        if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return


async def trickle(client, data):
    for place in range(len(data)):
        await send(client, data[place:place + 1])
        await asyncio.sleep(TINY_PAUSE)


# ---- heads --------------------------------------------------------------------------------------

async def slow_heads(target):
    head = target.head("GET /healthz", "X-Long: " + "x" * 30_000, is_known=False)
    await crowd(target, lambda client, _: trickle(client, head))


async def idle_connections(target):
    await crowd(target, lambda client, _: wait_for_end(client))


async def held_heads(target):
    """Heads of 30 KB but for their last byte, held as long as one is let."""
    head = target.head("GET /healthz", "X-Long: " + "x" * 30_000, is_known=False)[:-1]

    async def behave(client, _):
        await send(client, head)
        await wait_for_end(client)
    await crowd(target, behave)


async def many_headers(target):
    head = target.head("GET /healthz", *(f"X-{number}: 1" for number in range(2000)), is_known=False)

    async def behave(client, _):
        await send(client, head)
        await read_all(client)
    await crowd(target, behave)


async def endless_header(target):
    async def behave(client, _):
        await send(client, b"GET /healthz HTTP/1.1\r\nX-Endless: ")
        while True:
            await send(client, b"x" * 65536)
    await crowd(target, behave)


# ---- bodies -------------------------------------------------------------------------------------

ROUTES_WITH_BODIES = ("POST /api/v1/runs", "POST /api/v1/plans", "POST /api/v1/snapshots", "POST /api/v1/objects",
                      "PUT /api/v1/objects/" + "0" * 64, "POST /api/v1/shutdown", "POST /healthz", "PUT /nothing")
GIGABYTE = 1 << 30


async def declared_gigabyte(target):
    """Every second one without a token."""
    async def behave(client, number):
        line = ROUTES_WITH_BODIES[number % len(ROUTES_WITH_BODIES)]
        await send(client, target.head(line, f"Content-Length: {GIGABYTE}", is_known=number // 8 % 2 == 0))
        for _ in range(GIGABYTE >> 16):
            await send(client, bytes(65536))
        await read_all(client)
    await crowd(target, behave)


async def chunked_gigabyte(target):
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"

    async def behave(client, number):
        line = ROUTES_WITH_BODIES[number % len(ROUTES_WITH_BODIES)]
        await send(client, target.head(line, "Transfer-Encoding: chunked", is_known=number // 8 % 2 == 0))
        for _ in range(GIGABYTE >> 16):
            await send(client, chunk)
        await read_all(client)
    await crowd(target, behave)


async def held_bodies(target):
    """JSON bodies of 8 MB but for their last byte."""
    size = (8 << 20) - 1
    head = target.head("POST /api/v1/runs", f"Content-Length: {size}")

    async def behave(client, _):
        await send(client, head)
        for _ in range(size >> 16):
            await send(client, b" " * 65536)
        await wait_for_end(client)
    await crowd(target, behave)


async def slow_bodies(target):
    """A byte at a time to each route that takes a body."""
    async def behave(client, number):
        line = ROUTES_WITH_BODIES[number % 5]
        await send(client, target.head(line, "Content-Length: 1000000"))
        await trickle(client, bytes(1_000_000))
    await crowd(target, behave)


async def held_frames(target):
    """Uploads of objects, each frame of 1 MB but for its last byte, after 4 MB of small ones."""
    import hashlib
    small = os.urandom(16_000)
    frame = hashlib.sha256(small).digest() + len(small).to_bytes(8, "big") + small
    large = bytes(32) + (1 << 20).to_bytes(8, "big") + bytes((1 << 20) - 1)
    head = target.head("POST /api/v1/objects", f"Content-Length: {GIGABYTE}")

    async def behave(client, _):
        await send(client, head + frame * 200)
        await send(client, large)
        await wait_for_end(client)
    await crowd(target, behave)


async def deep_json(target):
    async def behave(client, number):
        body = (b"[" * 1_000_000, b"{\"a\":" * 200_000, b"[" + b"0," * 2_000_000 + b"0]",
                b"{\"manifest\":[" + b"{}," * 1_000_000 + b"{}]}",
                b"[" + b"{}," * 1_300_000 + b"{}]", b"[" + b"\"\"," * 1_300_000 + b"0]")[number % 6]
        line = ROUTES_WITH_BODIES[number % 3]
        await send(client, target.head(line, f"Content-Length: {len(body)}", "Connection: close") + body)
        await read_all(client)
    await crowd(target, behave)


# ---- many requests ------------------------------------------------------------------------------

async def pipelined_requests(target):
    """Requests as fast as they go, in half of the connections the answers are not read."""
    known = target.head("GET /api/v1/runs") * 100
    unknown = target.head("GET /healthz", is_known=False) * 100

    async def behave(client, number):
        requests = known if number % 4 < 2 else unknown
        reader = asyncio.create_task(read_all(client)) if number % 2 else None
        try:
            while True:
                await send(client, requests)
        finally:
            if reader:
                reader.cancel()
    await crowd(target, behave)


async def unread_answers(target):
    """Asks for the largest pages there are and does not read them."""
    async def behave(client, _):
        await send(client, target.head("GET " + target.path) * 50)
        await wait_for_end(client)
    await crowd(target, behave)


async def unread_streams(target):
    """Follows and never reads; of the smallest receive buffer, so that the daemon feels it."""
    async def one(number):
        while True:
            try:
                client = await connect(target, receive_buffer=2048)
                await send(client, target.head("GET " + target.path))
                arrived.add(number)
                if len(arrived) == target.count:
                    target.landed()
                await wait_for_end(client)
                client.close()
            except OSError:
                await asyncio.sleep(TINY_PAUSE)

    arrived = set()
    await asyncio.gather(*(one(number) for number in range(target.count)))


async def aborted_requests(target):
    """Requests cut at every place: half closed, or reset in the middle of head, body, answer or stream."""
    whole = (target.head("GET /api/v1/runs"), target.head("GET " + (target.path or "/api/v1/status")),
             target.head("POST /api/v1/runs", "Content-Length: 1000") + b"{" * 500,
             target.head("PUT /api/v1/objects/" + "1" * 64, "Content-Length: 1000000") + bytes(100_000))

    async def behave(client, number):
        loop = asyncio.get_running_loop()
        for turn in range(1000):
            data = whole[(number + turn) % len(whole)]
            await send(client, data[:1 + (number * 7919 + turn * 104_729) % len(data)])
            if turn % 3 == 0:
                client.shutdown(socket.SHUT_WR)
                await asyncio.wait_for(read_all(client), 20)
            elif turn % 3 == 1:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            else:
                await asyncio.sleep(TINY_PAUSE)
            client.close()
            client = await connect(target)
    try:
        await crowd(target, behave)
    except asyncio.TimeoutError as error:
        raise AssertionError("a half-closed request was neither answered nor ended") from error


async def half_open(target):
    """Whoever has sent half a request and closed its side."""
    async def behave(client, number):
        await send(client, target.head("GET /healthz", is_known=number % 2 == 0)[:30])
        client.shutdown(socket.SHUT_WR)
        await asyncio.sleep(TINY_PAUSE)
    await crowd(target, behave)


async def many_submits(target):
    """Submits of one snapshot, all at once, and their answers read; `path` is the submission as JSON."""
    wish = json.loads(target.path)

    async def behave(client, number):
        loop = asyncio.get_running_loop()
        for turn in range(1000):
            body = json.dumps({**wish, "client_key": f"{os.getpid()}-{number}-{turn}"}).encode()
            await send(client, target.head("POST /api/v1/runs", f"Content-Length: {len(body)}") + body)
            if not await loop.sock_recv(client, 1 << 16):
                return
            await asyncio.sleep(1)
    await crowd(target, behave)
