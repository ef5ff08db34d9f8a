"""Runs a WASI program in wasmtime: `python run.py PROGRAM.wasm [ARGUMENT…]`.

It is cargo's runner for wasm32-wasip1, whose programs are modules. Those of wasm32-wasip2 are components, and may send HTTP
requests.
"""

import sys

from wasmtime import Engine, ExitTrap, Linker, Module, Store, WasiConfig
from wasmtime.component import Component, Linker as ComponentLinker

# After the magic number, the version of WebAssembly's core specification.
MODULE = b"\0asm\1\0\0\0"

engine = Engine()


def store_with_wasi():
    wasi = WasiConfig()
    wasi.argv = sys.argv[1:]
    wasi.inherit_env()
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    store = Store(engine)
    store.set_wasi(wasi)
    return store


def run_module(program):
    store = store_with_wasi()
    linker = Linker(engine)
    linker.define_wasi()
    instance = linker.instantiate(store, Module(engine, program))
    instance.exports(store)["_start"](store)


def run_component(program):
    store = store_with_wasi()
    store.set_wasi_http()
    component = Component(engine, program)
    with ComponentLinker(engine) as linker:
        linker.add_wasip2()
        linker.add_wasi_http()
        instance = linker.instantiate(store, component)
    # wasmtime finds the export of any compatible version.
    interface = instance.get_export_index(store, "wasi:cli/run@0.2.0")
    run = instance.get_func(store, instance.get_export_index(store, "run", interface))
    if run(store).tag == "err":
        sys.exit(1)


with open(sys.argv[1], "rb") as file:
    program = file.read()
try:
    run_module(program) if program.startswith(MODULE) else run_component(program)
except ExitTrap as exit:
    sys.exit(exit.code)
