// The test bench of one scenario: starts the daemons and their peers, and ends them all.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Program } from './program.js';

export class Bench {
    /// Fails when a daemon ends before it is told to.
    daemonLost;
    #loseDaemon;
    #paths;
    #programs = [];
    #closers = [];
    #scratch;

    /// `paths`: { repeater, gateway, fakes, npm, web, output }.
    constructor(paths) {
        this.#paths = paths;
        this.daemonLost = new Promise((_, reject) => {
            this.#loseDaemon = reject;
        });
        this.daemonLost.catch(() => {}); // looked at by the runner, perhaps later
    }

    start(name, command, args, options) {
        const program = new Program(name, command, args, options);
        this.#programs.push(program);
        this.atEnd(() => program.ending ?? program.stop());
        return program;
    }

    /// A program that others wrote, and that need not end well. x11vnc locks itself up now and then
    /// when it is told to end while it ends by itself.
    startForeign(name, command, args, options) {
        const program = new Program(name, command, args, options);
        this.#programs.push(program);
        this.atEnd(() => program.ending ?? program.dismiss());
        return program;
    }

    /// The last things started end first: so sessions are over when the daemons are told to stop.
    atEnd(action) {
        this.#closers.push(action);
    }

    /// A program that must live until the end of the scenario, and then end with status 0.
    #startDaemon(name, command, args) {
        const program = new Program(name, command, args);
        this.#programs.push(program);
        let stopping = false;
        program.ended.then((ending) => {
            if (!stopping) {
                this.#loseDaemon(new Error(`${name} ended by itself: ${ending}`));
            }
        });
        this.atEnd(async () => {
            stopping = true;
            assert.equal(program.ending ?? (await program.stop()), 'status 0', `end of ${name}`);
        });
        return program;
    }

    /// The program, with `viewerPort` and `serverPort`.
    async repeater(...options) {
        const program = this.#startDaemon('repeater', this.#paths.repeater, [
            '--bind',
            '127.0.0.1',
            '--viewer-port',
            '0',
            '--server-port',
            '0',
            '--log-format',
            'compat',
            ...options,
        ]);
        const port = async (role) =>
            Number(
                (
                    await program.says(
                        new RegExp(`watching for IPv4 connections on (\\d+)/${role}`),
                    )
                )[1],
            );
        program.viewerPort = await port('client');
        program.serverPort = await port('server');
        return program;
    }

    /// The program, with `port`; serves the web page too. `options` may listen elsewhere as well.
    async gateway({ serverPort, viewerPort }, ...options) {
        const program = this.#startDaemon('gateway', this.#paths.gateway, [
            '--listen',
            '127.0.0.1:0',
            '--server-target',
            `127.0.0.1:${serverPort}`,
            '--viewer-target',
            `127.0.0.1:${viewerPort}`,
            '--web',
            resolve(this.#paths.web),
            ...options,
        ]);
        program.port = Number((await program.says(/listening on 127\.0\.0\.1:(\d+)$/))[1]);
        return program;
    }

    /// `wsgate tunnel` on a free port; the program, with `port`.
    async tunnel(...options) {
        const program = this.#startDaemon('tunnel', this.#paths.gateway, [
            'tunnel',
            '--listen',
            '127.0.0.1:0',
            ...options,
        ]);
        program.port = Number((await program.says(/listening on 127\.0\.0\.1:(\d+)/))[1]);
        return program;
    }

    server({ port, id, seed = 1 }) {
        return this.start(`server ${id}`, join(this.#paths.fakes, 'fake_server'), [
            '--port',
            port,
            '--id',
            id,
            '--seed',
            seed,
        ]);
    }

    viewer({ port, id, encoding }) {
        return this.start(`viewer ${id}`, join(this.#paths.fakes, 'fake_viewer'), [
            '--port',
            port,
            '--id',
            id,
            '--encoding',
            encoding,
        ]);
    }

    /// A package of npm.
    package(name) {
        return createRequire(resolve(this.#paths.npm, 'package.json'))(name);
    }

    /// A directory that is gone after the scenario.
    async scratch() {
        if (!this.#scratch) {
            this.#scratch = await mkdtemp(join(tmpdir(), 'vnc-e2e-'));
        }
        return this.#scratch;
    }

    output(file) {
        return resolve(this.#paths.output, file);
    }

    /// Ends everything, whatever fails on the way; resolves to the failures.
    async close() {
        const failures = [];
        for (const action of this.#closers.reverse()) {
            await Promise.resolve()
                .then(action)
                .catch((failure) => failures.push(failure));
        }
        if (this.#scratch) {
            await rm(this.#scratch, { recursive: true, force: true });
        }
        return failures;
    }

    /// What all programs have said, for the one who looks for the reason of a failure.
    protocol() {
        return this.#programs
            .map(({ name, ending, lines }) =>
                [`--- ${name} (${ending ?? 'running'})`, ...lines.slice(-60)].join('\n'),
            )
            .join('\n');
    }
}
