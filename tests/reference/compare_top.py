#!/usr/bin/env python3
"""compare_top.py LABEL PEER OURS – llama-server's answer beside `qwill-cli logits`: one line, exit 1 where they disagree."""
import json, pathlib, sys

label, peer, ours = sys.argv[1], *(json.loads(pathlib.Path(p).read_text()) for p in sys.argv[2:])
theirs = [(t["id"], t["logprob"]) for t in peer["completion_probabilities"][0]["top_logprobs"]]
mine = [(t["id"], t["logit"]) for t in ours]
shared = {t for t, _ in theirs} & {t for t, _ in mine}
# Log-probabilities and logits differ by one constant; what is left after removing it is the disagreement.
pairs = [(dict(theirs)[t], dict(mine)[t]) for t in shared]
shift = sum(p - m for p, m in pairs) / max(1, len(pairs))
worst = max((abs(p - m - shift) for p, m in pairs), default=float("inf"))
lead = theirs[0][1] - theirs[1][1]
same = theirs[0][0] == mine[0][0]
# Random weights leave the ten close together: one that is missing among ours must be as good as our tenth, but for the
# rounding of llama.cpp's activations.
missing = max((p - shift - mine[-1][1] for t, p in theirs if t not in shared), default=0.0)
print(f"{label}: {len(shared)} of 10 shared, best {'the same' if same else 'another'} (it leads by {lead:.3f}), "
      f"logits within {worst:.4f}, the best missing one {missing:.4f} above our tenth", flush=True)
sys.exit(0 if worst < 0.05 and missing < 0.05 and (same or lead < 0.05) else 1)
