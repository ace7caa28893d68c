# Doozer. `make run` starts a node, `make test` checks everything.

GO      ?= go
STATIC  := honnef.co/go/tools/cmd/staticcheck@v0.8.2
RACY    := ./store ./server ./client ./peer ./web ./cmd/doozer-backup
SIMTIME ?= 20s

.PHONY: all build run test lint unit race sim e2e chaos shortchaos bench man proto clean

all: build

build:
	$(GO) build -o bin/ ./cmd/...

# One node, with the tree at http://localhost:8080.
run: build
	./bin/doozerd

test: lint unit sim race e2e shortchaos

lint:
	$(GO) vet ./...
	$(GO) run $(STATIC) ./...

unit: build
	$(GO) test $$($(GO) list ./... | grep -v -e /consensus/sim -e /e2e)

# The simulator: scripts, the same seeds every time, and then fresh ones. And
# the simulator itself, put to the test by planted bugs.
sim:
	$(GO) test -count=1 -v ./consensus/sim -simtime $(SIMTIME)
	$(GO) test -count=1 ./consensus/sim/mutants

race:
	GORACE=atexit_sleep_ms=0 $(GO) test -race $(RACY)

# Real processes.
e2e: build
	$(GO) test -count=1 -v ./cmd/e2e

# Real processes under real faults, each in a network namespace of its own (as
# root on Linux; else with fewer faults). CHAOS="-seed 1 -nodes 3" and so on.
chaos: build
	./bin/chaos $(CHAOS)

shortchaos: build
	./bin/chaos -nodes 3 -time 12s -timeout 1s $(CHAOS)

bench: build
	./bin/doozer-bench -o doc/bench.md

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
