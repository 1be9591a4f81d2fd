#!/usr/bin/python3
"""Starts the kernel again and again, up to its first result, and reports how many starts worked.

usage: starts.py [--busy] [--prefix DIR] [N]

--busy keeps every core occupied meanwhile. Needs jupyter_client; the kernel 'stretto' is taken
from DIR/share/jupyter/kernels, or from where Jupyter finds it.
"""
import argparse
import multiprocessing
import os
import statistics
import sys
import time

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager


def burn():
    while True:
        pass


def start(specs, transport):
    """Seconds until ready and until the first result; raises where a start fails."""
    manager = KernelManager(kernel_name="stretto", kernel_spec_manager=specs, transport=transport)
    begin = time.time()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        ready = time.time() - begin
        request = client.execute("20 + 22")
        while True:
            message = client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "execute_result":
                assert message["content"]["data"]["text/plain"] == "42", message["content"]
                return ready, time.time() - begin
            assert message["content"].get("execution_state") != "idle", "no result came"
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("n", nargs="?", type=int, default=50)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--prefix")
    parser.add_argument("--transport", choices=["tcp", "ipc"], default="tcp")
    options = parser.parse_args()
    specs = KernelSpecManager()
    if options.prefix:
        specs.kernel_dirs = [os.path.join(options.prefix, "share/jupyter/kernels")]
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count())]
    for burner in burners if options.busy else []:
        burner.start()
    firsts, failures = [], 0
    for i in range(options.n):
        try:
            ready, first = start(specs, options.transport)
            firsts.append(first)
            print(f"{i + 1}: ready {ready:.2f} s, first result {first:.2f} s", flush=True)
        except Exception as e:  # every failure counts, whatever it is
            failures += 1
            print(f"{i + 1}: FAILED {type(e).__name__}: {e}", flush=True)
    for burner in burners if options.busy else []:
        burner.terminate()
    if firsts:
        print(
            f"{len(firsts)} of {options.n} starts; first result after {min(firsts):.2f} s at best, "
            f"{statistics.median(firsts):.2f} s in the middle, {max(firsts):.2f} s at worst; "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
