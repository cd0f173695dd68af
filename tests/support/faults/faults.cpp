// Replaces calls of the C library by such that fail when a test wants them to.
// SPDX-License-Identifier: EUPL-1.2
//
// Calls within the C library are not seen, only those of the program and of other libraries.
// Nothing here allocates, locks or throws: it runs within malloc and in any thread.
#include "tests/support/faults/control.hpp"
#include "tests/support/faults/system_call.hpp"

#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// NOLINTBEGIN: the names and forms are those of the C library

namespace faults {

namespace {

std::atomic<control*> the_page{nullptr};
std::atomic<long> spared_parent{0};

/// Does not return, unless this process is spared.
void end_process() {
    if (system_call(SYS_getppid) != spared_parent) {
        (void)system_call(SYS_kill, system_call(SYS_getpid), SIGKILL);
    }
}

/// Whether this call is one that fails, with which errno is set then.
bool fails(call which) {
    auto* const here = page();
    if (here == nullptr) {
        return false;
    }
    const auto number = ++here->calls[static_cast<std::size_t>(which)];
    for (auto& each : here->faults) {
        const int error = each.error;
        if (error != 0 && each.which == static_cast<std::uint32_t>(which) && number >= each.from &&
            number < each.from + each.times) {
            if (error == kills) {
                end_process();
                return false;
            }
            ++here->failed;
            errno = error;
            return true;
        }
    }
    return false;
}

using start_thread = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

std::atomic<start_thread> real_pthread_create{nullptr};

__attribute__((constructor)) void find_page() {
    real_pthread_create = reinterpret_cast<start_thread>(dlsym(RTLD_NEXT, "pthread_create"));
    if (const char* const parent = std::getenv("FAULTS_SPARE")) {
        spared_parent = std::strtol(parent, nullptr, 10);
    }
    const char* const name = std::getenv("FAULTS_CONTROL");
    if (name == nullptr) {
        return;
    }
    const long fd = system_call(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC);
    void* const at =
        mmap(nullptr, sizeof(control), PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(fd), 0);
    (void)system_call(SYS_close, fd);
    if (at == MAP_FAILED) { // a test that injects nothing must not pass
        constexpr char why[] = "faults: FAULTS_CONTROL names no page\n";
        (void)system_call(SYS_write, 2, why, sizeof why - 1);
        _exit(99);
    }
    the_page = static_cast<control*>(at);
}

template <class... Args>
long fail_or_call(call which, long number, Args... args) {
    return fails(which) ? -1 : system_call(number, args...);
}

} // namespace

control* page() {
    return the_page.load(std::memory_order_relaxed);
}

} // namespace faults

using faults::call;
using faults::fail_or_call;
using faults::fails;

extern "C" {

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t size) {
    return fails(call::allocate) ? nullptr : __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
    return fails(call::allocate) ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* old, size_t size) {
    return fails(call::allocate) ? nullptr : __libc_realloc(old, size);
}

void* memalign(size_t alignment, size_t size) {
    return fails(call::allocate) ? nullptr : __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void** to, size_t alignment, size_t size) {
    const int before = errno;
    void* const made = memalign(alignment, size);
    errno = before;
    if (made == nullptr) {
        return ENOMEM;
    }
    *to = made;
    return 0;
}

int accept4(int fd, sockaddr* peer, socklen_t* size, int flags) {
    return static_cast<int>(fail_or_call(call::accept, SYS_accept4, fd, peer, size, flags));
}

int accept(int fd, sockaddr* peer, socklen_t* size) {
    return accept4(fd, peer, size, 0);
}

int socket(int domain, int type, int protocol) {
    return static_cast<int>(fail_or_call(call::socket, SYS_socket, domain, type, protocol));
}

int connect(int fd, const sockaddr* to, socklen_t size) {
    return static_cast<int>(fail_or_call(call::connect, SYS_connect, fd, to, size));
}

ssize_t read(int fd, void* to, size_t size) {
    return fail_or_call(call::read, SYS_read, fd, to, size);
}

ssize_t __read_chk(int fd, void* to, size_t size, size_t) {
    return read(fd, to, size);
}

ssize_t readv(int fd, const iovec* to, int count) {
    return fail_or_call(call::read, SYS_readv, fd, to, count);
}

ssize_t recv(int fd, void* to, size_t size, int flags) {
    return fail_or_call(call::read, SYS_recvfrom, fd, to, size, flags, nullptr, nullptr);
}

ssize_t __recv_chk(int fd, void* to, size_t size, size_t, int flags) {
    return recv(fd, to, size, flags);
}

ssize_t recvmsg(int fd, msghdr* to, int flags) {
    return fail_or_call(call::read, SYS_recvmsg, fd, to, flags);
}

ssize_t write(int fd, const void* from, size_t size) {
    return fail_or_call(call::write, SYS_write, fd, from, size);
}

ssize_t writev(int fd, const iovec* from, int count) {
    return fail_or_call(call::write, SYS_writev, fd, from, count);
}

ssize_t send(int fd, const void* from, size_t size, int flags) {
    return fail_or_call(call::write, SYS_sendto, fd, from, size, flags, nullptr, 0);
}

ssize_t sendto(int fd, const void* from, size_t size, int flags, const sockaddr* to,
               socklen_t to_size) {
    return fail_or_call(call::write, SYS_sendto, fd, from, size, flags, to, to_size);
}

ssize_t sendmsg(int fd, const msghdr* from, int flags) {
    return fail_or_call(call::write, SYS_sendmsg, fd, from, flags);
}

ssize_t splice(int from, off64_t* from_at, int to, off64_t* to_at, size_t size, unsigned flags) {
    return fail_or_call(call::splice, SYS_splice, from, from_at, to, to_at, size, flags);
}

int epoll_ctl(int epoll, int what, int fd, epoll_event* event) noexcept {
    return static_cast<int>(fail_or_call(call::epoll_ctl, SYS_epoll_ctl, epoll, what, fd, event));
}

int epoll_wait(int epoll, epoll_event* events, int most, int limit) {
    return static_cast<int>(
        fail_or_call(call::epoll_wait, SYS_epoll_pwait, epoll, events, most, limit, nullptr, 0));
}

int openat(int folder, const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const auto mode = va_arg(more, mode_t);
    va_end(more);
    return static_cast<int>(fail_or_call(call::open, SYS_openat, folder, path, flags, mode));
}

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const auto mode = va_arg(more, mode_t);
    va_end(more);
    return openat(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char* path, int flags, ...) __attribute__((alias("openat")));

int __open_2(const char* path, int flags) {
    return openat(AT_FDCWD, path, flags, 0);
}

int pipe2(int* ends, int flags) noexcept {
    return static_cast<int>(fail_or_call(call::make_descriptor, SYS_pipe2, ends, flags));
}

int eventfd(unsigned first, int flags) noexcept {
    return static_cast<int>(fail_or_call(call::make_descriptor, SYS_eventfd2, first, flags));
}

int timerfd_create(clockid_t clock, int flags) noexcept {
    return static_cast<int>(fail_or_call(call::make_descriptor, SYS_timerfd_create, clock, flags));
}

int epoll_create1(int flags) noexcept {
    return static_cast<int>(fail_or_call(call::make_descriptor, SYS_epoll_create1, flags));
}

int getsockopt(int fd, int level, int name, void* value, socklen_t* size) noexcept {
    return static_cast<int>(
        fail_or_call(call::socket_option, SYS_getsockopt, fd, level, name, value, size));
}

int setsockopt(int fd, int level, int name, const void* value, socklen_t size) noexcept {
    return static_cast<int>(
        fail_or_call(call::socket_option, SYS_setsockopt, fd, level, name, value, size));
}

int getsockname(int fd, sockaddr* at, socklen_t* size) noexcept {
    return static_cast<int>(fail_or_call(call::socket_option, SYS_getsockname, fd, at, size));
}

int pthread_create(pthread_t* thread, const pthread_attr_t* how, void* (*run)(void*),
                   void* with) noexcept {
    if (fails(call::thread)) {
        return errno;
    }
    return faults::real_pthread_create.load()(thread, how, run, with);
}

} // extern "C"

// NOLINTEND
