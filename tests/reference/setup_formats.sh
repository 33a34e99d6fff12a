#!/usr/bin/env bash
# Adds the tools that pack quantised checkpoints to setup.sh's folder, for make_quantised.py. As root, after setup.sh. They go
# into folders of their own, without what they depend on: all that runs of them is packing, on the CPU.
#   setup_formats.sh [DIR]
set -euo pipefail
dir=${1:-/var/tmp/ref-trixie}
wheels=(setuptools wheel compressed-tensors==0.20.0 bitsandbytes==0.50.2 loguru pydantic==2.14.3 pydantic-core==2.50.4
  annotated-types typing-inspection)
sources=(auto-gptq==0.7.1 autoawq==0.2.9) # not installed: single files of theirs are run
pip() {
  env SSL_CERT_FILE=/etc/ssl/machine-ca.crt REQUESTS_CA_BUNDLE=/etc/ssl/machine-ca.crt PIP_CERT=/etc/ssl/machine-ca.crt BUILD_CUDA_EXT=0 \
    chroot "$dir" env PYTHONPATH=/opt/formats /opt/reference/bin/python -m pip "$@"
}
pip install -q --root-user-action ignore --no-deps --upgrade --target /opt/formats "${wheels[@]}"
pip download -q --no-deps --no-binary :all: --no-build-isolation -d /opt/formats-src "${sources[@]}"
mkdir -p "$dir/opt/formats-srcx"
for archive in "$dir"/opt/formats-src/*.tar.gz; do tar -C "$dir/opt/formats-srcx" -xf "$archive"; done
echo "ready: $dir"
