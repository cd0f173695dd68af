// The whole way of a helped machine at work: x11vnc, our tunnel, a proxy with a password, nginx with
// TLS, gateway, repeater, and a technician's browser. And what the tunnel says when the way is barred.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

import { makeCertificates, startProxy, startSite } from '../between.js';
import { Browser } from '../browser.js';
import { freePort } from '../ports.js';
import { endSession, sessionAddress, startWorkplace, workOn } from '../technician.js';

const [user, password] = ['ann', 's3cret'];

/// As Help-Channel's packages ship it, filled in.
const helpchannelConf = (proxyPort, nginxPort, secret) => `[ServerConfig]
rest_base_url: https://localhost/rest
proxy_host: 127.0.0.1
proxy_port: ${proxyPort}
proxy_username: ${user}
proxy_password: ${secret}

[TunnelConfig]
command_full_path: ./hctunnel.py
tunnel_url: wss://localhost:${nginxPort}/wsServer
local_port=6000
`;

/// Connects to the tunnel, which must close the connection and say why; twice, since it must live.
async function isBarred(tunnel, pattern) {
    for (const session of [1, 2]) {
        const local = connect(tunnel.port, '127.0.0.1');
        local.on('error', () => {}); // closed with our bytes unread is a reset
        local.write('ID:1234');
        local.resume();
        await new Promise((resolve) => {
            local.on('close', resolve);
        });
        await tunnel.says(new RegExp(`connect_failed session=${session} .*${pattern}`));
    }
    assert.ok(
        !tunnel.lines.some((line) => line.includes('wrong-password') || line.includes(password)),
        'no password in the log',
    );
}

export default async function proxiedTunnel(bench) {
    const repeater = await bench.repeater();
    const gateway = await bench.gateway(repeater);
    const home = await bench.scratch();
    const certificates = await makeCertificates(home);
    const { port: nginxPort } = await startSite(bench, gateway.port, certificates);
    const proxy = await startProxy(bench, { user, password, to: nginxPort });
    const writeConf = async (name, secret) => {
        await writeFile(join(home, name), helpchannelConf(proxy.port, nginxPort, secret));
        return ['--config', join(home, name)];
    };
    const conf = await writeConf('helpchannel.conf', password);
    const trust = ['--cafile', certificates.ca];
    const tunnel = await bench.tunnel(...conf, ...trust, '--pin-sha256', certificates.pin);

    const desktop = await startWorkplace(bench);
    const server = desktop.startVncServer({ id: '7711', port: tunnel.port });
    await tunnel.says(/start session=1 peer=\S+ address=\S+ tls=TLSv1\.3 subprotocol=binary/);
    await repeater.says(/storing new vnc server with ID:7711\./);
    assert.ok(proxy.latest(/CONNECT/), 'the proxy was used');

    const page = await Browser.start(bench);
    await page.open(sessionAddress(gateway, '7711'));
    await page.status('connected');
    await workOn(bench, desktop, page);
    await page.saveScreenshot(bench.output('proxied_tunnel.png'));

    await endSession(page, server);
    await tunnel.says(/end session=1 .* code=1000 closed_by=local/);

    const bad = await writeConf('wrong.conf', 'wrong-password');
    // tinyproxy: 401 where the password is wrong, 407 where there is none.
    await isBarred(
        await bench.tunnel(...bad, ...trust),
        'stage=proxy reason="401, the proxy refuses',
    );
    await isBarred(
        await bench.tunnel(
            ...trust,
            '--proxy',
            `http://127.0.0.1:${proxy.port}`,
            '--url',
            `wss://localhost:${nginxPort}/wsServer`,
        ),
        'stage=proxy reason="407, the proxy wants a user',
    );
    await isBarred(await bench.tunnel(...conf), 'stage=TLS reason=".*certificate');
    await isBarred(
        await bench.tunnel(...conf, ...trust, '--pin-sha256', `${'A'.repeat(43)}=`),
        'stage=TLS reason="the server\'s key is none of the pinned ones"',
    );
    await isBarred(
        await bench.tunnel(...conf, ...trust, '--url', `wss://localhost:${nginxPort}/none`),
        'stage="HTTP status" reason="404',
    );
    const away = await freePort();
    await isBarred(
        await bench.tunnel('--proxy', 'none', '--url', `wss://localhost:${away}/wsServer`),
        'stage=TCP reason=".*Connection refused"',
    );
    await isBarred(
        await bench.tunnel(
            '--proxy',
            `http://127.0.0.1:${away}`,
            '--url',
            `wss://localhost:${nginxPort}/wsServer`,
        ),
        'stage=TCP reason=".*Connection refused"',
    );
}
