# shellcheck shell=bash
# Another Rust than the one in use, from Debian 12, which packages several side by side. Sourced by the
# steps that need one. Nothing is installed: the packages would get in the way of rustup's.

# use_rust VERSION PACKAGE…: uses the newest Rust of that version. It stays under target/toolchains.
use_rust() {
    local version=$1 root=$PWD/target/toolchains/rust-$1
    shift
    export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
    export PATH=$root/usr/bin:$PATH RUSTC=$root/usr/bin/rustc RUSTDOC=$root/usr/bin/rustdoc
    # rustup's cargo tells those that it starts which toolchain to use.
    unset CARGO RUSTUP_TOOLCHAIN
    if ! [ -e "$root/complete" ]; then
        unpack_rust "$version" "$root" "$@"
    fi
    rustc --version && cargo --version
}

# With a pin apt finds what the packages depend on and this machine lacks, in the versions that go together.
unpack_rust() {
    local version=$1 root=$2 deb
    shift 2
    rm -rf "$root"
    mkdir -p "$root/debs/partial"
    printf 'Package: *rust* cargo*\nPin: version %s*\nPin-Priority: 1001\n' "$version" >"$root/pin"
    local of_that_version=(-o "Dir::Etc::preferences=$root/pin" -o "Dir::Cache::archives=$root/debs")
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends --download-only "${of_that_version[@]}" "$@" >/dev/null
    for deb in "$root"/debs/*.deb; do
        dpkg -x "$deb" "$root"
    done
    rm -r "$root/debs"
    "$root/usr/bin/rustc" --version | grep -qF "rustc ${version%%[+~]*}"
    touch "$root/complete"
}
