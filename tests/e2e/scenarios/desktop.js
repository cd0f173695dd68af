// A real desktop shared by x11vnc: the viewer has its pixels, and keeps having them as they change.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { Desktop, startDesktop } from '../desktop.js';
import { eventually } from '../program.js';

export default async function desktop(bench) {
    const [before, after] = ['#3d7a4f', '#a8453c'];
    const repeater = await bench.repeater();
    const shared = await startDesktop(bench, before);
    await shared.openTerminal(await bench.scratch());
    shared.startVncServer({ id: '2001', port: repeater.serverPort });
    await repeater.says(/storing new vnc server with ID:2001\./);

    const viewer = bench.viewer({ port: repeater.viewerPort, id: '2001', encoding: 'raw' });
    const sameAsScreen = () =>
        eventually('the viewer has what the screen shows', async () => {
            const screen = await shared.takePicture();
            return viewer.latest(/^picture (.*)$/)?.[1] === screen.fingerprint() && screen;
        });
    const first = await sameAsScreen();
    assert.ok(first.share(before) > 0.3, 'the ground is seen');
    assert.ok(first.share(Desktop.terminalColour) > 0.2, 'the terminal is seen');

    await shared.paint(after);
    const second = await sameAsScreen();
    assert.ok(second.share(after) > 0.3 && second.share(before) < 0.01, 'the new ground is seen');
}
