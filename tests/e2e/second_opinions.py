#!/usr/bin/python3
# Other people's WebSocket clients against wsgate: second_opinions.py WSGATE NPM-DIRECTORY
# SPDX-License-Identifier: EUPL-1.2
#
# What wsgate and this tree's own test clients believe in common could be wrong in common. These are
# Debian's python3-websockets and python3-wsproto, and npm's ws. Each does what a plan says and
# tells what it saw.
import asyncio
import hashlib
import json
import os
import random
import re
import socket
import sys
import tempfile
import threading
import unittest
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from harness.daemons import Gateway
from harness.patience import PATIENCE
from harness.processes import outcome
from harness.sockets import listen, port_of

try:
    import websockets.client
    import websockets.exceptions
    import wsproto
    import wsproto.events as events
    import wsproto.extensions
except ImportError:
    sys.exit(f"{sys.executable} lacks python3-websockets or python3-wsproto of Debian")

SESSION = 2 * PATIENCE  # seconds that one may take
WSGATE, NPM = "", ""
HERE = os.path.dirname(os.path.abspath(__file__))
SAID = random.Random(3).randbytes(6 << 20)


@dataclass(frozen=True)
class Plan:
    url: str
    offers: tuple = ()
    messages: tuple = ()  # each the sizes of its fragments; the bytes are SAID, in their order
    text: str = ""  # sent in the place of messages
    ping: str = ""  # sent behind the first message
    wanted: int = 0  # bytes to receive before closing; -1: the other side closes
    code: int = 1000
    reason: str = ""

    def payload(self):
        return SAID[: sum(map(sum, self.messages))]

    def pieces(self):
        """For each message its fragments."""
        at = 0
        for sizes in self.messages:
            yield [SAID[at + sum(sizes[:i]) : at + sum(sizes[: i + 1])] for i in range(len(sizes))]
            at += sum(sizes)


class Websockets:
    """Of asyncio; speaks with two tasks."""

    def carry_out(self, plan):
        return asyncio.run(asyncio.wait_for(self._talk(plan), SESSION))

    async def _talk(self, plan):
        async with websockets.client.connect(
            plan.url,
            subprotocols=plan.offers or None,
            max_size=None,
            ping_interval=None,
            close_timeout=SESSION,
        ) as ws:
            got = asyncio.ensure_future(self._listen(ws, plan.wanted))
            pong = await self._speak(ws, plan)
            received = await got
            if plan.wanted >= 0:
                await ws.close(plan.code, plan.reason)
            return {
                "subprotocol": ws.subprotocol or "",
                "extensions": len(ws.extensions),
                "received": len(received),
                "sha256": hashlib.sha256(received).hexdigest(),
                "pong": pong,
                "code": ws.close_code,
                "reason": ws.close_reason,
            }

    async def _speak(self, ws, plan):
        pong = False
        if plan.text:
            await ws.send(plan.text)
        for i, fragments in enumerate(plan.pieces()):
            await ws.send(fragments if len(fragments) > 1 else fragments[0])
            if i == 0 and plan.ping:
                await (await ws.ping(plan.ping))
                pong = True
        return pong

    async def _listen(self, ws, wanted):
        received = b""
        try:
            while wanted < 0 or len(received) < wanted:
                received += await ws.recv()
        except websockets.exceptions.ConnectionClosed:
            pass
        return received


class Wsproto:
    """Without I/O of its own; a thread writes while we read."""

    def carry_out(self, plan):
        host, port = re.match(r"ws://([^:/]+):(\d+)/", plan.url).groups()
        self._facts = {"subprotocol": "", "extensions": 0, "pong": False}
        self._lock = threading.Lock()
        self._ws = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        with socket.create_connection((host, int(port)), timeout=SESSION) as self._socket:
            self._send(
                events.Request(
                    host=host,
                    target="/" + plan.url.split("/", 3)[3],
                    subprotocols=list(plan.offers),
                    extensions=[wsproto.extensions.PerMessageDeflate()],
                )
            )
            received = self._talk(plan)
        return {
            **self._facts,
            "received": len(received),
            "sha256": hashlib.sha256(received).hexdigest(),
        }

    def _send(self, event):
        with self._lock:
            self._socket.sendall(self._ws.send(event))

    def _talk(self, plan):
        received = bytearray()
        speaker = threading.Thread(target=self._speak, args=(plan,))
        closed = False
        while not closed:
            data = self._socket.recv(1 << 20)
            with self._lock:
                self._ws.receive_data(data or None)
                heard = list(self._ws.events())
            for event in heard:
                closed = self._hear(event, received, speaker) or closed
            if 0 <= plan.wanted <= len(received) and self._is_done(plan):
                self._facts["closing"] = True
                speaker.join()
                self._send(events.CloseConnection(plan.code, plan.reason or None))
        speaker.join()
        self._facts.pop("closing", None)
        return bytes(received)

    def _is_done(self, plan):
        is_open = self._ws.state is wsproto.connection.ConnectionState.OPEN
        return (
            is_open
            and "closing" not in self._facts
            and not plan.text
            and (self._facts["pong"] or not plan.ping)
        )

    def _hear(self, event, received, speaker):
        """Whether it was the last."""
        if isinstance(event, events.AcceptConnection):
            self._facts["subprotocol"] = event.subprotocol or ""
            self._facts["extensions"] = len(event.extensions)
            speaker.start()
        elif isinstance(event, events.BytesMessage):
            received += event.data
        elif isinstance(event, events.Pong):
            self._facts["pong"] = True
        elif isinstance(event, events.CloseConnection):
            self._facts.update(code=event.code, reason=event.reason or "")
            if self._ws.state is wsproto.connection.ConnectionState.REMOTE_CLOSING:
                self._send(event.response())
            return True
        elif not isinstance(event, events.Ping):
            raise AssertionError(f"unexpected: {event}")
        return False

    def _speak(self, plan):
        if plan.text:
            self._send(events.TextMessage(plan.text))
        for i, fragments in enumerate(plan.pieces()):
            for j, piece in enumerate(fragments):
                self._send(events.BytesMessage(piece, message_finished=j + 1 == len(fragments)))
            if i == 0 and plan.ping:
                self._send(events.Ping(plan.ping.encode()))


class NpmWs:
    """In Node.js."""

    def carry_out(self, plan):
        with tempfile.NamedTemporaryFile() as said:
            said.write(plan.payload())
            said.flush()
            what = json.dumps({**asdict(plan), "said": said.name})
            script = os.path.join(HERE, "second_opinion.js")
            done = outcome("node", script, NPM, what, timeout=SESSION)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)


class Target:
    """Takes connections: `echo` says what it hears, else SAID is said and the connection ended."""

    def __init__(self, echo):
        self._echo = echo
        self._socket = listen()
        self._socket.setblocking(True)  # it waits as long as the tests take
        self.port = port_of(self._socket)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                if not self._echo:
                    connection.sendall(SAID)
                    connection.shutdown(socket.SHUT_WR)
                while data := connection.recv(1 << 16):
                    if self._echo:
                        connection.sendall(data)
            except OSError:  # the gateway has closed it
                pass

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Opinion:
    """What every client must see. Not a test case by itself."""

    client = None

    @classmethod
    def setUpClass(cls):
        cls.targets = (Target(echo=True), Target(echo=False))
        routes = (
            f"--route=/{name}=127.0.0.1:{t.port}" for name, t in zip(("echo", "says"), cls.targets)
        )
        cls.gateway = Gateway(WSGATE, *routes)
        cls.url = f"ws://127.0.0.1:{cls.gateway.port}"

    @classmethod
    def tearDownClass(cls):
        cls.gateway.stop()
        for target in cls.targets:
            target.close()

    def see(self, path, **plan):
        plan = Plan(self.url + path, **plan)
        facts = self.client().carry_out(plan)
        self.assertEqual(facts["extensions"], 0)
        return plan, facts

    def expect_data(self, facts, data):
        self.assertEqual(facts["received"], len(data))
        self.assertEqual(facts["sha256"], hashlib.sha256(data).hexdigest())

    def test_echo_of_all_sizes_and_fragments(self):
        sizes = (
            (1,),
            (125,),
            (126,),
            (65535,),
            (65536,),
            (1, 0, 70000, 3),
            (1 << 20, 1 << 20),
            (3 << 20,),
        )
        wanted = sum(map(sum, sizes))
        plan, facts = self.see(
            "/echo",
            messages=sizes,
            ping="are you there?",
            wanted=wanted,
            offers=("base64", "binary"),
        )
        self.expect_data(facts, plan.payload())
        self.assertEqual(facts["subprotocol"], "binary")
        self.assertTrue(facts["pong"])
        self.assertEqual(facts["code"], 1000)

    def test_nothing_offered(self):
        _, facts = self.see("/echo", messages=((5,),), wanted=5)
        self.assertEqual(facts["subprotocol"], "")
        self.assertEqual(facts["code"], 1000)

    def test_target_says_much_and_ends(self):
        _, facts = self.see("/says", offers=("binary",), wanted=-1)
        self.expect_data(facts, SAID)
        self.assertEqual((facts["code"], facts["reason"]), (1000, "Target closed"))

    def test_own_code_comes_back(self):
        _, facts = self.see("/echo", messages=((5,),), wanted=5, code=3456, reason="enough")
        self.assertEqual(facts["code"], 3456)

    def test_text_is_refused(self):
        _, facts = self.see("/echo", text="Grüße", wanted=-1)
        self.expect_data(facts, b"")
        self.assertEqual(facts["code"], 1003)


class PythonWebsockets(Opinion, unittest.TestCase):
    client = Websockets


class PythonWsproto(Opinion, unittest.TestCase):
    client = Wsproto


class NodeWs(Opinion, unittest.TestCase):
    client = NpmWs


if __name__ == "__main__":
    NPM = sys.argv.pop(2)
    WSGATE = sys.argv.pop(1)
    unittest.main()
