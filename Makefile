# ruleval: make demo runs the main job, make test passes the tests; both install what they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
RELEASE := .build/release/ruleval
VERSION := $(shell sed -n 's/.*static let number = "\(.*\)".*/\1/p' Sources/Base/Version.swift)

.PHONY: help setup peers demo test lint bench soak fuzz release deb clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## install missing Debian packages
	@scripts/setup build run test

peers: setup ## unpack the real Prometheus, Alertmanager and vmalert into .peers, to test against
	@scripts/peers

demo: release ## run the demo: four simulated services, from rule to escalation
	@$(RELEASE) demo $(ARGS)

test: setup ## run all tests
	@scripts/test

lint: ## formatting, as CI wants it
	@swift format lint --strict --recursive Sources Tests Benchmarks Package.swift

bench: release ## benchmarks; they report and never fail
	@scripts/bench

soak: setup peers ## the long campaigns
	@RULEVAL_SOAK=1 scripts/test

release: setup ## a release binary that needs no Swift on its machine
	@swift build -c release --static-swift-stdlib --product ruleval

fuzz: setup ## fifteen minutes of libFuzzer on each reader of text from outside
	@scripts/fuzz $(ARGS)

deb: release ## dist/ruleval_VERSION_ARCH.deb
	@scripts/deb $(VERSION)

clean: ## remove what was built
	@rm -rf .build dist
