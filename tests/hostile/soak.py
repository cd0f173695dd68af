#!/usr/bin/env python3
# Everything at once, for minutes: each block of each stream carries its ID: soak.py REPEATER WSGATE
# SPDX-License-Identifier: EUPL-1.2
import asyncio
import collections
import contextlib
import random
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Gateway, Repeater
from harness.figures import LONG, descriptors, figure, memory
from harness.patience import PATIENCE, eventually
from harness.rfb import BANNER, SERVER_BANNER, hello
from harness.websocket import BINARY, CLOSE, frame, opening

SECONDS = 600 if LONG else 12
AT_ONCE = 150 if LONG else 60
SEED = 17
BLOCK = 24  # the ID, padded, and the number of the block


class Mispaired(Exception):
    pass


class Peer:
    """A connection of ours; `id` is what all blocks that come must carry."""

    def __init__(self, reader, writer, name):
        self.reader, self.writer, self.id = reader, writer, name

    @classmethod
    async def connect(cls, port, name):
        return cls(*await asyncio.open_connection("127.0.0.1", port), name)

    def write(self, data):
        self.writer.write(data)

    async def read(self, size):
        return await asyncio.wait_for(self.reader.readexactly(size), PATIENCE)

    async def send_blocks(self, count, rng):
        for number in range(count):
            body = rng.randbytes(rng.choice([0, 1, 40, 1500, 30000]))
            head = self.id.encode().ljust(BLOCK, b".") + struct.pack("!II", number, len(body))
            self.write(head + body)
            await self.writer.drain()

    async def receive_blocks(self, count):
        for expected in range(count):
            head = await self.read(BLOCK + 8)
            number, size = struct.unpack("!II", head[BLOCK:])
            if head[:BLOCK].rstrip(b".") != self.id.encode() or number != expected:
                raise Mispaired(f"{self.id} got {head!r}, and not its block {expected}")
            await self.read(size)

    async def end(self):
        """All that still comes belongs to nobody; then it is closed."""
        rest = await asyncio.wait_for(self.reader.read(), PATIENCE)
        if rest:
            raise Mispaired(f"{self.id} got {rest[:80]!r} behind its last block")
        self.writer.close()

    async def cut_off(self):
        """The other end has broken off: whatever was on its way is not looked at."""
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(self.reader.read(), PATIENCE)
        self.writer.close()

    def abort(self):
        peer = self.writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.close()


class WebPeer(Peer):
    """A viewer through the gateway: the same bytes in frames."""

    @classmethod
    async def open(cls, port, name):
        peer = await cls.connect(port, name)
        peer.writer.write(opening("/websockify"))
        answer = await asyncio.wait_for(peer.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        if b" 101 " not in answer:
            raise AssertionError(answer)
        peer.unread = b""
        return peer

    def write(self, data):
        self.writer.write(frame(BINARY, data))

    async def read(self, size):
        while len(self.unread) < size:
            first, length = await super().read(2)
            if length == 126:
                (length,) = struct.unpack("!H", await super().read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", await super().read(8))
            payload = await super().read(length)
            if first != 0x80 | BINARY:
                raise AssertionError(f"a frame of another kind came: {first:#x} {payload!r}")
            self.unread += payload
        got, self.unread = self.unread[:size], self.unread[size:]
        return got

    async def cut_off(self):
        """The gateway says Close, and waits for ours."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await asyncio.wait_for(self.reader.readuntil(bytes([0x80 | CLOSE])), PATIENCE)
        self.abort()


class Soak:
    def __init__(self, repeater, gateway, target):
        self.repeater, self.gateway, self.target = repeater, gateway, target
        self.done = collections.Counter()
        self.names = 0

    def name(self):
        self.names += 1
        return f"soak_{self.names}"

    async def server(self, name):
        peer = await Peer.connect(self.repeater.server_port, name)
        peer.write(hello(f"ID:{name}") + SERVER_BANNER)
        return peer

    async def viewer(self, name, rng):
        peer = await Peer.connect(self.repeater.viewer_port, name)
        text = hello(f"ID:{name}")
        cut = rng.randrange(len(text))
        peer.write(text[:cut])
        await asyncio.sleep(rng.choice([0, 0, 0.01]))
        peer.write(text[cut:])
        return peer

    async def web_viewer(self, name):
        peer = await WebPeer.open(self.gateway.port, name)
        peer.write(hello(f"ID:{name}"))
        return peer

    async def talk(self, server, viewer, rng):
        """Both ends are joined: blocks both ways, then one of the ends that there are."""
        if await viewer.read(len(BANNER)) != BANNER:
            raise Mispaired("no greeting")
        if await viewer.read(len(SERVER_BANNER)) != SERVER_BANNER:
            raise Mispaired("the server's greeting did not come first")
        down, up = rng.randrange(12), rng.randrange(12)
        await asyncio.gather(
            server.send_blocks(down, rng),
            viewer.receive_blocks(down),
            viewer.send_blocks(up, rng),
            server.receive_blocks(up),
        )
        first, second = rng.sample([server, viewer], 2)
        if isinstance(viewer, WebPeer) or rng.random() < 0.3:
            first.abort()
            await second.cut_off()
        else:
            first.writer.write_eof()
            await second.end()
            await first.end()

    async def pair(self, rng):
        name = self.name()
        server = await self.server(name)
        await asyncio.sleep(rng.choice([0, 0.01, 0.1]))
        await self.talk(server, await self.viewer(name, rng), rng)

    async def viewer_first(self, rng):
        name = self.name()
        viewer = await self.viewer(name, rng)
        await asyncio.sleep(rng.choice([0.01, 0.1]))
        await self.talk(await self.server(name), viewer, rng)

    async def browser(self, rng):
        name = self.name()
        server = await self.server(name)
        await self.talk(server, await self.web_viewer(name), rng)

    async def replaced(self, rng):
        name = self.name()
        older = await self.server(name)
        await asyncio.sleep(0.05)
        newer = await self.server(name)
        await older.end()
        await self.talk(newer, await self.viewer(name, rng), rng)

    async def dialled(self, rng):
        """Mode I."""
        name = self.name()
        met = self.target.expect(name)
        viewer = await Peer.connect(self.repeater.viewer_port, name)
        viewer.write(hello(f"127.0.0.1::{self.target.port}") + name.encode().ljust(BLOCK, b"."))
        await self.talk(await asyncio.wait_for(met, PATIENCE), viewer, rng)

    async def orphan(self, rng):
        name = self.name()
        peer = await (self.server(name) if rng.random() < 0.5 else self.viewer(name, rng))
        await asyncio.sleep(rng.random())
        peer.abort() if rng.random() < 0.5 else peer.writer.close()

    async def unfinished(self, rng):
        ports = [self.repeater.viewer_port, self.repeater.server_port, self.gateway.port]
        peer = await Peer.connect(rng.choice(ports), "")
        peer.write(rng.randbytes(rng.randrange(249)))
        await asyncio.sleep(rng.random())
        peer.abort() if rng.random() < 0.5 else peer.writer.close()

    async def garbage(self, rng):
        port = rng.choice([self.repeater.viewer_port, self.repeater.server_port])
        peer = await Peer.connect(port, "")
        peer.write(rng.randbytes(rng.randrange(250, 2000)))
        await peer.cut_off()

    async def silent(self, rng):
        ports = [self.repeater.viewer_port, self.repeater.server_port, self.gateway.port]
        peer = await Peer.connect(rng.choice(ports), "")
        await peer.cut_off()

    async def go_on(self, number, until):
        rng = random.Random(SEED * 1000 + number)
        usual = [self.pair, self.viewer_first, self.browser, self.replaced, self.dialled]
        strange = [self.orphan, self.unfinished, self.garbage, self.silent]
        while time.monotonic() < until:
            scenario = rng.choice(usual * 3 + strange)
            await scenario(rng)
            self.done[scenario.__name__] += 1

    async def run(self, seconds):
        until = time.monotonic() + seconds
        await asyncio.gather(*(self.go_on(number, until) for number in range(AT_ONCE)))


class Target:
    """The server that Mode I's viewers are led to: their first block says who they are."""

    def __init__(self):
        self.expected = {}
        self.port = 0

    async def start(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=1000)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def expect(self, name):
        self.expected[name] = asyncio.get_running_loop().create_future()
        return self.expected[name]

    async def serve(self, reader, writer):
        peer = Peer(reader, writer, "")
        peer.write(SERVER_BANNER)
        peer.id = (await peer.read(BLOCK)).rstrip(b".").decode()
        self.expected.pop(peer.id).set_result(peer)


def at_rest(daemon, before):
    """Its descriptors are as many as they were."""
    eventually(
        lambda: f"{descriptors(daemon.pid)} descriptors are as {before}",
        lambda: descriptors(daemon.pid) <= before,
    )


async def soak(repeater, wsgate):
    target = Target()
    async with await target.start():
        rules = ("--mode1", "list", "--mode1-allow", f"127.0.0.1:{target.port}")
        quick = ("--handshake-timeout", "2")
        relay = Repeater(repeater, "--bind", "127.0.0.1", *rules, *quick)
        try:
            ports = f"127.0.0.1:{relay.viewer_port}", f"127.0.0.1:{relay.server_port}"
            options = "--viewer-target", ports[0], "--server-target", ports[1]
            gate = Gateway(wsgate, *options, "--handshake-timeout", "2")
            try:
                await measure(Soak(relay, gate, target), relay, gate)
            finally:
                gate.kill()
        finally:
            relay.kill()


async def measure(soaked, relay, gate):
    rest = {each: descriptors(each.pid) for each in (relay, gate)}
    await soaked.run(SECONDS / 6)  # buffers and pools are made
    for each, before in rest.items():
        at_rest(each, before + 40)  # pooled pipes stay
    before = {each: (descriptors(each.pid), memory(each.pid)) for each in (relay, gate)}
    await soaked.run(SECONDS)
    for name, count in sorted(soaked.done.items()):
        figure(f"scenarios: {name}", count, at_least=1)
    figure("scenarios", sum(soaked.done.values()))
    figure("mispairings", 0)  # the first one ends the run
    for each, what in ((relay, "repeater"), (gate, "gateway")):
        at_rest(each, before[each][0] + 40)
        figure(f"{what}: memory more", memory(each.pid) - before[each][1], "MB", at_most=12)
        each.stop()


if __name__ == "__main__":
    asyncio.run(soak(*sys.argv[1:3]))
