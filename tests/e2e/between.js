// What stands between a helped machine and the help desk: an HTTP proxy that wants a password, and
// nginx, which ends TLS.
// SPDX-License-Identifier: EUPL-1.2
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { eventually } from './program.js';

const run = promisify(execFile);

/// One that was free a moment ago: these programs cannot pick one themselves.
export async function freePort() {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address();
    listener.close();
    await once(listener, 'close');
    return port;
}

/// Resolves to true where somebody listens.
const answers = (port) => new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
});

/// A CA and a certificate for localhost: { ca, certificate, key, pin }, the first three are files.
export async function makeCertificates(directory) {
    const [ca, caKey, key, request, certificate, names] = ['ca.pem', 'ca.key', 'desk.key',
        'desk.csr', 'desk.pem', 'names'].map((name) => join(directory, name));
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await run('openssl', ['req', '-x509', ...newKey, '-keyout', caKey, '-out', ca, '-days', '2',
        '-subj', '/CN=Test CA']);
    await run('openssl', ['req', ...newKey, '-keyout', key, '-out', request, '-subj', '/CN=desk']);
    await writeFile(names, 'subjectAltName=DNS:localhost\n');
    await run('openssl', ['x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey,
        '-CAcreateserial', '-days', '2', '-extfile', names, '-out', certificate]);
    const { stdout: pin } = await run('sh', ['-c', `openssl x509 -in '${certificate}' -noout -pubkey
        | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64`
        .replaceAll('\n', ' ')]);
    return { ca, certificate, key, pin: pin.trim() };
}

/// nginx with TLS in front of a gateway; resolves to its port.
export async function startNginx(bench, gatewayPort, { certificate, key }) {
    const directory = await mkdtemp(join(await bench.scratch(), 'nginx-'));
    const port = await freePort();
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${directory}/${name};`).join('\n    ');
    const file = join(directory, 'nginx.conf');
    await writeFile(file, `${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${directory}/pid;
error_log stderr;
events {}
http {
    access_log off;
    ${temporary}
    server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${certificate};
        ssl_certificate_key ${key};
        ssl_protocols TLSv1.2 TLSv1.3;
        location /wsServer {
            proxy_pass http://127.0.0.1:${gatewayPort};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_read_timeout 60s;
        }
    }
}
`);
    bench.startForeign('nginx', 'nginx', ['-p', directory, '-e', 'stderr', '-c', file,
        '-g', 'daemon off;']);
    await eventually('nginx answers', () => answers(port));
    return port;
}

/// tinyproxy, which lets those who know the password through to one port; resolves to its own.
export async function startProxy(bench, { user, password, to }) {
    const directory = await mkdtemp(join(await bench.scratch(), 'tinyproxy-'));
    const port = await freePort();
    const file = join(directory, 'tinyproxy.conf');
    await writeFile(file, `Port ${port}
Listen 127.0.0.1
Timeout 600
MaxClients 20
LogLevel Connect
Allow 127.0.0.1
BasicAuth ${user} ${password}
ConnectPort ${to}
`);
    const proxy = bench.startForeign('tinyproxy', 'tinyproxy', ['-d', '-c', file]);
    await eventually('tinyproxy answers', () => answers(port));
    return Object.assign(proxy, { port });
}
