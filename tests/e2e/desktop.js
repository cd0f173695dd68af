// A desktop as customers have one: an X display with a terminal on it, and x11vnc.
// SPDX-License-Identifier: EUPL-1.2
import { takePicture } from './picture.js';
import { eventually, run } from './program.js';

export class Desktop {
    static terminalColour = '#203a5c';
    #bench;
    #environment;

    constructor(bench, display) {
        this.#bench = bench;
        this.display = display;
        this.#environment = { ...process.env, DISPLAY: display };
    }

    async paint(colour) {
        await run('xsetroot', ['-solid', colour], { env: this.#environment });
    }

    takePicture() {
        return takePicture(this.display);
    }

    /// A terminal in the middle of the screen, with a shell that stands in `directory`.
    async openTerminal(directory) {
        this.#bench.startForeign(
            'xterm',
            'xterm',
            [
                '-geometry',
                '70x20+100+80',
                '-bg',
                Desktop.terminalColour,
                '-fg',
                '#ffe680',
                '-e',
                'sh',
            ],
            { cwd: directory, env: { ...this.#environment, PS1: 'desktop> ' } },
        );
        await eventually(
            'the terminal is on the screen',
            async () => (await this.takePicture()).share(Desktop.terminalColour) > 0.2,
        );
    }

    /// Dials the repeater, or any address that leads there; ends after one session.
    startVncServer({ id, port, password }) {
        return this.#bench.startForeign('x11vnc', 'x11vnc', [
            '-display',
            this.display,
            '-norc',
            '-nocursor',
            '-rfbport',
            '0',
            '-noipv6',
            ...(password ? ['-passwd', password] : ['-nopw']),
            '-connect_or_exit',
            `repeater=ID:${id}+127.0.0.1:${port}`,
        ]);
    }
}

/// A display of 640x480 pixels under a number that was free, painted in one colour.
export async function startDesktop(bench, colour) {
    const server = bench.start('Xvfb', 'Xvfb', [
        '-displayfd',
        '1',
        '-screen',
        '0',
        '640x480x24',
        '-nolisten',
        'tcp',
        '-noreset',
    ]);
    const [, number] = await server.says(/^(\d+)$/);
    const desktop = new Desktop(bench, `:${number}`);
    await desktop.paint(colour);
    return desktop;
}
