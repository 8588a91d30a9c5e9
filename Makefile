# Make is the only way in; `make help` prints this.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

proto: $(VENV)/pb.stamp ## generate the protobuf code into build/pb

$(VENV)/pb.stamp: $(shell find proto -name '*.proto')
	rm -rf build/pb && mkdir -p build/pb
	$(PY) -m grpc_tools.protoc -Iproto --python_out=build/pb --pyi_out=build/pb --grpc_python_out=build/pb $$(cd proto && find postal -name '*.proto')
	touch $@
