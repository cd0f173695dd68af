// A technician at work: the browser shows what the desktop shows, and what is typed there happens.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Desktop, startDesktop } from './desktop.js';
import { eventually } from './program.js';

const [before, after] = ['#2b6e63', '#b5651d'];

/// The page's address for a session through the gateway's own port.
export const sessionAddress = (gateway, id) =>
    `http://127.0.0.1:${gateway.port}/vnc.html?autoconnect=1&host=127.0.0.1` +
    `&port=${gateway.port}&path=websockify&repeaterID=${id}`;

/// Resolves to the picture, of which at least that share has the ground's colour. Photographs may be
/// lossy; a desktop of plain colours is not.
export const showsScreen = (page, desktop, ground, share) =>
    eventually('the canvas has what the screen shows', async () => {
        const [screen, canvas] = [await desktop.takePicture(), await page.takePicture()];
        return canvas?.share(ground) > share && canvas.likeness(screen) > 0.99 && canvas;
    });

/// A desktop with a terminal, in which `workOn` can type.
export async function startWorkplace(bench) {
    const desktop = await startDesktop(bench, before);
    const home = await bench.scratch();
    await writeFile(
        join(home, 'mark.sh'),
        `printf %s "$1" > mark.new && mv mark.new mark && xsetroot -solid '${after}'\n`,
    );
    await desktop.openTerminal(home);
    return desktop;
}

/// Sees the desktop, types a command that leaves a mark in a file and on the screen, and sees it.
export async function workOn(bench, desktop, page) {
    const first = await showsScreen(page, desktop, before, 0.3);
    assert.ok(first.share(Desktop.terminalColour) > 0.2, 'the terminal is seen');
    await page.type('sh mark.sh Typed-in-the-Browser\n');
    const mark = join(await bench.scratch(), 'mark');
    assert.equal(
        await eventually('the command has run', () => readFile(mark, 'utf8').catch(() => null)),
        'Typed-in-the-Browser',
    );
    await showsScreen(page, desktop, after, 0.3);
}

/// Ends the server, and the page says so. x11vnc locks itself up now and then.
export async function endSession(page, server) {
    await server.dismiss();
    assert.match(await page.status('ended'), /The machine has ended the session/);
    page.assertNoProblems();
}
