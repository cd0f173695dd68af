# Origins, forwarded addresses, request ids, the PROXY protocol: the spec's section 9.
# SPDX-License-Identifier: EUPL-1.2
import re

from harness.websocket import close, opening

from cases import Talk, ask

LIST = (
    "--origin",
    "/websockify=https://desk.example,http://odd.example:8080,*.wide.example",
    "--origin",
    "/wsClient=same-host",
)
REQUIRED = ("--origin", "*", "--origin-required")
TOLD = ("--send-proxy", "v1")
STRANGER = (*TOLD, "--trusted-proxy", "none")
REAL_IP = (*TOLD, "--real-ip-header", "X-Real-IP")
FORWARDED = (*TOLD, "--real-ip-header", "Forwarded")
CHAIN = (*TOLD, "--trusted-proxy", "127.0.0.0/8,10.0.0.0/8")
BALANCER = (*TOLD, "--accept-proxy")


def origin(value, status, path="/websockify", *more, options=LIST):
    return ask(
        f"{path} from {value}", opening(path, ("Origin", value), *more), status, options=options
    )


def told(name, client, options, *fields, before=b"", port="0"):
    """The target is told of this client."""
    family = "TCP6" if ":" in client else "TCP4"
    line = f"PROXY {family} {re.escape(client)} [0-9a-f:.]+ {port} \\d+\r\n".encode()
    return Talk(
        name,
        close(1000),
        re.compile(line),
        options=options,
        request=before + opening("/websockify", *fields),
        logged=rf"start .*client={re.escape(client)}\b",
    )


def forwarded(*values):
    return tuple(("X-Forwarded-For", v) for v in values)


ORIGINS = [
    *(
        origin(o, 101)
        for o in (
            "https://desk.example",
            "https://DESK.example",
            "https://desk.example:443",
            "http://odd.example:8080",
            "https://a.wide.example",
            "http://b.a.wide.example",
        )
    ),
    *(
        origin(o, 403)
        for o in (
            "http://desk.example",
            "https://desk.example:444",
            "https://desk.example.evil.example",
            "https://evildesk.example",
            "http://odd.example",
            "https://wide.example",
            "https://evilwide.example",
            "null",
            "https://desk.example/path",
            "desk.example",
            "https://",
            "https://desk.example, https://elsewhere.example",
        )
    ),
    origin("https://gate.example", 101, "/wsClient"),
    origin("http://gate.example", 101, "/wsClient"),
    origin("https://other.example", 403, "/wsClient"),
    origin("https://public.example", 101, "/wsClient", ("X-Forwarded-Host", "public.example")),
    ask("programs tell no origin", opening(), 101, options=LIST),
    ask("they must here", opening(), 403, options=REQUIRED),
    origin("https://anything.example", 101, options=REQUIRED),
    ask(
        "two origins",
        opening(
            "/websockify",
            ("Origin", "https://desk.example"),
            ("Origin", "https://elsewhere.example"),
        ),
        (400, 403),
        options=LIST,
    ),
    origin("https://anything.example", 101, options=()),
]
ADDRESSES = [
    told("nobody in between", "127.0.0.1", TOLD, port=r"\d+"),
    told("a proxy tells", "203.0.113.9", TOLD, *forwarded("203.0.113.9")),
    told("a proxy tells, IPv6", "2001:db8::7", TOLD, *forwarded("2001:db8::7")),
    told(
        "the client's own words come first",
        "203.0.113.9",
        TOLD,
        *forwarded("198.51.100.1, 203.0.113.9"),
    ),
    told("two fields are one list", "203.0.113.9", TOLD, *forwarded("198.51.100.1", "203.0.113.9")),
    told(
        "over trusted proxies",
        "203.0.113.9",
        CHAIN,
        *forwarded("198.51.100.1, 203.0.113.9, 10.1.2.3, 10.9.9.9"),
    ),
    told(
        "no address ends the walk", "10.1.2.3", CHAIN, *forwarded("203.0.113.9, unknown, 10.1.2.3")
    ),
    told("rubbish is not believed", "127.0.0.1", TOLD, *forwarded("rubbish"), port=r"\d+"),
    told(
        "a stranger is not believed", "127.0.0.1", STRANGER, *forwarded("203.0.113.9"), port=r"\d+"
    ),
    told(
        "X-Real-IP",
        "203.0.113.9",
        REAL_IP,
        ("X-Real-IP", "203.0.113.9"),
        *forwarded("198.51.100.1"),
    ),
    told("Forwarded", "203.0.113.9", FORWARDED, ("Forwarded", "for=203.0.113.9;proto=https")),
    told("Forwarded, IPv6", "2001:db8::7", FORWARDED, ("Forwarded", 'for="[2001:db8::7]:4711"')),
    told(
        "a balancer tells",
        "203.0.113.9",
        BALANCER,
        port="4711",
        before=b"PROXY TCP4 203.0.113.9 192.0.2.1 4711 443\r\n",
    ),
    told(
        "a balancer knows nobody", "127.0.0.1", BALANCER, before=b"PROXY UNKNOWN\r\n", port=r"\d+"
    ),
    told(
        "who speaks through it then is no proxy",
        "127.0.0.1",
        BALANCER,
        *forwarded("203.0.113.9"),
        before=b"PROXY UNKNOWN\r\n",
        port=r"\d+",
    ),
    told(
        "nor is who comes from nowhere",
        "127.0.0.1",
        BALANCER,
        *forwarded("203.0.113.9"),
        before=b"PROXY TCP4 0.0.0.0 192.0.2.1 0 443\r\n",
        port=r"\d+",
    ),
    told(
        "a proxy behind it may tell",
        "203.0.113.9",
        BALANCER,
        *forwarded("203.0.113.9"),
        before=b"PROXY TCP4 127.0.0.9 192.0.2.1 4711 443\r\n",
    ),
    told(
        "a client behind it may not",
        "198.51.100.1",
        BALANCER,
        *forwarded("203.0.113.9"),
        before=b"PROXY TCP4 198.51.100.1 192.0.2.1 4711 443\r\n",
        port="4711",
    ),
]
REQUEST_IDS = [
    Talk(
        "a proxy's id",
        close(1000),
        request=opening("/websockify", ("X-Request-Id", "desk-17.a_B")),
        logged=r"start .*request=desk-17\.a_B\b",
    ),
    Talk("none: one is made", close(1000), logged=r"start .*request=[0-9a-f]{16,}\b"),
    *(
        Talk(
            f"not believed: {bad!r}",
            close(1000),
            request=opening("/websockify", ("X-Request-Id", bad)),
            logged=r"start .*request=[0-9a-f]{16,}\b",
        )
        for bad in ("a b", "x" * 65, 'a"b', "ü")
    ),
]
ROWS = [*ORIGINS, *ADDRESSES, *REQUEST_IDS]
