#!/usr/bin/env bash
# Proves that check.sh can fail: plants one violation of every kind in an innocent tree and
# expects exactly those lines.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

put() { # put PATH LINE…
    mkdir -p "$work/tree/$(dirname "$1")"
    printf '%s\n' "${@:2}" >"$work/tree/$1"
}

# A tree that goes to the edge of every rule and breaks none.
innocent() {
    put engine/include/engine/engine.h '#include "types.h"' '#include <vector>'
    put engine/include/engine/types.h '#include <string>'
    put engine/base/half.h '#include <bit>' '#include "engine/types.h"'
    put engine/model/panel_layout.h '#include <cstdint>'
    put engine/model/import.h '#include "base/half.h"' '#include "kv/kv_layout.h"'
    put engine/kv/kv_layout.h '#include <cstddef>'
    put engine/kv/block_pool.h '#include "kv/kv_layout.h"' '#include "base/half.h"'
    put engine/text/tokenizer.h '#include <string>'
    put engine/sample/sampler.h '#include "engine/types.h"' '#include "runner.h"'
    put engine/sched/batch.h '#include "kv/kv_layout.h"'
    put engine/sched/scheduler.cpp '#include "kv/block_pool.h"' '#include "runner.h"' '#include "batch.h"'
    put engine/runner.h '#include "sched/batch.h"'
    put engine/engine.cpp '#include "cpu/cpu_runner.h"' '#include "cuda/cuda_runner.h"' '#include "sched/batch.h"' '#include "text/tokenizer.h"'
    put engine/cpu/cpu_runner.h '#include "runner.h"' '#include "sched/batch.h"' '#include "kv/kv_layout.h"'
    put engine/cpu/kernel_types.h '#include "model/panel_layout.h"' '#include <cstdint>'
    put engine/cpu/simd_avx2.h '#include <immintrin.h>'
    put engine/cpu/kernels_avx2.cpp '#include "cpu/simd_avx2.h"' '#include "cpu/kernel_types.h"' '#include <stddef.h>'
    put engine/cuda/cuda_runner.h '#include "runner.h"' '#include "cuda/module/runtime.h"'
    put engine/cuda/module/runtime.h '#include <cuda_runtime.h>'
    put app/main.cpp '#include <QQuickStyle>' '#include "engine/engine.h"'
    put app/engine_host.h '#include <QObject>' '#include <engine/engine.h>'
    put app/models/downloader.cpp 'm_network = std::make_unique<QNetworkAccessManager>();'
    put app/server/guarded_server.h '#include <QTcpSocket>'
    put app/models/http_fetch.h '#include <QNetworkAccessManager>' 'HttpFetch(QNetworkAccessManager& network);'
    put ui/Theme.qml 'property color ink: "#101010"'
    put ui/Main.qml 'color: Theme.ink' 'border.color: "transparent"'
    put tests/engine/base/half_test.cpp '#include "base/half.h"'
}

expected=()
plant() { # plant RULE PATH LINE…: a file of its own whose one violation breaks RULE
    put "$2" "${@:3}"
    expected+=("$2: $1")
}
lines() { printf '// line\n%.0s' $(seq "$1"); }

innocent
if ! out=$("$here/check.sh" "$work/tree"); then
    echo "the innocent tree is accused:"
    echo "$out"
    exit 1
fi

plant no-qt-in-engine engine/base/x.h '#include <QString>'
plant no-qt-in-engine engine/base/x2.h '#  include <QtCore/QString>'
plant no-qt-in-engine tests/engine/base/x.cpp '#include <QTest>'
plant public-headers-only app/x.cpp '#include "runner.h"'
plant public-headers-only app/x2.cpp '#include "../engine/base/half.h"'
plant public-headers-only app/x3.cpp '#include <model/import.h>'
plant ui-through-app ui/x.cpp '#include "engine/engine.h"'
plant no-quick-in-app app/x4.cpp '#include <QQuickItem>'
plant arrows-down engine/base/x.cpp '#include "app/engine_host.h"'
plant engine-arrows engine/include/engine/x.h '#include "base/half.h"'
plant engine-arrows engine/base/x3.h '#include "model/import.h"'
plant engine-arrows engine/model/x.h '#include "kv/block_pool.h"'
plant engine-arrows engine/text/x.h '#include "model/import.h"'
plant engine-arrows engine/sample/x.h '#include "kv/kv_layout.h"'
plant engine-arrows engine/kv/x.h '#include "runner.h"'
plant engine-arrows engine/sched/x.h '#include "cpu/cpu_runner.h"'
plant engine-arrows engine/sched/x2.h '#include "../cpu/cpu_runner.h"'
plant engine-arrows engine/cpu/x.h '#include "sched/scheduler.cpp"'
plant engine-arrows engine/cpu/x2.h '#include "text/tokenizer.h"'
plant engine-arrows engine/cpu/x3.h '#include "kv/block_pool.h"'
plant engine-arrows engine/cuda/x.cu '#include "cpu/kernel_types.h"'
plant engine-arrows engine/x.cpp '#include "cuda/module/runtime.h"'
plant cuda-headers engine/cpu/x.cpp '#include <cuda_runtime.h>'
plant cuda-headers engine/x2.cpp '#include <cublasLt.h>'
plant intrinsics engine/cpu/x2.cpp '#include <immintrin.h>'
plant intrinsics engine/base/x4.h '#include <arm_neon.h>'
plant no-stl-in-isa-files engine/cpu/kernels_avx512.cpp '#include <algorithm>'
put engine/cpu/kernels_neon.cpp '#include "model/y.h"'
plant no-stl-in-isa-files engine/model/y.h '#include <vector>'
plant raw-colours ui/X.qml 'color: "#ff0000"'
plant raw-colours ui/X2.qml 'color: "red"'
plant raw-colours ui/X3.qml 'color: Qt.rgba(0, 0, 0, 1)'
plant one-network app/y.cpp 'auto network = std::make_unique<QNetworkAccessManager>();'
plant one-network app/y2.h '    QNetworkAccessManager m_network;'
plant one-network app/server/y.cpp 'socket.connectToHost(name, 80);'
plant one-network ui/y.cpp '#include <QTcpSocket>'
plant one-network engine/base/y.cpp '#include <sys/socket.h>'
plant one-network ui/Y.qml 'source: "https://example.org/x.png"'
plant registry-hosts packaging/x 'curl https://py''pi.org/simple'
plant file-length engine/base/long.cpp "$(lines 501)"
plant file-length engine/cpu/kernels_long.cpp "$(lines 901)"

if out=$("$here/check.sh" "$work/tree"); then
    echo "check.sh says with its exit status that all is well"
    exit 1
fi
reported=$(sed -E 's/^([^:]+):[0-9]+: ([a-z-]+): .*/\1: \2/' <<<"$out" | sort)
printf '%s\n' "${expected[@]}" | sort >"$work/planted"
if ! diff "$work/planted" - <<<"$reported"; then
    echo "planted (<) and reported (>) differ as above"
    exit 1
fi
echo "all ${#expected[@]} planted violations were caught, and nothing else"
