// The way of a customer behind a web proxy: the server goes through the gateway, in small frames.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { meet } from '../meeting.js';
import { listen } from '../ports.js';

const frameSize = 1024;

/// A TCP port whose one connection is carried in binary messages to a WebSocket. Resolves to
/// { port, socket }; `socket` is a promise.
async function startTunnel(bench, url) {
    const { WebSocket } = bench.package('ws');
    const listener = createServer({ allowHalfOpen: true });
    bench.atEnd(() => listener.close());
    const socket = once(listener, 'connection').then(async ([local]) => {
        const remote = new WebSocket(url, ['binary'], { perMessageDeflate: false });
        bench.atEnd(() => remote.terminate());
        await once(remote, 'open');
        local.on('data', (data) => {
            for (let at = 0; at < data.length; at += frameSize) {
                remote.send(data.subarray(at, at + frameSize));
            }
        });
        remote.on('message', (data) => local.write(data));
        local.on('end', () => remote.close(1000));
        remote.on('close', () => local.end());
        return remote;
    });
    return { port: await listen(listener), socket };
}

export default async function tunnel(bench) {
    const repeater = await bench.repeater();
    const gateway = await bench.gateway(repeater);
    const { port, socket } = await startTunnel(bench, `ws://127.0.0.1:${gateway.port}/wsServer`);

    // The server dials the tunnel where it would dial the repeater.
    const ports = {
        says: (pattern) => repeater.says(pattern),
        serverPort: port,
        viewerPort: repeater.viewerPort,
    };
    const pair = await meet(bench, ports, {
        id: '31',
        seed: 9,
        encoding: 'raw',
        order: 'server-first',
    });
    assert.equal((await socket).protocol, 'binary');
    assert.equal(await pair.seen(), await pair.shown());

    // The end of the viewer comes through to the server.
    pair.viewer.endInput();
    await pair.server.says(/^gone$/);
}
