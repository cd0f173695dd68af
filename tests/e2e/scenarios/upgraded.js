// Both daemons are replaced, and the repeater crashes, while a real desktop waits and while a
// technician works on it.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { Browser } from '../browser.js';
import { eventually } from '../program.js';
import { endSession, sessionAddress, showsScreen, startWorkplace, workOn } from '../technician.js';

const upgradesOfWaiting = 10;
const crashes = 5;
const upgradesOfLive = 5;

/// Of a keeper that has one child.
const childOf = (keeper) =>
    eventually('the keeper has one child', async () => {
        const path = `/proc/${keeper.pid}/task/${keeper.pid}/children`;
        const children = (await readFile(path, 'ascii')).trim().split(' ');
        return children.length === 1 && children[0] !== '' && Number(children[0]);
    });

async function upgrade(repeater) {
    const taken = () => repeater.lines.filter((line) => / took over from pid: /.test(line)).length;
    const before = taken();
    repeater.signal('SIGUSR2');
    await eventually('another process has taken over', () => taken() > before);
}

async function upgradeGateway(gateway) {
    gateway.signal('SIGUSR2');
    const told = new RegExp(` upgraded .*from_pid=${gateway.pid} to_pid=(\\d+) sessions=1 `);
    gateway.goesOnAs(Number((await gateway.says(told))[1]));
}

async function crash(repeater) {
    const child = await childOf(repeater);
    process.kill(child, 'SIGKILL');
    await eventually('another child serves', async () => (await childOf(repeater)) !== child);
}

export default async function upgraded(bench) {
    const repeater = await bench.repeater('--keeper');
    const gateway = await bench.gateway(repeater);
    const desktop = await startWorkplace(bench);
    const server = desktop.startVncServer({ id: '8815', port: repeater.serverPort });
    await repeater.says(/storing new vnc server with ID:8815\./);

    for (let i = 0; i < upgradesOfWaiting; ++i) {
        await upgrade(repeater);
        if (i % Math.floor(upgradesOfWaiting / crashes) === 0) {
            await crash(repeater);
        }
    }
    assert.equal(server.ending, null, 'x11vnc still waits');

    const page = await Browser.start(bench);
    await page.open(sessionAddress(gateway, '8815'));
    await page.status('connected');
    for (let i = 0; i < upgradesOfLive; ++i) {
        await upgrade(repeater);
        await upgradeGateway(gateway);
        await desktop.paint(i % 2 ? '#2b6e63' : '#84303c');
        await showsScreen(page, desktop, i % 2 ? '#2b6e63' : '#84303c', 0.3);
        await pause(100);
    }
    await desktop.paint('#2b6e63');
    await workOn(bench, desktop, page);
    await page.saveScreenshot(bench.output('upgraded.png'));
    await endSession(page, server);
}
