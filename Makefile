# Make is the only way in: `make help` prints this.
# Needed beforehand: Linux or macOS, Python 3.11 or newer, make, git.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PROTOS := $(shell find proto -name '*.proto')
ONCE ?= 0
TARGET ?= embedded
USERS ?= 20
SECONDS ?= 20
KILLS ?= 200
SHAPE ?= flat
PROCESSES ?= 1
UI ?= 0
ONLY ?=
QUICK ?= 0
SEED ?= 1
YEAR ?= 2027
TIMES ?= 1
ENGINE ?= $(if $(shell command -v podman),podman,docker)
IMAGE ?= dossier-post
IMAGE_ARGS ?=
SCENARIO ?= plan
PYTEST_ARGS ?=
# As many as processors, four at most: each has a browser and servers of its own.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 4 ? n : 4)))
export PYTHONDONTWRITEBYTECODE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-load proto pages pages-where-npm-is badge labels labelkeys run demo test chaos seeds fuzz simulate bench boards lint image sbom cluster-test monitoring up down load clean

help: ## print this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/uv.stamp: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; install it or say PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module is missing; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@$(PY) deploy/setup/paths.py
	@touch $@

# The test set holds everything; a machine that has it needs no smaller one.
$(VENV)/demo.stamp: $(VENV)/uv.stamp requirements/demo.txt
	@[ -e $(VENV)/test.stamp ] || { echo "setting up (requirements/demo.txt)"; \
	  $(VENV)/bin/uv pip install -q --python $(PY) --require-hashes -r requirements/demo.txt; }
	@touch $@

$(VENV)/load.stamp: $(VENV)/uv.stamp requirements/load.txt
	@[ -e $(VENV)/test.stamp ] || { echo "setting up (requirements/load.txt)"; \
	  $(VENV)/bin/uv pip install -q --python $(PY) --require-hashes -r requirements/load.txt; }
	@touch $@

$(VENV)/test.stamp: $(VENV)/uv.stamp requirements/test.txt
	@echo "setting up (requirements/test.txt)"
	@$(VENV)/bin/uv pip install -q --python $(PY) --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/pb.stamp: $(PROTOS) | $(VENV)/demo.stamp
	@rm -rf build/pb && mkdir -p build/pb
	@$(PY) -m grpc_tools.protoc -Iproto --python_out=build/pb --pyi_out=build/pb --grpc_python_out=build/pb $(PROTOS:proto/%=%)
	@touch $@

setup: $(VENV)/demo.stamp $(VENV)/pb.stamp ## make the virtual environment and the protobuf code
setup-test: $(VENV)/test.stamp $(VENV)/pb.stamp
setup-load: $(VENV)/load.stamp $(VENV)/pb.stamp
proto: $(VENV)/pb.stamp ## generate the protobuf code into build/pb

PAGES := $(shell find deploy/pages services/*/pages services/courier/handheld services/intake/counter -type f -not -path '*/node_modules/*')

MODULES := deploy/pages/node_modules/.package-lock.json

$(MODULES): deploy/pages/package-lock.json deploy/pages/.npmrc
	@cd deploy/pages && npm ci --silent
	@touch $@

build/pages.stamp: $(PAGES) $(MODULES)
	@node deploy/pages/build.mjs
	@touch $@

pages: build/pages.stamp ## build the pages of staff into build/pages (needs Node.js 18 or newer and npm)

pages-where-npm-is:
	@if command -v npm > /dev/null && command -v node > /dev/null; then \
	  $(MAKE) --no-print-directory pages || echo "the pages of staff were not built; all else goes on"; \
	else echo "without Node.js and npm the pages of staff are not built; all else goes on"; fi

badge: setup ## print what lets a developer into the pages of staff (ROLE=CLERK PLACE=032248 PERSON=… MINUTES=480 TARGET=up)
	@$(PY) -m services.demo.badge $(if $(ROLE),--role $(ROLE)) $(if $(PLACE),--place $(PLACE)) $(if $(PERSON),--person $(PERSON)) \
	  $(if $(MINUTES),--minutes $(MINUTES)) --target $(TARGET)

labels: setup ## make a roll of labels to be bound later, as PDF in out/labels (ROLL=500 OFFICE=032248 PAPER=A4|SINGLE TARGET=up)
	@$(PY) -m services.demo.labels $(if $(ROLL),--count $(ROLL)) $(if $(OFFICE),--office $(OFFICE)) $(if $(PAPER),--paper $(PAPER)) \
	  --target $(TARGET)

labelkeys: setup ## show the keys that labels are signed with (NEW=1 makes one that signs from now on, REVOKE=ID)
	@$(PY) -m services.foundation.runtime.label_keys $(if $(filter 1,$(NEW)),new) $(if $(REVOKE),revoke $(REVOKE))

run: setup pages-where-npm-is ## run everything in one process on one SQLite file
	@POSTAL_NOTIFIER="$${POSTAL_NOTIFIER-folder:out/notices}" $(PY) -m services

demo: setup ## carry one dossier from Cà Mau to Hà Nội and back (ONCE=1 ends after it, TARGET=up uses `make up`)
	@$(PY) -m services.demo --target $(TARGET) $(if $(filter 1,$(ONCE)),--once)

test: setup-test ## run every test (WORKERS=1 one after the other; REQUIRE=mongo,kafka,browser,node,zpl,zbar,cups,prometheus fails where one is missing)
	@$(PY) deploy/setup/system_packages.py
	@$(MAKE) --no-print-directory pages-where-npm-is
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

chaos: setup-test ## kill processes at every named point, break servers and network, then verify (KILLS=200 SEED=1 ONLY=file,servers,faults,three,network)
	@$(PY) deploy/setup/system_packages.py storms
	@$(PY) -m tests.chaos --kills $(KILLS) --seed $(SEED) $(if $(ONLY),--only $(ONLY))

seeds: setup-test ## the services in simulated worlds, seed after seed (SECONDS=60 FIRST=1; TEETH=40 switches each defence off)
	@$(PY) -m tests.simulation --seconds $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60) --first $(or $(FIRST),1) $(if $(TEETH),--teeth $(TEETH))

fuzz: setup-test ## any bytes at every door, led by the code they reach (SECONDS=60 SEED=1)
	@$(PY) -m tests.hostile --seconds $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60) --seed $(SEED)

simulate: setup ## a year of counters, vans, hubs and desks (SEED=1 YEAR=2027 TIMES=1 SCENARIO=plan); writes out/simulate
	@$(PY) -m loadtests.simulate --seed $(SEED) --year $(YEAR) --times $(TIMES) --scenario $(SCENARIO)

bench: setup-test ## measure floors and ours side by side; writes docs/benchmarks.md (ONLY=label,one_file QUICK=1 for a look)
	@$(PY) -m loadtests.bench $(if $(ONLY),--only $(ONLY)) $(if $(filter 1,$(QUICK)),--quick)

boards: ## write Grafana's boards into deploy/monitoring/dashboards, from boards.py beside it
	@$(PYTHON) deploy/monitoring/boards.py

lint: setup-test build/tools/stamp ## ruff, mypy, buf, hadolint
	@$(VENV)/bin/ruff check . && $(VENV)/bin/mypy services && $(VENV)/bin/buf lint proto && build/tools/bin/hadolint deploy/Dockerfile

image: ## build the image of all services (ENGINE=podman|docker IMAGE=dossier-post IMAGE_ARGS='--build-arg BASE=…')
	@$(ENGINE) build $(IMAGE_ARGS) -f deploy/Dockerfile -t $(IMAGE) \
	  --build-arg VERSION=$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) \
	  --build-arg COMMIT=$(shell git rev-parse HEAD 2> /dev/null) .

build/tools/stamp: $(VENV)/uv.stamp requirements/image.txt
	@$(PY) -m venv build/tools
	@$(VENV)/bin/uv pip install -q --python build/tools/bin/python --require-hashes -r requirements/image.txt
	@touch $@

sbom: build/tools/stamp ## the bill of materials of the image's Python parts, CycloneDX, in out/sbom.json
	@mkdir -p out && build/tools/bin/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml \
	  --mc-type application --output-reproducible -o out/sbom.json && echo out/sbom.json

cluster-test: setup-test ## on a Kubernetes cluster (KUBECONFIG; LOAD='…' hands it images; SHORT=1): scale, roll, kill, drain, new keys, verified
	@$(PY) deploy/setup/system_packages.py storms
	@$(PY) -m tests.cluster $(if $(filter 1,$(SHORT)),--short)

monitoring: ## alert rules and dashboards of deploy/monitoring as objects of a cluster, YAML (make -s monitoring | kubectl apply -f -)
	@$(PYTHON) deploy/k8s/monitoring.py

up: setup-test pages-where-npm-is ## start mongod, Kafka, the three services and Prometheus if installed; data under var/
	@$(PY) -m services.foundation.localservers up

down: setup-test ## stop what `make up` started
	@$(PY) -m services.foundation.localservers down

load: setup-load ## people in numbers over gRPC, then the oracle (SHAPE=tet USERS=20 SECONDS=20 TARGET=up PROCESSES=2 UI=1)
	@$(PY) -m loadtests.run --users $(USERS) --seconds $(SECONDS) --shape $(SHAPE) --target $(TARGET) --processes $(PROCESSES) $(if $(filter 1,$(UI)),--ui)

clean: ## remove what was built; data under var/ stays
	@rm -rf $(VENV) build out deploy/pages/node_modules tests/printing/node_modules
