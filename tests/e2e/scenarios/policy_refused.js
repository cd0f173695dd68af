// A policy that the server does not meet: the page and a viewer of the field say so in words.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { Browser } from '../browser.js';
import { startDesktop } from '../desktop.js';
import { startPrelude } from '../prelude.js';
import { sessionAddress } from '../technician.js';

const words = /policy for this ID does not admit the/;

export default async function policyRefused(bench) {
    const repeater = await bench.repeater('--policy', '* deny-security=None');
    const gateway = await bench.gateway(repeater);
    const desktop = await startDesktop(bench, '#3d7a4f');

    const share = async (id) => {
        desktop.startVncServer({ id, port: repeater.serverPort });
        await repeater.says(new RegExp(`storing new vnc server with ID:${id}\\.`));
    };
    await share('31');
    const page = await Browser.start(bench);
    await page.open(sessionAddress(gateway, '31'));
    assert.match(await page.status('failed'), words);
    await page.saveScreenshot(bench.output('policy-refused.png'));
    page.assertNoProblems();

    await share('32');
    const port = await startPrelude(bench, { port: repeater.viewerPort, id: '32' });
    const viewer = bench.startForeign(
        'xtigervncviewer',
        'xtigervncviewer',
        ['-Log', '*:stderr:30', `127.0.0.1::${port}`],
        { env: { ...process.env, DISPLAY: desktop.display } },
    );
    await viewer.says(words);
}
