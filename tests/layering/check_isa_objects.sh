#!/bin/sh
# Fails if an object compiled with ISA flags has a weak or unique symbol: the linker could keep its copy of an inline
# function for the whole program, and a machine without the ISA would run it. Usage: check_isa_objects.sh NM OBJECT…
nm=$1
shift
[ $# -gt 0 ] || { echo "no objects given"; exit 2; }
status=0
for object in "$@"; do
    symbols=$("$nm" -C "$object") || exit 2
    # Weak (W w V v), unique (u), or global ones (T B D R C i) other than the table itself.
    bad=$(printf '%s\n' "$symbols" | awk '$0 ~ /^[0-9a-f]+ [WwVvuTBDRCi] / && $0 !~ /Kernels$|__odr_asan/ || $0 ~ /^ +[wv] /')
    if [ -n "$bad" ]; then
        echo "$object lets these symbols out:"
        printf '%s\n' "$bad"
        status=1
    fi
done
exit $status
