# Programs under a seccomp filter, as container runtimes start them.
# SPDX-License-Identifier: EUPL-1.2
import ctypes
import platform
import struct

NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2  # of prctl(2)
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # of BPF
ALLOW, FAIL = 0x7FFF0000, 0x00050000
COMMON = {"openat2": 437, "landlock_create_ruleset": 444}
NUMBERS = {"x86_64": {"socket": 41, **COMMON}, "aarch64": {"socket": 198, **COMMON}}
FIRST_ARGUMENT_AT = 16


def without(system_call, error, first_argument=None):
    """For Popen's preexec_fn: this system call, or only with this first argument, fails with this
    error."""
    number = NUMBERS[platform.machine()][system_call]
    code = [(LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1 if first_argument is None else 3, number)]
    if first_argument is not None:
        code += [(LOAD, 0, 0, FIRST_ARGUMENT_AT), (JUMP_IF_EQUAL, 0, 1, first_argument)]
    code += [(RETURN, 0, 0, FAIL | error), (RETURN, 0, 0, ALLOW)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in code))
    header = struct.pack("HxxxxxxP", len(code), ctypes.addressof(program))
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def enter(_kept=program):
        if prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0 or prctl(SET_SECCOMP, FILTER, header) != 0:
            raise OSError(ctypes.get_errno(), "no seccomp filter")

    return enter
