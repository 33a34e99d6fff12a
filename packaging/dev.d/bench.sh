cmd_bench() { fail 1 "bench is not built yet."; }
