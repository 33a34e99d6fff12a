#!/usr/bin/env bash
# Fails when the tree breaks a rule of the house: who includes whom, which headers live where, how long a file may be.
#   check.sh [ROOT]      prints "path:line: rule: why" for each violation; exit status 1 when there is one
# Add a rule together with a planted violation in self_test.sh.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

tree() { find "$@" -type f -not -path './build/*' -not -path './.git/*' 2>/dev/null | sed 's|^\./||' | sort; }
cpp_files() { tree engine app ui tests | grep -E '\.(h|cpp|cu|cuh|c|in)$' || true; }

# Every include of ours: path, line, header, kind (q: quoted, a: angle brackets). Tabs between.
includes() {
    cpp_files | xargs -r -d '\n' grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' |
        sed -nE -e 's/^([^:]+):([0-9]+):[^<"]*"([^"]+)".*/\1\t\2\t\3\tq/p' -e 's/^([^:]+):([0-9]+):[^<"]*<([^>]+)>.*/\1\t\2\t\3\ta/p'
}

check_includes() {
    includes | awk -F '\t' -v known="$(cpp_files | tr '\n' ' ')" '
    BEGIN {
        split(known, list, " ")
        for (i in list) exists[list[i]] = 1
        # What a room of the engine may include: other rooms, "public" (include/engine), or one header by name.
        may["public"] = "public"
        may["base"] = "base public"
        may["model"] = "model base public kv/kv_layout.h"
        may["text"] = "text base public"
        may["sample"] = "sample base public runner.h"
        may["kv"] = "kv base public"
        may["spec"] = "spec base public"
        may["sched"] = "sched kv sample spec text base public runner.h"
        may["cpu"] = "cpu model sample base public kv/kv_layout.h sched/batch.h runner.h phase_tap.h"
        may["cuda"] = "cuda model sample base public kv/kv_layout.h sched/batch.h runner.h phase_tap.h"
    }
    function say(rule, why) { print $1 ":" $2 ": " rule ": " why; bad = 1 }
    # The room a path under engine/ is in; files directly in engine/ are "top".
    function room(path,  parts) {
        if (path ~ /^engine\/include\/engine\//) return "public"
        return split(path, parts, "/") > 2 ? parts[2] : "top"
    }
    # The file a header names, seen from the one that includes it, or "" when it is not ours.
    function resolve(from, header,  dir) {
        dir = from; sub(/[^\/]*$/, "", dir)
        while (header ~ /^\.\.\//) { sub(/^\.\.\//, "", header); sub(/[^\/]*\/$/, "", dir) }
        if ((dir header) in exists) return dir header
        if (("engine/include/" header) in exists) return "engine/include/" header
        if (("engine/" header) in exists) return "engine/" header
        if (header in exists) return header
        return ""
    }
    {
        target = resolve($1, $3)
        inEngine = $1 ~ /^engine\//
        # tests/bench/app and tests/fuzz/app belong to the window; what stands beside those folders builds without Qt.
        if ((inEngine || $1 ~ /^tests\/engine\/|^tests\/(bench|fuzz)\/[^\/]*$/) && $3 ~ /^Q[A-Z]|^Qt[A-Z0-9]/)
            say("no-qt-in-engine", "the engine and its tests know nothing of Qt, but this includes " $3)
        if ($1 ~ /^(app|ui)\// && target ~ /^engine\// && target !~ /^engine\/include\/engine\//)
            say("public-headers-only", "only engine/include/engine is open to the window, not " target)
        if ($1 ~ /^ui\// && target ~ /^engine\//)
            say("ui-through-app", "ui/ speaks to the engine through app/, but this includes " $3)
        if ($1 ~ /^app\// && $1 != "app/main.cpp" && $3 ~ /^(QQuick|QtQuick)/)
            say("no-quick-in-app", "app/ has no Qt Quick types outside main.cpp, but this includes " $3)
        if (inEngine && target ~ /^(app|ui)\//)
            say("arrows-down", "the engine stands below the window, but this includes " target)
        if (target == "" && $1 !~ /^(engine|tests\/engine|tests\/bench)\/cuda\// && $3 ~ /^(cuda|cublas|curand|cooperative_groups|mma\.h|nv[a-z]*\/|nvrtc|nvml)/)
            say("cuda-headers", $3 " belongs in engine/cuda")
        if ($1 !~ /^engine\/cpu\/simd_[a-z0-9_]+\.h$/ && $3 ~ /(^|\/)([a-z]?mmintrin|[a-z0-9]*intrin|arm_neon|arm_sve|arm_acle)\.h$/)
            say("intrinsics", $3 " belongs in engine/cpu/simd_<isa>.h")
        if (inEngine && target ~ /^engine\//) {
            from = room($1); to = room(target)
            short = target; sub(/^engine\//, "", short)
            if (from in may) {
                if (index(" " may[from] " ", " " to " ") == 0 && index(" " may[from] " ", " " short " ") == 0)
                    say("engine-arrows", from " may include " may[from] ", not " short)
            } else if (short ~ /^cuda\/(kernels|module)\// || (to == "cli" && from != "cli"))
                say("engine-arrows", from " may not include " short)
        }
        edges[$1] = edges[$1] " " target
        if ($4 == "a") angles[$1] = angles[$1] " " $2 ":" $3
        if ($1 ~ /^engine\/cpu\// && $1 ~ /_(sse|avx|amx|neon|sve|dotprod|i8mm)[a-z0-9_]*\.cpp$/) isa[$1] = 1
        if ($1 !~ /scalar/ && $1 ~ /^engine\/cpu\/(simd_[a-z0-9_]+|[a-z0-9_]+_impl)\.h$/) isa[$1] = 1
    }
    # Whatever an ISA file reaches must be free of inline library functions, or the linker may keep an AVX-512 copy
    # of one for the whole program.
    END {
        for (start in isa) {
            delete seen; head = tail = 0
            queue[tail++] = start; seen[start] = 1
            while (head < tail) {
                at = queue[head++]
                n = split(angles[at], found, " ")
                for (i = 1; i <= n; i++) {
                    split(found[i], part, ":")
                    if (part[2] !~ /^(c?std(int|def)(\.h)?|c?string\.h|cstring|[a-z0-9]*intrin\.h|arm_(neon|sve|acle)\.h|cfloat|float\.h)$/) {
                        line = at ":" part[1] ": no-stl-in-isa-files: " part[2] " reaches " start
                        if (!(line in told)) { print line; told[line] = 1; bad = 1 }
                    }
                }
                n = split(edges[at], found, " ")
                for (i = 1; i <= n; i++) if (!(found[i] in seen)) { seen[found[i]] = 1; queue[tail++] = found[i] }
            }
        }
        exit bad
    }'
}

check_lengths() {
    local file lines limit bad=0
    while read -r lines file; do
        [[ -n $file ]] || continue
        case $file in
        *.qml) limit=200 ;;
        *kernels* | */simd_*.h | tests/*) limit=900 ;;
        *) limit=500 ;;
        esac
        if [[ $lines -gt $limit ]]; then
            echo "$file:$lines: file-length: $lines lines where $limit are the most; is it really one noun?"
            bad=1
        fi
    done <<<"$(tree engine app ui tests packaging | grep -E '\.(h|cpp|cu|cuh|c|qml|py|sh)$' | xargs -r -d '\n' wc -l | grep -v ' total$')"
    return $bad
}

# report RULE WHY FILES PATTERN: each line of FILES that matches is a violation.
report() {
    local rule=$1 why=$2 files=$3 pattern=$4 hits
    [[ -n $files ]] || return 0
    hits=$(printf '%s\n' "$files" | xargs -r -d '\n' grep -HnIE "$pattern" | cut -d: -f1,2 || true)
    [[ -n $hits ]] || return 0
    printf '%s\n' "$hits" | sed "s|\$|: $rule: $why|"
    return 1
}

check_colours() {
    report raw-colours "colours come from Theme" "$(tree ui | grep '\.qml$' | grep -v '/Theme\.qml$' || true)" \
        '"#([0-9a-fA-F]{3,4}){1,2}"|Qt\.(rgba|hsla|hsva)\(|[cC]olor: *"[a-su-z]'
}

# What the promise of the page “Connections” rests on: these files make what can reach the network, and say so each time;
# another makes the one that refuses. The server of one's own listens, and its sockets are those that others opened.
check_network() {
    local bad=0
    report one-network "only app/models/downloader.cpp and app/remote make what reaches the network (and ui/no_network.cpp what refuses to)" \
        "$(cpp_files | grep -E '^(app|ui)/' | grep -vE '^(app/models/downloader|app/remote/remote_(desk|inquiry)|app/server/guarded_server|ui/no_network)\.(cpp|h)$' || true)" \
        '(make_unique|make_shared|new|emplace)[ <(]*QNetworkAccessManager|QNetworkAccessManager +[a-zA-Z_]+ *[;{(]|include *<(QtNetwork/)?Q(TcpSocket|UdpSocket|SslSocket|WebSocket|LocalSocket|DnsLookup|HostInfo|AbstractSocket|Http2[A-Za-z]*|NetworkDatagram)>' || bad=1
    report one-network "the server answers, and connects nowhere" "$(cpp_files | grep -E '^app/server/' || true)" \
        'connectToHost' || bad=1
    # The engine knows no sockets at all; QML and desktop services could open some, too.
    report one-network "the engine opens no connection" "$(cpp_files | grep -E '^engine/' || true)" \
        'include *<(sys/socket|netinet/[a-z]+|arpa/inet|netdb|winsock2?|ws2tcpip|curl/[a-z]+|asio[a-z./_]*)(\.h|\.hpp)?>' || bad=1
    report one-network "QML fetches nothing" "$(tree ui | grep '\.qml$' || true)" 'XMLHttpRequest|WebSocket|WebEngine|(source|url): *"(https?|ftp|ws)' || bad=1
    return $bad
}

# Packages are named by name; where they come from is the machine's own business. (The brackets keep this line innocent.)
check_registries() {
    report registry-hosts "names the host of a package registry" "$(tree . | grep -v '^\.git$' || true)" \
        'deb[.]debian[.]org|security[.]debian[.]org|snapshot[.]debian[.]org|archive[.]ubuntu[.]com|py''pi[.]org|python''hosted[.]org|registry[.]npm''js|crates[.]''io|proxy[.]go''lang'
}

status=0
for check in check_includes check_lengths check_colours check_network check_registries; do
    "$check" || status=1
done
exit $status
