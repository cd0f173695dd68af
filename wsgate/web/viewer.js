// The viewer page: one session at a time, from the form through the screen to the reason of its end.
// SPDX-License-Identifier: EUPL-1.2
import RFB from './novnc/core/rfb.js';
import { readAddress } from './address.js';
import { describeEnd } from './ending.js';

const part = (id) => document.getElementById(id);
const settings = readAddress(new URL(location.href));

/// { rfb, end }: noVNC's object and what describeEnd() wants to know; null when there is none.
let session = null;

function show(state, text) {
    const status = part('status');
    status.dataset.state = state;
    status.textContent = text;
    const running = ['connecting', 'waiting', 'connected'].includes(state);
    part('screen').hidden = !running;
    part('ask-id').hidden = running;
    part('tools').hidden = !running;
    for (const button of part('tools').querySelectorAll('button')) {
        button.hidden = state !== 'connected' && button.id !== 'disconnect';
    }
}

function connect() {
    const { socket: url, repeaterID, password, shared } = settings;
    show('connecting', `Connecting to ${url.host} …`);
    let socket;
    try {
        socket = new WebSocket(url);
    } catch (problem) {
        show('failed', `This address cannot be used: ${problem.message}`);
        return;
    }
    // The page opens the socket, not noVNC, since noVNC keeps the close code to itself.
    const rfb = new RFB(part('screen'), socket, {
        repeaterID,
        shared,
        credentials: password === undefined ? {} : { password },
    });
    const current = { rfb, end: { opened: false, connected: false, asked: false } };
    session = current;
    socket.addEventListener('open', () => {
        current.end.opened = true;
        if (session === current && !current.end.connected) {
            show(
                'waiting',
                repeaterID
                    ? `Waiting for the machine ${repeaterID} …`
                    : 'Waiting for the machine …',
            );
        }
    });
    socket.addEventListener('close', ({ code, reason }) => {
        Object.assign(current.end, { code, reason });
        showEnd(current);
    });
    watch(current);
    applySettings(rfb);
}

function watch(current) {
    const { rfb, end } = current;
    const id = settings.repeaterID ? ` (ID ${settings.repeaterID})` : '';
    let name = settings.socket.host;
    rfb.addEventListener('connect', () => {
        end.connected = true;
        show('connected', `Connected: ${name}${id}`);
        rfb.focus();
    });
    rfb.addEventListener('desktopname', ({ detail }) => {
        name = detail.name;
        document.title = name;
        if (end.connected) {
            show('connected', `Connected: ${name}${id}`);
        }
    });
    rfb.addEventListener('disconnect', () => showEnd(current));
    rfb.addEventListener('securityfailure', ({ detail }) => {
        end.refused = detail.reason ?? `security result ${detail.status}`;
    });
    rfb.addEventListener('serververification', () => {
        end.refused = 'it wants its key to be checked, which this page cannot do';
        rfb.disconnect();
    });
    rfb.addEventListener('credentialsrequired', ({ detail }) => askCredentials(rfb, detail.types));
    rfb.addEventListener('clipboard', ({ detail }) => {
        part('share-clipboard').querySelector('textarea').value = detail.text;
    });
}

/// Comes twice, from noVNC and from the socket in either order: the close code may come last.
function showEnd(current) {
    if (session !== current && session !== null) {
        return; // the next session has the page already
    }
    session = null;
    for (const dialog of document.querySelectorAll('dialog[open]')) {
        dialog.close('cancel');
    }
    const { failed, text } = describeEnd(current.end);
    show(failed ? 'failed' : 'ended', text);
    part('id').focus();
}

function applySettings(rfb) {
    rfb.background = 'transparent';
    rfb.viewOnly = settings.viewOnly;
    rfb.showDotCursor = settings.showDot;
    rfb.scaleViewport = settings.resize === 'scale';
    rfb.resizeSession = settings.resize === 'remote';
    rfb.qualityLevel = settings.quality;
    rfb.compressionLevel = settings.compression;
    part('fit').setAttribute('aria-pressed', String(settings.resize === 'scale'));
    part('view-only').setAttribute('aria-pressed', String(settings.viewOnly));
}

/// Opens a dialog; resolves to its form when the user chose to send it, else to null.
function ask(dialog) {
    const form = dialog.querySelector('form');
    dialog.returnValue = 'cancel';
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener(
            'close',
            () => resolve(dialog.returnValue === 'send' ? form : null),
            { once: true },
        );
    });
}

async function askCredentials(rfb, types) {
    part('username-label').hidden = !types.includes('username');
    const form = await ask(part('ask-credentials'));
    if (form === null) {
        rfb.disconnect();
        return;
    }
    const answers = new FormData(form);
    form.reset();
    rfb.sendCredentials({
        username: answers.get('username'),
        password: answers.get('password'),
        target: settings.repeaterID,
    });
    rfb.focus();
}

async function shareClipboard(rfb) {
    const form = await ask(part('share-clipboard'));
    if (form !== null) {
        rfb.clipboardPasteFrom(form.elements.text.value);
    }
    rfb.focus();
}

/// A button of the bar acts on the session and gives the keyboard back to the screen.
function tool(id, action) {
    part(id).addEventListener('click', () => {
        if (session !== null) {
            action(session);
            session?.rfb.focus();
        }
    });
}

tool('ctrl-alt-del', ({ rfb }) => rfb.sendCtrlAltDel());
tool('fit', ({ rfb }) => {
    settings.resize = settings.resize === 'scale' ? 'off' : 'scale';
    applySettings(rfb);
});
tool('view-only', ({ rfb }) => {
    settings.viewOnly = !settings.viewOnly;
    applySettings(rfb);
});
tool('full-screen', () => {
    if (document.fullscreenElement) {
        document.exitFullscreen();
    } else {
        document.documentElement.requestFullscreen();
    }
});
tool('disconnect', ({ rfb, end }) => {
    end.asked = true;
    rfb.disconnect();
});
part('clipboard').addEventListener('click', () => shareClipboard(session.rfb));
document.addEventListener('fullscreenchange', () => {
    part('full-screen').setAttribute('aria-pressed', String(document.fullscreenElement !== null));
});
part('ask-id').addEventListener('submit', (event) => {
    event.preventDefault();
    settings.repeaterID = part('id').value.trim();
    connect();
});

part('id').value = settings.repeaterID;
if (settings.autoconnect) {
    connect();
} else {
    show('idle', 'Not connected');
    part('id').focus();
}
