# Shared by the scripts: where things are, and how what is missing gets installed.
# SPDX-License-Identifier: EUPL-1.2
# shellcheck shell=bash disable=SC2034 # who sources this uses its names

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# What wsgate serves: our page and noVNC.
web="$root/build/web"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

packages_build=(g++ cmake ninja-build libboost1.81-dev libssl-dev libcrypt-dev libspdlog-dev
    libcli11-dev libseccomp-dev)
packages_web=(nodejs npm)
packages_demo=(xvfb x11vnc x11-apps x11-xserver-utils xterm fonts-dejavu-core)
packages_test=(libgtest-dev libgmock-dev libvncserver-dev openssl util-linux
    xvfb x11vnc x11-apps x11-xserver-utils xterm fonts-dejavu-core chromium iproute2 python3
    tigervnc-viewer tigervnc-standalone-server ssvnc xdotool gvncviewer
    mariadb-server-core mariadb-client-core python3-pymysql python3-prometheus-client mandoc haproxy
    libbenchmark-dev nginx-light tinyproxy squid novnc procps hostname
    python3-websockets python3-wsproto nftables)
packages_check=(clang clang-format clang-tidy libclang-rt-14-dev git python3)
packages_scripts=(black flake8 shellcheck util-linux)

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# need PACKAGE...: installs those that are missing; needs no network where none is.
need() {
    local missing=() package
    for package in "$@"; do
        case $package in
        # A newer Node.js than Debian's, installed another way, is as good.
        nodejs) command -v node >/dev/null || missing+=(nodejs) ;;
        npm) command -v npm >/dev/null || missing+=(npm) ;;
        *) is_installed "$package" || missing+=("$package") ;;
        esac
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing: ${missing[*]}"
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    command -v apt-get >/dev/null ||
        die "this needs Debian 12's apt-get, or these packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq \
        --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET [TARGET...]: configures and builds; quiet unless it fails.
build() {
    local preset=$1
    shift
    local launcher=()
    if command -v ccache >/dev/null; then
        launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    (
        cd "$root"
        cmake --preset "$preset" "${launcher[@]}" >/dev/null
        cmake --build --preset "$preset" ${1:+--target "$@"}
    )
}
