// A technician's browser and a customer's desktop: seen, typed into, and ended with the reason shown.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { Browser } from '../browser.js';
import { endSession, sessionAddress, startWorkplace, workOn } from '../technician.js';

export default async function browser(bench) {
    const repeater = await bench.repeater();
    const gateway = await bench.gateway(repeater);
    const desktop = await startWorkplace(bench);

    const page = await Browser.start(bench);
    await page.open(sessionAddress(gateway, '8812'));
    assert.match(await page.status('waiting'), /8812/);
    await repeater.says(/storing new vnc client with ID:8812\./);
    const server = desktop.startVncServer({ id: '8812', port: repeater.serverPort });
    await page.status('connected');

    await workOn(bench, desktop, page);
    await page.saveScreenshot(bench.output('browser.png'));
    await endSession(page, server);
}
