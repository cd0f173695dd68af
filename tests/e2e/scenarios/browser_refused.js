// A browser whose session cannot be: the page says why, and lets the user try again.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { Browser } from '../browser.js';

export default async function browserRefused(bench) {
    // Nobody listens on port 1 of the loopback.
    const gateway = await bench.gateway({ serverPort: 1, viewerPort: 1 });
    const page = await Browser.start(bench);
    const address = `http://127.0.0.1:${gateway.port}/vnc.html`;

    await page.open(`${address}?autoconnect=1#repeaterID=5`);
    assert.match(await page.status('failed'), /cannot reach the repeater.* \(1011: .+\)/);
    await page.saveScreenshot(bench.output('browser-refused.png'));

    // A path that the gateway does not know: no WebSocket at all. The form is there for a new try.
    await page.open(`${address}?path=no-such-path#repeaterID=6`);
    await page.status('idle');
    await page.press('Connect');
    assert.match(await page.status('failed'), /gateway cannot be reached/);

    await checkAddresses(page);
    page.assertNoProblems();
}

/// The page's reader of addresses, asked directly.
async function checkAddresses(page) {
    const cases = [
        ['http://h/vnc.html', 'ws://h/websockify', ''],
        ['https://h/desk/vnc.html#repeaterID=a1', 'wss://h/desk/websockify', 'a1'],
        ['http://h/vnc.html?repeaterID=1#repeaterID=2', 'ws://h/websockify', '2'],
        ['http://h:81/vnc.html?host=g', 'ws://g/websockify', ''],
        ['http://h:81/vnc.html?port=82', 'ws://h:82/websockify', ''],
        ['http://h/vnc.html?host=::1&port=82&path=/a?token=t', 'ws://[::1]:82/a?token=t', ''],
        ['http://h/vnc.html?encrypt=1&path=wsClient', 'wss://h/wsClient', ''],
        ['https://h/vnc.html?encrypt=0&host=g&port=80', 'ws://g/websockify', ''],
    ];
    const read = await page.evaluate(
        async (addresses) => {
            const { readAddress } = await import('./address.js');
            return addresses.map((address) => {
                const { socket, repeaterID } = readAddress(new URL(address));
                return [address, socket.href, repeaterID];
            });
        },
        cases.map(([address]) => address),
    );
    assert.deepEqual(read, cases);
}
