#!/usr/bin/env bash
# The folder the goldens are made in: Debian 13 with its python3-torch (CPU), and beside it, in a venv, the packages that
# define what our engine must equal. Nothing on the machine itself changes. CI never runs this: the goldens are committed.
#   setup.sh [DIR]     as root, once, about three minutes and 2 GB; a second call takes a second
set -euo pipefail
dir=${1:-/var/tmp/ref-trixie}
python=/opt/reference/bin/python
# The versions the committed goldens were made with; raise them on purpose, then refresh the goldens.
packages=(transformers==5.23.0 tokenizers==0.23.3 safetensors==0.8.0 gguf==0.19.0 sentencepiece==0.2.3)

if ! [[ -x $dir/usr/bin/python3 ]]; then
  # The machine's own mirror, so that no host is named here.
  mirror=$(awk '/^URIs:/{print $2; exit} /^deb /{print $2; exit}' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null)
  [[ $mirror ]] || { echo "no Debian mirror found in the apt sources of this machine" >&2; exit 1; }
  command -v debootstrap >/dev/null || apt-get install -y debootstrap >/dev/null
  debootstrap --variant=minbase trixie "$dir" "$mirror" >/dev/null
  cp /etc/apt/apt.conf.d/* "$dir/etc/apt/apt.conf.d/" 2>/dev/null || true
fi
cp /etc/resolv.conf "$dir/etc/"
mountpoint -q "$dir/proc" || mount -t proc proc "$dir/proc" # torch counts the cores there
if ! chroot "$dir" python3 -c 'import numpy, torch' 2>/dev/null; then
  chroot "$dir" sh -c 'apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-torch python3-numpy python3-pip' >/dev/null
fi
if ! chroot "$dir" "$python" -c 'import transformers, gguf' 2>/dev/null; then
  # pip follows the machine's settings and its list of certificate authorities, of which the folder knows nothing.
  cp /etc/ssl/certs/ca-certificates.crt "$dir/etc/ssl/machine-ca.crt"
  cp /etc/pip.conf "$dir/etc/" 2>/dev/null || true
  chroot "$dir" python3 -m venv --without-pip --system-site-packages /opt/reference
  env SSL_CERT_FILE=/etc/ssl/machine-ca.crt REQUESTS_CA_BUNDLE=/etc/ssl/machine-ca.crt PIP_CERT=/etc/ssl/machine-ca.crt \
    chroot "$dir" "$python" -m pip install -q --root-user-action ignore "${packages[@]}"
fi
echo "ready: $dir"
