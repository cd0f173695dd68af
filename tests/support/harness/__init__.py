# What the Python tests share: waits, programs, sockets, and the bytes of the protocols.
# SPDX-License-Identifier: EUPL-1.2
