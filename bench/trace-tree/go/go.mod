module cotrace-trace-tree-bench

go 1.26.8

require github.com/transparency-dev/merkle v0.0.2
