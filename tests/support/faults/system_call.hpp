// System calls without the C library, whose functions are replaced here.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cerrno>
#include <type_traits>

namespace faults {

template <class T>
[[nodiscard]] long as_register(T value) {
    if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<long>(value);
    } else if constexpr (std::is_null_pointer_v<T>) {
        return 0;
    } else {
        return static_cast<long>(value);
    }
}

// NOLINTBEGIN: registers

/// As the kernel answers: a negative number is an errno.
template <class... Args>
[[nodiscard]] inline long ask_kernel(long number, Args... given) {
    static_assert(sizeof...(Args) <= 6);
    const long args[6] = {as_register(given)...};
#if defined(__x86_64__)
    long answer = number;
    register long r10 asm("r10") = args[3];
    register long r8 asm("r8") = args[4];
    register long r9 asm("r9") = args[5];
    asm volatile("syscall"
                 : "+a"(answer)
                 : "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return answer;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = args[0];
    register long x1 asm("x1") = args[1];
    register long x2 asm("x2") = args[2];
    register long x3 asm("x3") = args[3];
    register long x4 asm("x4") = args[4];
    register long x5 asm("x5") = args[5];
    asm volatile("svc 0"
                 : "+r"(x0)
                 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                 : "memory");
    return x0;
#else
#error "tell how a system call is made on this machine"
#endif
}

// NOLINTEND

/// As the C library answers: -1 and errno.
template <class... Args>
inline long system_call(long number, Args... args) {
    const long answer = ask_kernel(number, args...);
    constexpr long largest_errno = 4095;
    if (answer < 0 && answer >= -largest_errno) {
        errno = static_cast<int>(-answer);
        return -1;
    }
    return answer;
}

} // namespace faults
