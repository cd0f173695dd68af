// What stands between a helped machine and the help desk: an HTTP proxy that wants a password, and
// nginx, which ends TLS.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { answers, freePort } from './ports.js';
import { eventually, run } from './program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/// A CA and a certificate for localhost: { ca, certificate, key, pin }, the first three are files.
export async function makeCertificates(directory) {
    const [ca, caKey, key, request, certificate, names] = [
        'ca.pem',
        'ca.key',
        'desk.key',
        'desk.csr',
        'desk.pem',
        'names',
    ].map((name) => join(directory, name));
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await run('openssl', [
        'req',
        '-x509',
        ...newKey,
        '-keyout',
        caKey,
        '-out',
        ca,
        '-days',
        '2',
        '-subj',
        '/CN=Test CA',
    ]);
    await run('openssl', ['req', ...newKey, '-keyout', key, '-out', request, '-subj', '/CN=desk']);
    await writeFile(names, 'subjectAltName=DNS:localhost\n');
    await run('openssl', [
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        ca,
        '-CAkey',
        caKey,
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        names,
        '-out',
        certificate,
    ]);
    const { stdout: pin } = await run('sh', [
        '-c',
        `openssl x509 -in '${certificate}' -noout -pubkey
        | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64`.replaceAll(
            '\n',
            ' ',
        ),
    ]);
    return { ca, certificate, key, pin: pin.trim() };
}

/// nginx with a site as its file has it, but for what must be this test's own: `instead` maps texts
/// of the file to others. Resolves once somebody answers at the port.
export async function startNginx(bench, site, instead, port) {
    const directory = await mkdtemp(join(await bench.scratch(), 'nginx-'));
    let text = await readFile(site, 'utf8');
    for (const [old, other] of Object.entries(instead)) {
        assert.ok(text.includes(old), `${site} has ${old}`);
        text = text.replaceAll(old, other);
    }
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${directory}/${name};`)
        .join('\n    ');
    const file = join(directory, 'nginx.conf');
    await writeFile(
        file,
        `${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${directory}/pid;
error_log stderr;
events {}
http {
    access_log off;
    ${temporary}
${text}
}
`,
    );
    const how = ['-p', directory, '-e', 'stderr', '-c', file];
    await run('nginx', ['-t', ...how]);
    bench.startForeign('nginx', 'nginx', [...how, '-g', 'daemon off;']);
    await eventually('nginx answers', () => answers(port));
}

/// The shipped file; resolves to { port, plainPort, accessLog }.
export async function startSite(bench, gatewayPort, { certificate, key }) {
    const [port, plainPort] = [await freePort(), await freePort()];
    const accessLog = join(await bench.scratch(), 'access.log');
    await startNginx(
        bench,
        join(root, 'docs/nginx/wsgate.conf'),
        {
            'listen 443 ssl;': `listen 127.0.0.1:${port} ssl;`,
            'listen [::]:443 ssl;': '',
            'listen 80;': `listen 127.0.0.1:${plainPort};`,
            'listen [::]:80;': '',
            'server 127.0.0.1:6080;': `server 127.0.0.1:${gatewayPort};`,
            '/etc/ssl/desk.pem': certificate,
            '/etc/ssl/desk.key': key,
            '/var/log/nginx/wsgate.log': accessLog,
            'desk.example.org': 'localhost',
        },
        port,
    );
    return { port, plainPort, accessLog };
}

/// tinyproxy, which lets those who know the password through to one port; resolves to its own.
export async function startProxy(bench, { user, password, to }) {
    const directory = await mkdtemp(join(await bench.scratch(), 'tinyproxy-'));
    const port = await freePort();
    const file = join(directory, 'tinyproxy.conf');
    await writeFile(
        file,
        `Port ${port}
Listen 127.0.0.1
Timeout 600
MaxClients 20
LogLevel Connect
Allow 127.0.0.1
BasicAuth ${user} ${password}
ConnectPort ${to}
`,
    );
    const proxy = bench.startForeign('tinyproxy', 'tinyproxy', ['-d', '-c', file]);
    await eventually('tinyproxy answers', () => answers(port));
    return Object.assign(proxy, { port });
}
