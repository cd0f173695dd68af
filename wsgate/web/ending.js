// Why a session is over, in words for the person at the screen.
// SPDX-License-Identifier: EUPL-1.2

/// `end` says how far it came (`opened`: the gateway has answered; `connected`: the screen was
/// there), whether the user `asked` for the end, what was said when it was `refused`, and the
/// `code` and `reason` of the WebSocket's close (RFC 6455 7.4) once they are known.
export function describeEnd(end) {
    return {
        failed: !end.asked && !(end.connected && end.code === 1000),
        text: end.asked ? 'Disconnected.' : `${sentence(end)}${closeCode(end)}`,
    };
}

function sentence({ opened, connected, refused, code }) {
    if (refused) {
        return `The session is refused: ${refused.replace(/\.$/, '')}.`;
    }
    if (!opened) {
        return 'The gateway cannot be reached.';
    }
    if (code === 1011 || code === 1014) {
        return connected
            ? 'The connection to the machine is broken.'
            : 'The gateway cannot reach the repeater.';
    }
    if (code === 1008) {
        return 'The gateway does not allow this connection.';
    }
    if (code === 1001) {
        return 'The gateway is shutting down.';
    }
    if (!connected) {
        return code === 1000
            ? 'The repeater has closed the connection before a session began.'
            : 'The connection has ended before a session began.';
    }
    return code === 1000
        ? 'The machine has ended the session.'
        : 'The connection to the gateway is lost.';
}

/// 1005 and 1006 are the browser's own words for "no code", so they tell nothing.
function closeCode({ code, reason }) {
    if (!code || code === 1005 || code === 1006) {
        return '';
    }
    return reason ? ` (${code}: ${reason})` : ` (${code})`;
}
