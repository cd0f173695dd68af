// A viewer of the field on an X display of its own: what it shows, and what is typed into it.
// SPDX-License-Identifier: EUPL-1.2
import { takePicture } from './picture.js';
import { startPrelude } from './prelude.js';
import { run } from './program.js';

const programs = {
    tigervnc: (port) => ['xtigervncviewer', ['-FullScreen', '-Shared', `127.0.0.1::${port}`]],
    ssvnc: (port) => ['ssvncviewer', ['-fullscreen', '-shared', `127.0.0.1::${port}`]],
};

export class NativeViewer {
    #display;
    #environment;

    /// `kind` is one of the programs above. It meets the server that waits for `id`.
    static async start(bench, kind, { port, id }) {
        const self = new NativeViewer();
        const screen = bench.start('Xvfb of the viewer', 'Xvfb', [
            ...['-displayfd', '1', '-screen', '0', '640x480x24', '-nolisten', 'tcp', '-noreset'],
        ]);
        const [, number] = await screen.says(/^(\d+)$/);
        self.#display = `:${number}`;
        self.#environment = {
            ...process.env,
            DISPLAY: self.#display,
            HOME: await bench.scratch(),
        };
        const prelude = await startPrelude(bench, { port, id });
        const [program, args] = programs[kind](prelude);
        bench.startForeign(kind, program, args, { env: self.#environment });
        return self;
    }

    takePicture() {
        return takePicture(this.#display);
    }

    /// As a person would: the window under the pointer has the keyboard.
    async type(text) {
        await run('xdotool', ['mousemove', '300', '200', 'click', '1'], { env: this.#environment });
        await run('xdotool', ['type', '--delay', '20', text], { env: this.#environment });
    }
}
