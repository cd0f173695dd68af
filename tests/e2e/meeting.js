// A server and a viewer that meet at the repeater under one ID.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

const picture = async (program) => (await program.says(/^picture (\d+x\d+ [0-9a-f]{64})$/))[1];

/// `order` is server-first or viewer-first, and is kept: the second one starts when the repeater
/// has said that the first one waits.
export async function meet(bench, repeater, { id, seed, encoding, order }) {
    const start = {
        server: () => bench.server({ port: repeater.serverPort, id, seed }),
        viewer: () => bench.viewer({ port: repeater.viewerPort, id, encoding }),
    };
    const stored = (role) => repeater.says(new RegExp(`storing new vnc ${role} with ID:${id}\\.`));
    const hookedUp = (role, other) =>
        repeater.says(
            new RegExp(`hooking up new vnc ${role} with existing vnc ${other} for ID:${id}\\.`),
        );

    let server;
    let viewer;
    if (order === 'server-first') {
        server = start.server();
        await stored('server');
        viewer = start.viewer();
        await hookedUp('client', 'server');
    } else {
        assert.equal(order, 'viewer-first');
        viewer = start.viewer();
        await stored('client');
        server = start.server();
        await hookedUp('server', 'client');
    }
    return { server, viewer, shown: () => picture(server), seen: () => picture(viewer) };
}
