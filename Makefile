# One word each. A fresh machine needs Go >= 1.26 and make, nothing else: Go
# fetches the libraries and builds the tools pinned in tools/go.mod.
# With a C++ compiler dwell answers SQL by DuckDB; without, all the rest works.
ifeq ($(shell command -v c++ g++ clang++ 2>/dev/null),)
export CGO_ENABLED = 0
endif
LINT = go tool -modfile=tools/go.mod golangci-lint
FUZZTIME ?= 10s
.PHONY: faults build scan-sample test race lint fmt tidy check fuzz bench bench-archive browser
build:
	go build -trimpath -o dwell ./cmd/dwell
scan-sample: build
	./dwell scan -o table testdata/sample
test:
	go vet ./...
	go test $(TESTFLAGS) ./...
race:
	go test -race ./...
lint:
	$(LINT) run ./...
fmt:
	$(LINT) fmt
tidy:
	go mod tidy -diff
check: test lint tidy
fuzz:
	@grep -rlE '^func Fuzz' --include=*_test.go . | xargs -n1 dirname | sort -u | while read -r dir; do \
	  go test -list '^Fuzz' $$dir | grep ^Fuzz | while read -r f; do \
	    echo "$$dir $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$dir || exit 1; done || exit 1; done
# Writers of an archive are killed at 200 random points.
faults:
	go test -count=1 -v -timeout 60m -run TestAKilledWriterLosesNothing ./store -kills 200 $(FAULTFLAGS)
bench: build
	go run ./internal/benchtool -out docs/benchmarks.md $(BENCHFLAGS)
# 20 million events: some gigabytes of disk in ./bench and a quarter of an hour or
# more. BENCHFLAGS="-archive-events 200000000" makes it 200 million, and
# "-python PYTHON" measures chDB and DuckDB beside it if that Python has them.
bench-archive: build
	go run ./internal/benchtool -archive -rounds 3 $(BENCHFLAGS)
# The page in a real Chromium, named by CHROMIUM or found in PATH; node and npm
# are needed too. Renews docs/screenshots.
browser:
	npm ci --prefix tools/browser --ignore-scripts --no-audit --no-fund
	mkdir -p docs/screenshots
	go test -count=1 -v ./internal/browser -browser -pictures $(CURDIR)/docs/screenshots
