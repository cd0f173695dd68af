// Both sides through nginx: the file that we ship, and a site of Help-Channel's with its two ports.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';

import { makeCertificates, startNginx, startSite } from '../between.js';
import { Browser } from '../browser.js';
import { startDesktop } from '../desktop.js';
import { freePort } from '../ports.js';
import { eventually } from '../program.js';
import { endSession, showsScreen } from '../technician.js';

const ground = '#2b6e63';

/// x11vnc through our tunnel to /wsServer, noVNC to /websockify: the browser shows the screen.
async function seeDesktop(bench, { origin, port, certificates, id }) {
    const tunnel = await bench.tunnel(
        '--proxy',
        'none',
        '--cafile',
        certificates.ca,
        '--url',
        `wss://localhost:${port}/wsServer`,
    );
    const desktop = await startDesktop(bench, ground);
    const server = desktop.startVncServer({ id, port: tunnel.port });
    const page = await Browser.start(bench, { ignoreHTTPSErrors: true });
    await page.open(
        `${origin}/vnc.html?autoconnect=1&host=localhost&port=${port}&encrypt=1` +
            `&path=websockify&repeaterID=${id}`,
    );
    await page.status('connected');
    await showsScreen(page, desktop, ground, 0.9);
    await page.saveScreenshot(bench.output(`nginx_${id}.png`));
    await endSession(page, server);
}

const opening = (bench, url, options) =>
    new Promise((resolve) => {
        const { WebSocket } = bench.package('ws');
        const socket = new WebSocket(url, [], { rejectUnauthorized: false, ...options });
        socket.on('open', () => {
            socket.terminate();
            resolve(101);
        });
        socket.on('unexpected-response', (request, { statusCode }) => {
            request.destroy();
            resolve(statusCode);
        });
    });

const status = (url) =>
    new Promise((resolve, reject) => {
        get(url, ({ statusCode, headers }) => resolve([statusCode, headers.location])).on(
            'error',
            reject,
        );
    });

async function shippedSite(bench, repeater, certificates) {
    const gateway = await bench.gateway(repeater, '--origin', 'same-host');
    const { port, plainPort, accessLog } = await startSite(bench, gateway.port, certificates);
    await seeDesktop(bench, { origin: `https://localhost:${port}`, port, certificates, id: '41' });

    const url = `wss://localhost:${port}/websockify?token=secret`;
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    assert.equal(await opening(bench, url, { origin: 'https://evil.example' }), 403);
    assert.equal(await opening(bench, url, { origin: `https://localhost:${port}`, headers }), 101);
    assert.deepEqual(await status(`http://127.0.0.1:${plainPort}/vnc.html`), [
        301,
        'https://127.0.0.1/vnc.html',
    ]);
    assert.ok(
        !gateway.lines.some((line) => line.includes('203.0.113.9')),
        'what a client says of itself is not believed',
    );
    const access = await eventually('the log has the session', async () => {
        const text = await readFile(accessLog, 'utf8');
        return text.includes('"GET /websockify" 101') && text;
    });
    assert.ok(!access.includes('?'), 'no query, and so no token, is logged');
}

async function twoPorts(bench, repeater, certificates) {
    const gateway = await bench.gateway(
        repeater,
        '--listen',
        '127.0.0.1:0=server',
        '--listen',
        '127.0.0.1:0=viewer',
    );
    const portFor = async (side) =>
        (await gateway.says(new RegExp(`listening on 127\\.0\\.0\\.1:(\\d+) for ${side}$`)))[1];
    const port = await freePort();
    await startNginx(
        bench,
        fileURLToPath(new URL('../nginx/two-ports.conf', import.meta.url)),
        {
            'listen 443 ssl;': `listen 127.0.0.1:${port} ssl;`,
            'server 127.0.0.1:6500;': `server 127.0.0.1:${await portFor('server')};`,
            'server 127.0.0.1:6900;': `server 127.0.0.1:${await portFor('viewer')};`,
            '/etc/ssl/desk.pem': certificates.certificate,
            '/etc/ssl/desk.key': certificates.key,
            'desk.example.org': 'localhost',
        },
        port,
    );
    await seeDesktop(bench, {
        origin: `http://127.0.0.1:${gateway.port}`,
        port,
        certificates,
        id: '42',
    });
}

export default async function nginx(bench, site) {
    const repeater = await bench.repeater();
    const certificates = await makeCertificates(await bench.scratch());
    await { shipped: shippedSite, 'two-ports': twoPorts }[site](bench, repeater, certificates);
}
