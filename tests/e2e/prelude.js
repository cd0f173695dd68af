// For viewers that know no repeater: says hello in their place, and then only passes bytes on.
// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { listen } from './ports.js';

const greetingSize = 12;
const helloSize = 250;

async function introduce(viewer, port, id) {
    const repeater = connect(port, '127.0.0.1');
    const close = () => {
        viewer.destroy();
        repeater.destroy();
    };
    viewer.on('error', close);
    repeater.on('error', close);
    while (repeater.readableLength < greetingSize) {
        await once(repeater, 'readable');
    }
    repeater.read(greetingSize);
    repeater.write(Buffer.concat([Buffer.from(`ID:${id}`)], helloSize));
    repeater.pipe(viewer);
    viewer.pipe(repeater);
}

/// Listens on a free port of the loopback; resolves to it.
export async function startPrelude(bench, { port, id }) {
    const listener = createServer((viewer) =>
        introduce(viewer, port, id).catch(() => {
            viewer.destroy();
        }),
    );
    bench.atEnd(() => listener.close());
    return listen(listener);
}
