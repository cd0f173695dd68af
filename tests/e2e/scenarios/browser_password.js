// A machine with a password: the page asks for it, tells when it is wrong, and leaves when told to.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { Browser } from '../browser.js';
import { startDesktop } from '../desktop.js';
import { eventually } from '../program.js';

export default async function browserPassword(bench) {
    const ground = '#6a4c93';
    const repeater = await bench.repeater();
    const gateway = await bench.gateway(repeater);
    const desktop = await startDesktop(bench, ground);
    const startServer = () =>
        desktop.startVncServer({ id: '9', port: repeater.serverPort, password: 'sesame' });
    const page = await Browser.start(bench);

    const first = startServer();
    await page.open(`http://127.0.0.1:${gateway.port}/vnc.html?autoconnect=1#repeaterID=9`);
    await page.enterPassword('mustard');
    assert.match(await page.status('failed'), /The session is refused/);
    await first.end();

    const second = startServer();
    await page.press('Connect');
    await page.enterPassword('sesame');
    await page.status('connected');
    await eventually(
        'the desktop is seen',
        async () => (await page.takePicture())?.share(ground) > 0.9,
    );

    await page.press('Disconnect');
    assert.equal(await page.status('ended'), 'Disconnected.');
    await second.end();
    page.assertNoProblems();
}
