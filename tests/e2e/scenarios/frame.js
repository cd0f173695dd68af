// One server and one viewer, in either order and any encoding: both see the same picture.
// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';

import { meet } from '../meeting.js';

export default async function frame(bench, encoding, order) {
    const repeater = await bench.repeater();
    const pair = await meet(bench, repeater, { id: '4711', seed: 5, encoding, order });
    assert.equal(await pair.seen(), await pair.shown());

    pair.viewer.endInput();
    assert.equal(await pair.viewer.end(), 'status 0');
    await pair.server.says(/^gone$/);
    assert.equal(await pair.server.end(), 'status 0');
}
