// Runs one end-to-end scenario: run.js --repeater COMMAND ... SCENARIO [ARGUMENT...]
// SPDX-License-Identifier: EUPL-1.2
//
// E2E_REPEATER and E2E_GATEWAY name other programs to test, with the same command line.
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Bench } from './bench.js';

/// Milliseconds for a scenario without its clean-up; CTest's limit is above.
const scenarioLimit = 90_000;

/// What may end a scenario from outside: its time, a failure nobody awaits, or the one at the keys.
const interruptions = () => [
    pause(scenarioLimit, null, { ref: false }).then(() => {
        throw new Error(`the scenario takes more than ${scenarioLimit / 1000} s`);
    }),
    ...['unhandledRejection', 'uncaughtException'].map(
        (event) => new Promise((_, reject) => process.on(event, reject)),
    ),
    ...['SIGINT', 'SIGTERM'].map(
        (signal) =>
            new Promise((_, reject) =>
                process.once(signal, () => reject(new Error(`interrupted by ${signal}`))),
            ),
    ),
];

async function run(paths, name, args) {
    const { default: scenario } = await import(`./scenarios/${name}.js`);
    const bench = new Bench(paths);
    const failures = [];
    try {
        await Promise.race([scenario(bench, ...args), bench.daemonLost, ...interruptions()]);
    } catch (failure) {
        failures.push(failure);
    }
    failures.push(...(await bench.close()));
    for (const failure of failures) {
        console.error(failure);
    }
    if (failures.length > 0) {
        console.error(bench.protocol());
    }
    return failures.length;
}

const named = ['repeater', 'gateway', 'fakes', 'npm', 'web', 'output'];
const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(named.map((name) => [name, { type: 'string' }])),
});
const [scenario, ...args] = positionals;
const paths = {
    ...values,
    repeater: process.env.E2E_REPEATER ?? values.repeater,
    gateway: process.env.E2E_GATEWAY ?? values.gateway,
};
await mkdir(paths.output, { recursive: true });
const failed = await run(paths, scenario, args);
console.log(failed ? 'failed' : 'passed', scenario, ...args);
process.exit(failed ? 1 : 0);
