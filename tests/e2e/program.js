// A program under test or beside it: its lines, its end, and waits that are bounded in time.
// SPDX-License-Identifier: EUPL-1.2
import { execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/// How long any single wait may take, in milliseconds.
export const patience = 20_000;

/// Runs a command that ends by itself; fails unless it ends well.
export const run = promisify(execFile);

export class Program {
    lines = []; ///< of stdout and stderr, as they came
    ending = null; ///< "status 0", "signal SIGTERM" ..., once it has ended
    #child;
    #successor;
    #news = new EventEmitter().setMaxListeners(0); // many may wait for a line

    constructor(name, command, args = [], options = {}) {
        this.name = name;
        this.#child = spawn(command, args, options);
        for (const stream of [this.#child.stdout, this.#child.stderr]) {
            createInterface({ input: stream }).on('line', (line) => {
                this.lines.push(line);
                this.#news.emit('news');
            });
        }
        this.#child.stdin.on('error', () => {}); // it has ended: told by "close"
        this.ended = new Promise((resolve) => {
            const end = (ending) => {
                this.ending ??= ending;
                this.#news.emit('news');
                resolve(this.ending);
            };
            this.#child.on('error', (problem) => end(`not started: ${problem.message}`));
            this.#child.on('close', (code, signal) =>
                end(signal ? `signal ${signal}` : `status ${code}`),
            );
        });
    }

    /// Of the process that was started, or of the one that has taken over from it.
    get pid() {
        return this.#successor ?? this.#child.pid;
    }

    /// Another process goes on in its place. The program has ended when both have.
    goesOnAs(pid) {
        this.#successor = pid;
    }

    signal(name) {
        try {
            process.kill(this.pid, name);
        } catch (problem) {
            if (problem.code !== 'ESRCH') {
                throw problem;
            }
        }
    }

    /// The newest line that matches, as a match; undefined when there is none.
    latest(pattern) {
        return this.lines.findLast((line) => pattern.test(line))?.match(pattern);
    }

    /// The same, and waits for the line. Fails when the program ends without it.
    async says(pattern) {
        const signal = AbortSignal.timeout(patience);
        for (;;) {
            const found = this.latest(pattern);
            if (found) {
                return found;
            }
            if (this.ending) {
                throw new Error(`${this.name} ended (${this.ending}) without saying ${pattern}`);
            }
            await once(this.#news, 'news', { signal }).catch(() => {
                throw new Error(`${this.name} did not say ${pattern} in time`);
            });
        }
    }

    tell(line) {
        this.#child.stdin.write(`${line}\n`);
    }

    endInput() {
        this.#child.stdin.end();
    }

    /// Resolves to how it ended; fails when it goes on beyond the patience.
    async end() {
        const late = new AbortController();
        const ending = await Promise.race([
            this.ended,
            pause(patience, null, { signal: late.signal }),
        ]).catch(() => null);
        late.abort();
        if (ending === null) {
            throw new Error(`${this.name} did not end in time`);
        }
        return ending;
    }

    /// Asks it to end, and ends it when it does not: for programs that are not what is tested.
    async dismiss() {
        this.signal('SIGTERM');
        await Promise.race([this.ended, pause(2000, null, { ref: false })]);
        this.signal('SIGKILL');
        await this.ended;
    }

    /// Asks it to end and waits; kills it when it does not.
    async stop() {
        this.signal('SIGTERM');
        try {
            return await this.end();
        } catch (problem) {
            this.signal('SIGKILL');
            await this.ended;
            throw problem;
        }
    }
}

/// Runs `probe` again and again until it gives something truthy, and gives that.
export async function eventually(description, probe) {
    const deadline = Date.now() + patience;
    for (;;) {
        const found = await probe();
        if (found) {
            return found;
        }
        if (Date.now() > deadline) {
            throw new Error(`in vain: waited until ${description}`);
        }
        await pause(50);
    }
}
