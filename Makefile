# `make` says what there is. Each target does its own set-up.

# Where rustup puts cargo, which a shell opened before the installation does not know yet; where Debian puts nginx.
export PATH := $(PATH):$(HOME)/.cargo/bin:/usr/sbin

WASM_TARGET := wasm32-unknown-unknown
WASM := target/$(WASM_TARGET)/wasm-release/client.wasm
SITE := target/site

# The client is compiled by itself: together with the server, `hydrate` and `ssr` would be on at once.
CLIENT := -p client --target $(WASM_TARGET)
NATIVE := --workspace --exclude client
# With all that is off by default, so that it is tested.
ALL := $(NATIVE) --features server/otel
# What touches a database.
ON_POSTGRES := -p passwordless_tenant -p server --features server/otel --lib --test api
# By itself: in the workspace it has the features that the app gives it.
LIBRARY := -p leptos_passwordless

# The clients of the examples, in debug builds, which report what cannot be hydrated. Those with islands are another leptos.
EXAMPLES := hydrated own_ui
NAME ?= hydrated
BUILD_EXAMPLE := cargo build --lib --no-default-features --features hydrate --target $(WASM_TARGET)
EXAMPLE_WASM := target/$(WASM_TARGET)/debug
EXAMPLE_SITE := target/examples

BUILD_CLIENT := cargo build $(CLIENT) --profile wasm-release
NODE_MODULES := end2end/node_modules
PACK := target/debug/pack $(WASM) $(SITE)
PACK_SMALL := $(PACK) --tools $(NODE_MODULES)/.bin
SIZE := target/debug/pack size $(SITE)
PLAYWRIGHT = cd end2end && CHROMIUM="$(CHROMIUM)" node_modules/.bin/playwright
SDK := end2end/sdk
SDK_TESTS = cd $(SDK) && CHROMIUM="$(CHROMIUM)" node run.js
CARGO_DENY := target/tools/bin/cargo-deny
# How long `make fuzz` takes, in seconds: half of it for the tenant, half for the library, all their targets at once. In
# `make test` each target has two seconds. The inputs are random and guided by nothing, as Rust's stable compiler does not say
# which code they reach: what is found, is found by the shapes that the targets give them.
FUZZ_SECONDS ?= 3600
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

# Flags of the simulator, such as `--only one-address`; `make attack ATTACK=--help` names them.
ATTACK ?=

# need(program, what to do about it)
need = @command -v $(1) >/dev/null || { echo "'$(1)' is missing: $(2)" >&2; exit 1; }

# Flags of the benchmark, such as `--logins 200`; `make bench BENCH=--help` names them.
BENCH ?=
PEERS := bench/peers

# Where `make install` puts things. DESTDIR goes before it, for packages.
PREFIX ?= /usr/local
PROFILE ?= release

.PHONY: help run dev example test test-package fuzz attack deny release install size bench bench-dialog screenshots clean rust rust-lints node python chromium nginx postgres
.NOTPARALLEL:

help:
	@echo "make run          compile, and start the app on http://localhost:3000"
	@echo "make dev          the same, and again after each change of a source file"
	@echo "make example      an app that a team could have written, examples/NAME (NAME=$(NAME)), with a tenant"
	@echo "make test         format, lints, tests, the tests in a browser and those with the official SDKs"
	@echo "make test-package an app built with the library as it is packed, and the lowest Rust version"
	@echo "make fuzz         random input for every reader of what strangers send, for FUZZ_SECONDS ($(FUZZ_SECONDS))"
	@echo "make attack       what SMS pumping costs, and whom the defence refuses; flags of the simulator in ATTACK: docs/abuse.md"
	@echo "make deny         licences, sources and known holes of what is built in"
	@echo "make release      an optimised build"
	@echo "make install      what 'make release' made, into PREFIX ($(PREFIX)): docs/deploy.md"
	@echo "make size         what a browser loads to show the dialog, and what the login adds to an app, in bytes"
	@echo "make bench        how fast a login is and what it costs, beside others; flags in BENCH: docs/benchmarks.md"
	@echo "make bench-dialog how long the dialog takes until it can be used, in milliseconds"
	@echo "make screenshots  new pictures of the dialog, in end2end/screenshots"
	@echo "make clean        remove everything that was built or installed here"

run: rust
	@echo "[1/4] compiling the client …"
	@$(BUILD_CLIENT)
	@echo "[2/4] compiling the server …"
	@cargo build -p server -p pack
	@echo "[3/4] packing the client …"
	@$(PACK)
	@echo "[4/4] starting …"
	@exec target/debug/passwordless serve

# Like `run`, and again after each change.
dev: rust
	@BUILD_CLIENT="$(BUILD_CLIENT)" PACK="$(PACK)" SITE="$(SITE)" app/client/dev.sh

# The tenant is on port 3001, with its outbox.
example: rust
	@$(BUILD_CLIENT)
	@cargo build -p $(NAME) -p server -p pack
	@$(PACK)
	@if [ -f examples/$(NAME)/src/lib.rs ]; then \
		$(BUILD_EXAMPLE) -p $(NAME) && \
		target/debug/pack bind $(EXAMPLE_WASM)/$(NAME).wasm $(EXAMPLE_SITE)/$(NAME)/pkg; \
	fi
	@echo "http://localhost:3000, and the SMS: http://localhost:3001/outbox"
	@mkdir -p $(EXAMPLE_SITE); trap 'kill $$tenant 2>/dev/null' EXIT INT TERM; \
	DATABASE_URL=sqlite:target/examples/tenant.db TENANT_CONFIG=examples/tenant.yaml target/debug/passwordless tenant & tenant=$$!; \
	AUTH0_DOMAIN=http://localhost:3001 AUTH0_CLIENT_ID=examples AUTH0_CLIENT_SECRET=the-secret-of-the-examples \
		LEPTOS_OUTPUT_NAME=$(NAME) LEPTOS_SITE_ROOT=$(EXAMPLE_SITE)/$(NAME) target/debug/$(NAME)

test: rust rust-lints node python chromium nginx postgres
	@echo "[1/11] format …"
	@cargo fmt --check
	@echo "[2/11] lints …"
	@cargo clippy $(ALL) --all-targets -- -D warnings
	@cargo clippy -p server -- -D warnings
	@cargo clippy $(CLIENT) -- -D warnings
	@echo "[3/11] each feature of the library alone …"
	@cargo check $(LIBRARY)
	@cargo check $(LIBRARY) --features hydrate
	@cargo check $(LIBRARY) --features ssr
	@cargo check $(LIBRARY) --features hydrate,ssr
	@cargo test $(LIBRARY) --lib
	@echo "[4/11] documentation …"
	@RUSTDOCFLAGS="-D warnings" cargo doc $(LIBRARY) --no-deps
	@RUSTDOCFLAGS="-D warnings" cargo doc $(LIBRARY) --no-deps --features ssr
	@echo "[5/11] compiling the clients …"
	@$(BUILD_CLIENT)
	@$(BUILD_EXAMPLE) $(EXAMPLES:%=-p %)
	@$(BUILD_EXAMPLE) -p islands
	@echo "[6/11] compiling the server and the tests …"
	@cargo build $(ALL) --all-targets
	@echo "[7/11] tests …"
	@BOLERO_RANDOM_TEST_TIME_MS=2000 cargo test $(ALL)
	@echo "[8/11] tests on PostgreSQL …"
	@server/test_database/with_postgres.sh cargo test $(ON_POSTGRES)
	@echo "[9/11] tests in a browser …"
	@$(PACK_SMALL)
	@$(PLAYWRIGHT) test
	@for example in $(EXAMPLES) islands; do \
		target/debug/pack bind $(EXAMPLE_WASM)/$$example.wasm $(EXAMPLE_SITE)/$$example/pkg || exit; \
	done
	@$(PLAYWRIGHT) test --config examples.config.ts
	@echo "[10/11] tests with the official SDKs …"
	@$(SDK_TESTS)
	@echo "[11/11] size …"
	@$(SIZE)

# The example `hydrated` as an app elsewhere: a workspace of its own, with the versions of ours. Building, unlike checking,
# instantiates the types of the views; optimised, as in a release, they reach the compiler's recursion limit first.
# The clippy of `make test` checks the lowest version too, as far as the standard library goes.
PACKAGE := target/package-test
LOWEST_RUST := $(shell sed -n 's/^rust-version = "\(1\.[0-9]*\)"/\1/p' Cargo.toml | tail -n 1)
IN_PACKAGE := cd $(PACKAGE) && CARGO_TARGET_DIR="$(CURDIR)/target"
AT_LOWEST := cd $(PACKAGE) && CARGO_TARGET_DIR="$(CURDIR)/target/rust-$(LOWEST_RUST)" cargo +$(LOWEST_RUST)

test-package: rust
	@echo "[1/4] packing the library …"
	@rm -rf target/package $(PACKAGE) && mkdir -p $(PACKAGE)
	@cargo package --quiet --offline --allow-dirty --no-verify --exclude-lockfile $(LIBRARY)
	@size=$$(cat target/package/*.crate | wc -c); echo "$$size bytes"; test $$size -le 300000
	@tar -xzf target/package/*.crate -C $(PACKAGE) && mv $(PACKAGE)/leptos_passwordless-* $(PACKAGE)/library
	@cp -r examples/hydrated $(PACKAGE)/hydrated && cp Cargo.lock $(PACKAGE)
	@{ printf '[workspace]\nresolver = "3"\nmembers = ["hydrated"]\n\n'; \
		sed -n '/^\[workspace\.package\]/,/^\[workspace\.lints/{/^\[workspace\.lints/d;p}' Cargo.toml; \
		sed -n '/^\[profile\.dev\]/,/^# These/p' Cargo.toml; \
	} | sed 's|^leptos_passwordless = .*|leptos_passwordless = { path = "library" }|' >$(PACKAGE)/Cargo.toml
	@! grep -r recursion_limit $(PACKAGE)/hydrated
	@echo "[2/4] the server of an app …"
	@$(IN_PACKAGE) cargo build --offline -p hydrated --config profile.dev.package.hydrated.opt-level=1
	@echo "[3/4] its client …"
	@$(IN_PACKAGE) cargo check --offline -p hydrated --no-default-features --features hydrate --target $(WASM_TARGET)
	@echo "[4/4] the library with Rust $(LOWEST_RUST) …"
	@rustup run $(LOWEST_RUST) rustc --version >/dev/null 2>&1 \
		|| rustup toolchain install --profile minimal --no-self-update $(LOWEST_RUST)
	@rustup target add --toolchain $(LOWEST_RUST) $(WASM_TARGET)
	@sed -i 's/^rust-version = .*/rust-version = "$(LOWEST_RUST)"/' $(PACKAGE)/Cargo.toml
	@$(AT_LOWEST) update --quiet uuid
	@$(AT_LOWEST) check $(LIBRARY) --features ssr
	@$(AT_LOWEST) check $(LIBRARY) --features hydrate --target $(WASM_TARGET)

fuzz: rust
	@echo "compiling …"
	@cargo test $(NATIVE) --lib --no-run
	@echo "reading random input for $(FUZZ_SECONDS) seconds …"
	@BOLERO_RANDOM_TEST_TIME_MS=$$(($(FUZZ_SECONDS) * 500)) cargo test $(NATIVE) --lib fuzz_ -- --test-threads 64

# A debug build: the clock of what is attacked is set, so that an hour takes seconds.
attack: rust
	@echo "compiling …"
	@cargo build --quiet -p attack
	@target/debug/attack $(ATTACK)

deny: rust $(CARGO_DENY)
	@echo "[1/2] licences, sources, doubles …"
	@$(CARGO_DENY) check --hide-inclusion-graph licenses sources bans
	@echo "[2/2] known holes …"
	@if timeout 120 $(CARGO_DENY) fetch db; then \
		$(CARGO_DENY) check --disable-fetch advisories; \
	else \
		echo "not checked: RustSec's database of known holes, on GitHub, cannot be reached from here"; \
	fi

release: rust $(NODE_MODULES)/.package-lock.json
	@echo "[1/3] compiling the client …"
	@$(BUILD_CLIENT)
	@cargo build -p pack
	@echo "[2/3] packing the client …"
	@$(PACK_SMALL)
	@echo "[3/3] compiling the server …"
	@cargo build --release -p server
	@echo "target/release/passwordless serves $(SITE)"

# Compiles nothing, so that root does not.
install:
	@for made in target/$(PROFILE)/passwordless $(SITE)/hash.txt; do \
		test -f $$made || { echo "$$made is missing: run 'make release' first" >&2; exit 1; }; \
	done
	install -D -m 755 target/$(PROFILE)/passwordless "$(DESTDIR)$(PREFIX)/bin/passwordless"
	rm -rf "$(DESTDIR)$(PREFIX)/share/passwordless/site"
	install -d "$(DESTDIR)$(PREFIX)/share/passwordless" "$(DESTDIR)$(PREFIX)/lib/systemd/system"
	cp -R $(SITE) "$(DESTDIR)$(PREFIX)/share/passwordless/site"
	chmod -R u=rwX,go=rX "$(DESTDIR)$(PREFIX)/share/passwordless"
	sed 's|/usr/local|$(PREFIX)|g' docs/passwordless.service >"$(DESTDIR)$(PREFIX)/lib/systemd/system/passwordless.service"
	chmod 644 "$(DESTDIR)$(PREFIX)/lib/systemd/system/passwordless.service"

size: rust $(NODE_MODULES)/.package-lock.json
	@echo "compiling and packing the client …" >&2
	@$(BUILD_CLIENT)
	@cargo build -p pack
	@$(PACK_SMALL)
	@$(SIZE)
	@echo "compiling an app with and without a login …" >&2
	@for example in hydrated without_login; do \
		$(BUILD_EXAMPLE) --profile wasm-release -p $$example && \
		target/debug/pack bind target/$(WASM_TARGET)/wasm-release/$$example.wasm $(EXAMPLE_SITE)/$$example/small \
			--tools $(NODE_MODULES)/.bin || exit; \
	done
	@target/debug/pack added $(EXAMPLE_SITE)/hydrated/small $(EXAMPLE_SITE)/without_login/small style/lock.css

# Servers run on one core; what drives them, and PostgreSQL, on another.
bench: release $(PEERS)/node_modules/.package-lock.json postgres
	$(call need,taskset,install util-linux (Debian: apt-get install util-linux))
	@echo "compiling the benchmark …"
	@cargo build --quiet --release -p bench
	@taskset -c 1 server/test_database/with_postgres.sh target/release/bench $(BENCH)

# Of the server only the time to its first byte is in it, so a debug build does.
bench-dialog: rust node chromium
	@echo "compiling …"
	@$(BUILD_CLIENT)
	@cargo build -p server -p pack
	@$(PACK_SMALL)
	@$(PLAYWRIGHT) test --config bench.config.ts

# Needs a build: `make run` or `make test` made one.
screenshots: node chromium
	@$(PLAYWRIGHT) test --config screenshots.config.ts

clean:
	rm -rf target $(NODE_MODULES) $(SDK)/node_modules $(PEERS)/node_modules $(SDK)/.venv end2end/test-results end2end/playwright-report

# What the machine needs

rust:
	$(call need,cargo,install Rust from https://rustup.rs)
	$(call need,cc,install a C compiler (Debian: apt-get install gcc libc6-dev))
	@rustc --version >/dev/null 2>&1 \
		|| { echo "installing the Rust toolchain of rust-toolchain.toml …"; rustup toolchain install --no-self-update; }
	@test -d "$$(rustc --print target-libdir --target $(WASM_TARGET) 2>&1)" \
		|| { echo "installing Rust's $(WASM_TARGET) …"; rustup target add $(WASM_TARGET); }

# From crates.io, once; it takes some minutes.
$(CARGO_DENY):
	@echo "installing cargo-deny …"
	@cargo install --locked --root target/tools cargo-deny

rust-lints:
	@{ cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1 \
		|| { echo "installing rustfmt and clippy …"; rustup component add rustfmt clippy; }

node: $(NODE_MODULES)/.package-lock.json $(SDK)/node_modules/.package-lock.json

%/node_modules/.package-lock.json: %/package-lock.json
	$(call need,npm,install Node.js 20 or newer (Debian: apt-get install nodejs npm))
	@echo "installing npm packages in $* …"
	@cd $* && npm ci

python: $(SDK)/.venv/installed

$(SDK)/.venv/installed: $(SDK)/requirements.txt
	@if python3 -c "import ensurepip, venv" 2>/dev/null; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing Python's venv …"; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3-venv; \
	else \
		echo "Python 3 with venv is missing: install it (Debian: apt-get install python3-venv)" >&2; exit 1; \
	fi
	@echo "installing Python packages …"
	@python3 -m venv --clear $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

chromium:
	@if [ -n "$(CHROMIUM)" ]; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing Chromium …"; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium; \
	else \
		echo "Chromium is missing: install it (Debian: apt-get install chromium), or set CHROMIUM to its path" >&2; exit 1; \
	fi

nginx:
	@if command -v nginx >/dev/null && command -v openssl >/dev/null; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing nginx and openssl …"; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends nginx-light openssl; \
	else \
		echo "nginx or openssl is missing: install them (Debian: apt-get install nginx-light openssl)" >&2; exit 1; \
	fi

postgres:
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing PostgreSQL …"; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends postgresql; \
	else \
		echo "PostgreSQL is missing: install it (Debian: apt-get install postgresql)" >&2; exit 1; \
	fi
