# Every target runs with the Node that npm installed (24), whatever Node the machine has.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help demo test verify format lint types unit integration proof bench bench-service generate build run service \
	local local-reload local-logs local-down cluster-up cluster-down aws-up aws-down clean

help: ## What you can make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

node_modules/.installed: package.json package-lock.json service/package.json
	@command -v npm >/dev/null || { echo 'Landfall needs npm (Node 20 or later): install Node.js, then run make again.'; exit 1; }
	@echo 'Installing npm packages (once)…'
	@# Not `npm ci`: it refuses a lock file without the optional packages of other platforms, which not every registry has.
	@npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

demo: node_modules/.installed ## See Landfall work on this machine, without an AWS account (EXAMPLE=portal: the other system; KEEP=1 leaves it running)
	@node k8s-local/demo/demo.ts $(if $(EXAMPLE),--example $(EXAMPLE)) $(if $(KEEP),--keep)

test: node_modules/.installed ## Everything: lint, types, unit and integration tests
	@scripts/test

verify: node_modules/.installed generate format lint types unit ## What a commit must pass; leaves a clean tree
	@git diff --exit-code --stat || { echo 'Generated or formatted files changed: commit them.'; exit 1; }

generate: node_modules/.installed ## CRDs and reference pages from the schemas, policies and roles from the kinds, local manifests from the examples
	@node operator/api/generate.ts
	@node operator/generate-policies.ts
	@node operator/local/generate-role.ts
	@node k8s-local/microservice-test/render.ts

format: node_modules/.installed ## Format everything
	@prettier --write --log-level warn .

lint: node_modules/.installed ## Typed lint rules and the direction of imports
	@oxlint --type-aware

types: node_modules/.installed ## Type check
	@tsc -p .

unit: node_modules/.installed ## Tests that need nothing but Node
	@vitest run --project unit

integration: node_modules/.installed ## Tests on a real API server and a local AWS
	@vitest run --project integration

proof: node_modules/.installed ## Kills the operator at every single write, withholds every permission; an hour or more (LANDFALL_POINT=small/create: some)
	@LANDFALL_PROOF=all vitest run --project integration test/integration/securevpc-crash test/integration/ecsservice-crash test/integration/privatelink-crash test/integration/least-privilege test/integration/ecsservice-contract test/integration/privatelink-contract test/integration/datastore-crash test/integration/datastore-contract test/integration/local-crash

bench: build ## Time, AWS calls and memory of up to 100 networks and 50 platforms, the longest path, AWS's own times and token buckets; fails where a target is missed (Linux only)
	@node test/bench/bench.ts

bench-service: build ## Requests per second, p99 and memory of the service beside the same on FastAPI; fails where a target is missed (Linux, with PostgreSQL and Redis installed)
	@node test/bench/service/bench.ts

build: node_modules/.installed ## Bundle operator, command line and service into dist/
	@node scripts/build.mjs
	@node scripts/build-service.mjs

run: node_modules/.installed ## The operator from source against the current kubeconfig
	@set -a; [ ! -f .landfall/aws.env ] || . .landfall/aws.env; set +a; node operator/main.ts | pino-pretty

service: node_modules/.installed ## The service from source with reload, without a database (MODE=portal: the portal; STORES=1: with its databases in containers; IMAGE=1: its image)
	@node k8s-local/service/cli.ts $(if $(MODE),--mode $(MODE)) $(if $(STORES),--stores) $(if $(IMAGE),--image)

local: node_modules/.installed ## The platform in real pods on this machine, from the very manifests for AWS; leaves it up (PORTAL=1: the portal, too)
	@node k8s-local/platform/cli.ts up $(if $(PROVIDER),--provider $(PROVIDER)) $(if $(PORTAL),--portal)

local-reload: node_modules/.installed ## After a change in service/: builds its image, loads it, and restarts what runs it
	@node k8s-local/platform/cli.ts reload

local-logs: node_modules/.installed ## The logs of all services there, in one stream
	@node k8s-local/platform/cli.ts logs

local-down: node_modules/.installed ## Removes what local brought up
	@node k8s-local/platform/cli.ts down

cluster-up: node_modules/.installed ## A Kubernetes API server for trying things
	@node k8s-local/cluster/cli.ts up

cluster-down: node_modules/.installed ## Takes down what cluster-up or a killed demo left running
	@node k8s-local/cluster/cli.ts down

aws-up: node_modules/.installed ## A local AWS for trying things
	@node k8s-local/aws/cli.ts up

aws-down: node_modules/.installed ## Stops what aws-up started
	@node k8s-local/aws/cli.ts down

clean: ## Remove what was built or installed in the clone; the cache folder stays
	@rm -rf node_modules dist .landfall bench.json
