// What the page's address asks for: the same parameter names as noVNC's own page.
// SPDX-License-Identifier: EUPL-1.2

const truths = {
    1: true,
    true: true,
    yes: true,
    on: true,
    0: false,
    false: false,
    no: false,
    off: false,
};

/// Settings from a URL. The part after # wins over the query: it never leaves the browser, so an ID
/// or a password there is in no server's log.
export function readAddress(address) {
    const { hash, searchParams: query } = address;
    const fragment = new URLSearchParams(hash.slice(1));
    const text = (name, otherwise) => fragment.get(name) ?? query.get(name) ?? otherwise;
    const flag = (name, otherwise) => truths[text(name, '').toLowerCase()] ?? otherwise;
    const level = (name, otherwise) => {
        const asked = text(name, '');
        return /^[0-9]$/.test(asked) ? Number(asked) : otherwise;
    };
    return {
        socket: socketUrl(address, text, flag),
        repeaterID: text('repeaterID', ''),
        password: text('password', undefined),
        autoconnect: flag('autoconnect', false),
        shared: flag('shared', true),
        viewOnly: flag('view_only', false),
        showDot: flag('show_dot', false),
        resize: text('resize', 'scale'),
        quality: level('quality', 6),
        compression: level('compression', 2),
    };
}

/// Without `host` and `port` the gateway is the server of this page, and `path` is taken relative
/// to the page, so that a prefix given by a proxy stays.
function socketUrl(address, text, flag) {
    const host = text('host', '');
    const port = text('port', '');
    const path = text('path', 'websockify');
    const url =
        host || port
            ? new URL(`/${path.replace(/^\/+/, '')}`, address.origin)
            : new URL(path, address);
    if (host) {
        url.hostname = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
        url.port = '';
    }
    if (port) {
        url.port = port;
    }
    url.hash = '';
    url.protocol = flag('encrypt', address.protocol === 'https:') ? 'wss:' : 'ws:';
    return url;
}
