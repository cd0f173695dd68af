// npm's ws carries out a plan of second_opinions.py: second_opinion.js NPM-DIRECTORY PLAN
// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [npm, text] = process.argv.slice(2);
const plan = JSON.parse(text);
const WebSocket = createRequire(resolve(npm, 'package.json'))('ws');

const ws = new WebSocket(plan.url, plan.offers);
const hash = createHash('sha256');
const facts = { subprotocol: '', extensions: 0, received: 0, pong: false };

function speak() {
    const said = readFileSync(plan.said);
    let at = 0;
    if (plan.text) {
        ws.send(plan.text);
    }
    plan.messages.forEach((sizes, i) => {
        sizes.forEach((size, j) => {
            ws.send(said.subarray(at, at + size), { binary: true, fin: j + 1 === sizes.length });
            at += size;
        });
        if (i === 0 && plan.ping) {
            ws.ping(plan.ping);
        }
    });
}

function closeWhenDone() {
    if (plan.wanted >= 0 && facts.received >= plan.wanted && (facts.pong || !plan.ping)) {
        ws.close(plan.code, plan.reason);
    }
}

ws.on('open', () => {
    facts.subprotocol = ws.protocol;
    facts.extensions = ws.extensions.length;
    speak();
});
ws.on('message', (data, isBinary) => {
    if (!isBinary) {
        throw new Error('text');
    }
    hash.update(data);
    facts.received += data.length;
    closeWhenDone();
});
ws.on('pong', (data) => {
    facts.pong = data.toString() === plan.ping;
    closeWhenDone();
});
ws.on('close', (code, reason) => {
    const all = { ...facts, sha256: hash.digest('hex'), code, reason: reason.toString() };
    process.stdout.write(JSON.stringify(all));
});
