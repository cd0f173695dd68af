// Many pairs at once, each with its own ID and picture: nobody sees the picture of another pair.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { meet } from '../meeting.js';

export default async function crowd(bench, size) {
    const repeater = await bench.repeater();
    const encodings = ['raw', 'zrle', 'tight'];
    const pairs = await Promise.all(
        Array.from({ length: Number(size) }, (_, i) =>
            meet(bench, repeater, {
                id: String(1000 + i),
                seed: i + 1,
                encoding: encodings[i % encodings.length],
                order: i % 2 === 0 ? 'server-first' : 'viewer-first',
            }),
        ),
    );
    const shown = await Promise.all(pairs.map((pair) => pair.shown()));
    const seen = await Promise.all(pairs.map((pair) => pair.seen()));
    assert.equal(new Set(shown).size, Number(size), 'each server has its own picture');
    assert.deepEqual(seen, shown);
}
