// The web page in a headless Chromium: its status, its canvas, its keyboard.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { Picture } from './picture.js';
import { patience } from './program.js';

export class Browser {
    #page;
    #problems = []; ///< errors of the page's own code

    /// `chromium` and `options` of its pages are Playwright's.
    static async start(bench, options = {}) {
        const { chromium } = bench.package('playwright-core');
        const running = await chromium.launch({
            executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
            chromiumSandbox: process.getuid() !== 0, // Chromium has no sandbox for root
            args: [
                '--disable-gpu',
                '--disable-quic',
                '--no-first-run',
                '--disable-sync',
                '--disable-background-networking',
                '--disable-component-update',
            ],
        });
        bench.atEnd(() => running.close());
        const self = new Browser();
        self.#page = await running.newPage({ viewport: { width: 1000, height: 700 }, ...options });
        self.#page.setDefaultTimeout(patience);
        self.#page.on('pageerror', (problem) => self.#problems.push(problem.message));
        return self;
    }

    open(url) {
        return this.#page.goto(url);
    }

    /// Waits for a status line in this state; resolves to its text.
    async status(state) {
        const line = this.#page.locator(`#status[data-state=${state}]`);
        await line.waitFor().catch(async () => {
            const now = await this.#page
                .locator('#status')
                .evaluate(({ dataset, textContent }) => `${dataset.state}: ${textContent}`);
            throw new Error(`the page is not ${state} but ${now}`);
        });
        return line.textContent();
    }

    /// The remote screen, in its own size; null while there is none.
    async takePicture() {
        const canvas = await this.#page.evaluate(() => {
            const { width, height } = document.querySelector('#screen canvas') ?? { width: 0 };
            if (width === 0) {
                return null;
            }
            const { data } = document
                .querySelector('#screen canvas')
                .getContext('2d')
                .getImageData(0, 0, width, height);
            let text = '';
            for (let i = 0; i < data.length; i += 4) {
                text += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
            }
            return { width, height, rgb: btoa(text) };
        });
        return (
            canvas && new Picture(canvas.width, canvas.height, Buffer.from(canvas.rgb, 'base64'))
        );
    }

    /// Points at the middle of the remote screen and types.
    async type(text) {
        await this.#page.locator('#screen canvas').click();
        await this.#page.keyboard.type(text);
    }

    /// Answers the question for a password once it comes.
    async enterPassword(password) {
        await this.#page.getByLabel('Password').fill(password);
        await this.#page.keyboard.press('Enter');
    }

    press(button) {
        return this.#page.getByRole('button', { name: button }).click();
    }

    saveScreenshot(file) {
        return this.#page.screenshot({ path: file });
    }

    /// Runs a function in the page.
    evaluate(action, argument) {
        return this.#page.evaluate(action, argument);
    }

    assertNoProblems() {
        assert.deepEqual(this.#problems, []);
    }
}
