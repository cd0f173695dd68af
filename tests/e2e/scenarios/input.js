// What a viewer types and where it points arrives at the server of its pair.
// SPDX-License-Identifier: EUPL-1.2
import { meet } from '../meeting.js';

export default async function input(bench) {
    const repeater = await bench.repeater();
    const { viewer, server, seen } = await meet(bench, repeater, {
        id: '77',
        seed: 2,
        encoding: 'tight',
        order: 'server-first',
    });
    await seen();

    const euroSign = 0x20ac;
    viewer.tell(`key ${euroSign}`);
    await server.says(new RegExp(`^key down ${euroSign}$`));
    await server.says(new RegExp(`^key up ${euroSign}$`));
    viewer.tell('pointer 1 300 150');
    await server.says(/^pointer 1 300 150$/);
}
