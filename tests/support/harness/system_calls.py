# Takes a system call away from this process and its children, as units and containers do (seccomp).
# SPDX-License-Identifier: EUPL-1.2
import ctypes
import platform
import struct

# Of x86_64.
SOCKET = 41
AF_NETLINK = 16

# linux/filter.h, linux/seccomp.h, linux/prctl.h
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
SET_NO_NEW_PRIVS, SET_SECCOMP, FILTER = 38, 22, 2
NUMBER_AT, FIRST_ARGUMENT_AT = 0, 16


def can_deny():
    return platform.machine() == "x86_64"


def deny(number, first_argument, error):
    """From now on this call, with this first argument, fails with this error."""
    code = [
        (LOAD_WORD, 0, 0, NUMBER_AT),
        (JUMP_IF_EQUAL, 0, 3, number),
        (LOAD_WORD, 0, 0, FIRST_ARGUMENT_AT),
        (JUMP_IF_EQUAL, 0, 1, first_argument),
        (RETURN, 0, 0, FAIL | error),
        (RETURN, 0, 0, ALLOW),
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in code))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(code), ctypes.addressof(program))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, FILTER, header, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
