# Doozer. `make run` starts a node, `make test` checks everything.

GO      ?= go
STATIC  := honnef.co/go/tools/cmd/staticcheck@v0.8.2
RACY    := ./store ./server ./client ./peer ./web ./cmd/doozer ./cmd/doozer-backup ./cmd/internal/raced
SIMTIME ?= 20s

# A module of its own, for its dependencies' sake.
BENCH   := cmd/doozer-bench

.PHONY: all build product run test lint unit allocs allocs-update race sim e2e chaos shortchaos bench bench-peers scale man proto clean

all: build

build: product
	$(GO) -C $(BENCH) build -o $(CURDIR)/bin/ .

# All but the benchmark.
product:
	$(GO) build -o bin/ ./cmd/...

# One node, with the tree at http://localhost:8080.
run: product
	./bin/doozerd

test: lint unit allocs sim race e2e shortchaos

lint:
	$(GO) vet ./...
	$(GO) run $(STATIC) ./...
	$(GO) -C $(BENCH) vet ./...
	$(GO) -C $(BENCH) run $(STATIC) ./...

unit: build
	$(GO) test $$($(GO) list ./... | grep -v -e /consensus/sim -e /e2e)
	$(GO) -C $(BENCH) test ./...

# Does a benchmark allocate twice as often as it did? doc/allocs.txt has how often that was.
allocs:
	$(GO) -C $(BENCH) run ./allocs

allocs-update:
	$(GO) -C $(BENCH) run ./allocs -update

# The simulator: scripts, the same seeds every time, and then fresh ones. And
# the simulator itself, put to the test by planted bugs.
sim:
	$(GO) test -count=1 -v ./consensus/sim -simtime $(SIMTIME)
	$(GO) test -count=1 ./consensus/sim/mutants

race:
	$(GO) test -race $(RACY)

# Real processes.
e2e: product
	$(GO) test -count=1 -v ./cmd/e2e

# Real processes under real faults, each in a network namespace of its own (as
# root on Linux; else with fewer faults). CHAOS="-seed 1 -nodes 3" and so on.
chaos: product
	./bin/chaos $(CHAOS)

shortchaos: product
	./bin/chaos -nodes 3 -time 12s -timeout 1s $(CHAOS)

bench: build
	./bin/doozer-bench -o doc/bench.md

# Beside etcd, and ZooKeeper where Debian's package of it is installed.
bench-peers: build
	./bin/doozer-bench -peers -o doc/bench-peers.md

# The tables of doc/scale.md.
scale: product
	./bin/scale

# The manual pages, of the same texts as the programs' help.
man:
	mkdir -p doc/man
	$(GO) run ./cmd/doozer man >doc/man/doozer.1
	$(GO) run ./cmd/doozerd -man >doc/man/doozerd.8

# Regenerate the messages from the .proto files (needs protoc).
proto:
	GOBIN=$(CURDIR)/bin $(GO) install tool
	$(GO) generate ./proto ./journal

clean:
	rm -rf bin
