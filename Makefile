# SPDX-License-Identifier: Apache-2.0
# rootwatch. `make help` is the index.

VERSION := 0.1.0
comma   := ,
SAN     ?=
BUILD   := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
PYTHON  := /usr/bin/python3
T       ?= 60
V       ?=
Q       := $(if $(V),,@)
say      = $(if $(V),,@printf '  %-4s %s\n' $(1) $@)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
            -Wwrite-strings -Wundef -fno-common $(if $(CI),-Werror)
HARDEN   := $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3) -fstack-protector-strong -fstack-clash-protection \
            $(if $(filter x86_64,$(shell uname -m)),-fcf-protection) -fPIE
OPTIMISE := $(if $(SAN),-O1 -fno-omit-frame-pointer -fsanitize=$(SAN) -fno-sanitize-recover=all,-O2)
CFLAGS   ?= -g
ALL_CFLAGS  := -std=gnu17 -D_GNU_SOURCE -DROOTWATCH_VERSION='"$(VERSION)"' $(WARNINGS) $(HARDEN) $(OPTIMISE) $(CFLAGS) $(EXTRA_CFLAGS)
ALL_LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS) $(EXTRA_CFLAGS)
LIBS     := -lmicrohttpd -lgnutls -lcjson -lcurl -lssl -lcrypto -lsqlite3 -lyaml -lz

BUILD_PACKAGES := gcc libc6-dev pkg-config libmicrohttpd-dev libgnutls28-dev libcjson-dev libcurl4-openssl-dev \
                  libssl-dev libsqlite3-dev libyaml-dev zlib1g-dev openssl curl ca-certificates
TEST_PACKAGES  := libcmocka-dev python3 python3-pytest python3-aiosmtpd python3-botocore python3-yaml \
                  python3-jsonschema python3-cryptography tzdata
LINT_PACKAGES  := clang clang-format clang-tidy cppcheck python3

# Notifiers see the public headers alone: the compiler keeps the layering.
NOTIFIER_SOURCES := $(wildcard src/notifiers/*.c)
SOURCES  := $(filter-out src/main.c $(NOTIFIER_SOURCES),$(wildcard src/*.c src/*/*.c))
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o) $(NOTIFIER_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/src/openapi.o
LIBRARY  := $(BUILD)/librootwatch.a
UNITS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/*_test.c tests/unit/*/*_test.c tests/conformance/*_test.c)))

.DEFAULT_GOAL := all
.PHONY: all
all: $(BUILD)/rootwatch ## build build/rootwatch (SAN=address,undefined or SAN=thread: a sanitized one; V=1: show commands)

$(BUILD)/rootwatch: $(BUILD)/src/main.o $(LIBRARY)
	$(call say,LD)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(LIBRARY): $(OBJECTS)
	$(call say,AR)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/src/notifiers/%.o: src/notifiers/%.c
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -Iinclude -c -o $@ $<

$(BUILD)/src/%.o: src/%.c
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -Iinclude -Isrc -c -o $@ $<

$(BUILD)/src/openapi.o: src/openapi.S openapi.yaml
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) -fPIE -c -o $@ $<

# A unit test links what it needs out of the library.
$(BUILD)/tests/%: tests/%.c $(LIBRARY)
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -Iinclude -Isrc -Itests -o $@ $< $(LIBRARY) $(ALL_LDFLAGS) -lcmocka $(LIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

## -- first steps

.PHONY: run demo
run: deps ## build and serve on https://localhost:8443 with a development certificate and key
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@deploy/local/run.sh

demo: deps ## start, post a handful of events, show each answer and alert, stop
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@deploy/local/demo.sh

## -- packages

# Installs what is missing of the packages named after it; says so; does nothing otherwise.
define install_missing
	@missing=; for package in $(1); do \
		dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "installing:$$missing"; \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get -o DPkg::Lock::Timeout=300 update -qq && \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

.PHONY: deps deps-test deps-lint
deps: ## install what building and running need (Debian 12 or 13)
	$(call install_missing,$(BUILD_PACKAGES))

deps-test: deps
	$(call install_missing,$(TEST_PACKAGES))

deps-lint: deps
	$(call install_missing,$(LINT_PACKAGES))

## -- quality

.PHONY: test units test-programs mutants lint format coverage fuzz bench
test: deps-test ## every test; the units and the end-to-end tests once more under ASan and UBSan
	@$(MAKE) --no-print-directory -j$$(nproc) all test-programs
	@$(MAKE) --no-print-directory -j$$(nproc) SAN=address,undefined all test-programs
	@tests/run

test-programs: $(UNITS)

units: $(UNITS) ## the unit tests alone (SAN= as above)
	@for unit in $(UNITS); do $$unit || exit 1; done

mutants: $(LIBRARY) ## take each signal out of the table: does a unit test notice?
	@$(PYTHON) tests/mutation/signals.py '$(ALL_CFLAGS)' '$(LIBS)'

bench: all ## how fast and how large scan is, on this machine
	@$(PYTHON) tests/bench/scan.py $(BUILD)/rootwatch

lint: deps-lint ## warnings, format, layering, banned calls, sizes, clang-tidy, cppcheck
	@tests/lint/lint.sh

format: ## clang-format everything
	clang-format -i $$(git ls-files '*.c' '*.h')

## -- the rest

.PHONY: install clean help
PREFIX ?= /usr/local
install: all ## install to PREFIX (/usr/local)
	install -D -m 0755 $(BUILD)/rootwatch $(DESTDIR)$(PREFIX)/bin/rootwatch

compile_commands.json: ## for editors and clang-tidy
	@$(PYTHON) tests/lint/compile_commands.py '$(ALL_CFLAGS)' $(SOURCES) src/main.c $(NOTIFIER_SOURCES) >$@

clean: ## remove build/
	rm -rf build

help: ## this list
	@grep -hE '^[a-z_.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z_.-]+):.*## (.*)/  \1\t\2/' | expand -t 24
