// A technician's browser and a customer's desktop: seen, typed into, and ended with the reason shown.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Browser } from '../browser.js';
import { Desktop, startDesktop } from '../desktop.js';
import { eventually } from '../program.js';

const [before, after] = ['#2b6e63', '#b5651d'];

/// What the technician types: leaves a mark in a file and on the screen.
const mark = `printf %s "$1" > mark.new && mv mark.new mark && xsetroot -solid '${after}'\n`;

export default async function browser(bench) {
    const repeater = await bench.repeater();
    const gateway = await bench.gateway(repeater);
    const desktop = await startDesktop(bench, before);
    const home = await bench.scratch();
    await writeFile(join(home, 'mark.sh'), mark);
    await desktop.openTerminal(home);

    const page = await Browser.start(bench);
    await page.open(
        `http://127.0.0.1:${gateway.port}/vnc.html?autoconnect=1&host=127.0.0.1` +
            `&port=${gateway.port}&path=websockify&repeaterID=8812`,
    );
    assert.match(await page.status('waiting'), /8812/);
    await repeater.says(/storing new vnc client with ID:8812\./);
    const server = desktop.startVncServer({ id: '8812', port: repeater.serverPort });
    await page.status('connected');

    // Photographs may be lossy; a desktop of plain colours is not.
    const sameAsScreen = (ground) =>
        eventually('the canvas has what the screen shows', async () => {
            const [screen, canvas] = [await desktop.takePicture(), await page.takePicture()];
            return canvas?.share(ground) > 0.3 && canvas.likeness(screen) > 0.99 && canvas;
        });
    const first = await sameAsScreen(before);
    assert.ok(first.share(Desktop.terminalColour) > 0.2, 'the terminal is seen');

    await page.type('sh mark.sh Typed-in-the-Browser\n');
    assert.equal(
        await eventually('the command has run', () =>
            readFile(join(home, 'mark'), 'utf8').catch(() => null),
        ),
        'Typed-in-the-Browser',
    );
    await sameAsScreen(after);
    await page.saveScreenshot(bench.output('browser.png'));

    await server.dismiss(); // x11vnc locks itself up now and then
    assert.match(await page.status('ended'), /The machine has ended the session/);
    page.assertNoProblems();
}
