// Ports of loopback: listening on one, finding one that is free, and asking whether somebody is there.
// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/// On a free port of loopback; resolves to it.
export async function listen(listener) {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return listener.address().port;
}

/// One that was free a moment ago: for programs that cannot pick one themselves.
export async function freePort() {
    const listener = createServer();
    const port = await listen(listener);
    listener.close();
    await once(listener, 'close');
    return port;
}

/// Resolves to true where somebody listens.
export const answers = (port) =>
    new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
            socket.destroy();
            resolve(true);
        });
        socket.on('error', () => resolve(false));
    });
