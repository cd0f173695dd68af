// A viewer under a policy sees a real desktop and does nothing there; raised to control it does, and
// lowered again it does not: view_only novnc|tigervnc|ssvnc.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';

import { Browser } from '../browser.js';
import { NativeViewer } from '../native_viewer.js';
import { eventually } from '../program.js';
import { sessionAddress, startWorkplace } from '../technician.js';

const id = '8890';
const colours = ['#84303c', '#3c6e84', '#6e843c', '#5a3c84', '#84703c'];

/// What an operator says: POST /sessions/NUMBER/policy?...
const tell = (socketPath, path) =>
    new Promise((resolve, reject) => {
        const asked = request({ socketPath, path, method: 'POST' }, (answer) => {
            let text = '';
            answer.on('data', (some) => {
                text += some;
            });
            answer.on('end', () => resolve({ status: answer.statusCode, text }));
        });
        asked.on('error', reject);
        asked.end();
    });

async function eventsOf(file) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).trim().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

const eventNamed = (file, name) =>
    eventually(`the event ${name}`, async () =>
        (await eventsOf(file)).find(({ event }) => event === name),
    );

async function start(bench, kind, repeater) {
    if (kind !== 'novnc') {
        return NativeViewer.start(bench, kind, { port: repeater.viewerPort, id });
    }
    const gateway = await bench.gateway(repeater);
    const page = await Browser.start(bench);
    await page.open(sessionAddress(gateway, id));
    await page.status('connected');
    return page;
}

export default async function viewOnly(bench, kind) {
    const scratch = await bench.scratch();
    const [admin, events] = [join(scratch, 'admin'), join(scratch, 'events')];
    const repeater = await bench.repeater(
        ...['--policy', '88* view-only', '--event-file', events],
        ...['--admin-listen', `unix:${admin}`],
    );
    const desktop = await startWorkplace(bench);
    const server = desktop.startVncServer({ id, port: repeater.serverPort });
    await repeater.says(/storing new vnc server with ID:8890\./);
    const viewer = await start(bench, kind, repeater);
    const { pair } = await eventNamed(events, 'paired');

    let painted = 0;
    const shows = (colour, share = 0.3) =>
        eventually(`the viewer shows ${colour}`, async () => {
            const seen = await viewer.takePicture();
            return seen?.share(colour) > share && seen;
        });
    /// What the viewer has said before is with the repeater once it has asked for what is new.
    const seesAnotherPicture = async () => {
        const colour = colours[painted++ % colours.length];
        await desktop.paint(colour);
        return shows(colour);
    };
    const mark = () => readFile(join(scratch, 'mark'), 'utf8').catch(() => null);
    const type = (word) => viewer.type(`sh mark.sh ${word}\n`);

    await seesAnotherPicture();
    await type('Watched');
    await seesAnotherPicture();
    await seesAnotherPicture();
    assert.equal(await mark(), null, 'nothing was typed on the desktop');

    const raised = await tell(admin, `/sessions/${pair}/policy?view-only=no`);
    assert.deepEqual(raised, { status: 200, text: 'changed\n' });
    await type('Controlled');
    await eventually('the command has run', async () => (await mark()) === 'Controlled');
    await shows('#b5651d');

    assert.equal((await tell(admin, `/sessions/${pair}/policy?view-only=yes`)).status, 200);
    await type('Watched-again');
    await seesAnotherPicture();
    await seesAnotherPicture();
    assert.equal(await mark(), 'Controlled', 'nothing more was typed');
    if (kind === 'novnc') {
        await viewer.saveScreenshot(bench.output('view_only.png'));
    }

    await server.dismiss();
    const seen = await eventNamed(events, 'understood');
    assert.ok(seen.dropped > 30, `${seen.dropped} messages were taken out`);
    assert.ok(seen.keys > 20, 'those of the controlled part passed');
    assert.ok(seen.updates > 5, 'updates were counted');
    assert.equal(seen.not_understood, undefined, 'both sides were read to their ends');
}
