// A picture of a screen: taken from an X display, compared with what a viewer has.
// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';

import { run } from './program.js';

export class Picture {
    /// `rgb`: three bytes a pixel, rows from the top.
    constructor(width, height, rgb) {
        Object.assign(this, { width, height, rgb });
    }

    /// The line that the fake viewer prints for the same picture.
    fingerprint() {
        const digest = createHash('sha256').update(this.rgb).digest('hex');
        return `${this.width}x${this.height} ${digest}`;
    }

    /// The part of all pixels, 0 to 1, that has exactly this colour (#rrggbb).
    share(colour) {
        const wanted = Number.parseInt(colour.slice(1), 16);
        let count = 0;
        for (let i = 0; i < this.rgb.length; i += 3) {
            count += this.rgb.readUIntBE(i, 3) === wanted;
        }
        return count / (this.width * this.height);
    }

    /// The part of all pixels, 0 to 1, that is exactly the same in the other picture.
    likeness(other) {
        if (this.width !== other.width || this.height !== other.height) {
            return 0;
        }
        let count = 0;
        for (let i = 0; i < this.rgb.length; i += 3) {
            count += this.rgb.readUIntBE(i, 3) === other.rgb.readUIntBE(i, 3);
        }
        return count / (this.width * this.height);
    }
}

/// The whole screen of a display with 24 bits a pixel.
export async function takePicture(display) {
    const { stdout: dump } = await run('xwd', ['-root', '-silent', '-display', display], {
        encoding: 'buffer',
        maxBuffer: 64 << 20,
    });
    // X11/XWDFile.h: a header of 32-bit numbers, big-endian here, then a colour table, then rows.
    const header = (index) => dump.readUInt32BE(4 * index);
    const [headerSize, width, height] = [header(0), header(4), header(5)];
    const [littleEndian, bitsAPixel, bytesALine] = [header(7) === 0, header(11), header(12)];
    const [redMask, colours] = [header(14), header(19)];
    if (!littleEndian || bitsAPixel !== 32 || redMask !== 0xff0000) {
        throw new Error('a display of another kind than these tests start');
    }
    const rows = headerSize + 12 * colours;
    const rgb = Buffer.alloc(width * height * 3);
    for (let y = 0, to = 0; y < height; ++y) {
        for (let x = 0; x < width; ++x, to += 3) {
            rgb.writeUIntBE(dump.readUIntLE(rows + y * bytesALine + 4 * x, 3), to, 3);
        }
    }
    return new Picture(width, height, rgb);
}
