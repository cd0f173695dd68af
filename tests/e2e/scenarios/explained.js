// --explain: viewers that get no session show their user why.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { Browser } from '../browser.js';
import { startDesktop } from '../desktop.js';
import { startPrelude } from '../prelude.js';
import { eventually } from '../program.js';

const ground = '#3d7a4f';

export default async function explained(bench) {
    const repeater = await bench.repeater('--explain', '--viewer-wait', '0.5', '--refuse');
    await inNoVnc(bench, repeater);
    await inTigerVnc(bench, repeater);
}

async function inNoVnc(bench, repeater) {
    const gateway = await bench.gateway(repeater);
    const page = await Browser.start(bench);
    await page.open(`http://127.0.0.1:${gateway.port}/vnc.html?autoconnect=1#repeaterID=5`);
    assert.match(await page.status('failed'), /No server with this ID has connected/);
    await page.saveScreenshot(bench.output('explained-novnc.png'));
    page.assertNoProblems();
}

async function inTigerVnc(bench, repeater) {
    const desktop = await startDesktop(bench, ground);
    const port = await startPrelude(bench, { port: repeater.viewerPort, id: '6' });
    const viewer = bench.startForeign(
        'xtigervncviewer',
        'xtigervncviewer',
        ['-Log', '*:stderr:30', `127.0.0.1::${port}`],
        { env: { ...process.env, DISPLAY: desktop.display } },
    );
    await viewer.says(/No server with this ID has connected/);
    await eventually(
        'its window is on the screen',
        async () => (await desktop.takePicture()).share(ground) < 0.95,
    );
}
