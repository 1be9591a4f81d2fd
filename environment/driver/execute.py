"""Executes one notebook in a fresh kernel; run by a Python that has Jupyter.

Reads a job (JSON) from the first line of standard input, writes one JSON event a line, and stops
when standard input is closed, so that no kernel outlives whoever started it.
"""

import asyncio
import json
import os
import re
import sys
import threading

import nbformat
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

STARTS = 5


def event(kind, **fields):
    print(json.dumps(dict(fields, event=kind)), flush=True)


def plain(text):
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text or "")


def overwritten(text):
    """What a terminal shows after carriage returns."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :] if part else shown
        lines.append(shown)
    return "\n".join(lines)


def picture_instead_of_script(output):
    """An interactive chart brings megabytes of script; what is stored is its picture."""
    data = output.get("data", {})
    if "image/png" in data and "<script" in "".join(data.get("text/html", "")):
        del data["text/html"]


def tidy(cell, count):
    """Outputs that are the same whenever the results are: no timing, no accidents of batching."""
    outputs = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if outputs and outputs[-1].get("name") == output.name:
                outputs[-1].text += output.text
                continue
        elif output.output_type == "execute_result":
            output.execution_count = count
        outputs.append(output)
    for output in outputs:
        if output.output_type == "stream":
            output.text = overwritten(output.text)
        else:
            picture_instead_of_script(output)
    cell.outputs = outputs
    cell.execution_count = count
    for key in ("execution", "ExecuteTime", "papermill", "collapsed"):
        cell.metadata.pop(key, None)


async def start(client):
    """A kernel that answers; some kernels need more than one try."""
    for attempt in range(1, STARTS + 1):
        try:
            await client.async_start_new_kernel(cwd=client.resources["metadata"]["path"])
            await client.async_start_new_kernel_client()
            return
        except (RuntimeError, DeadKernelError, asyncio.TimeoutError) as failure:
            await stop(client)
            if attempt == STARTS:
                raise
            client.km = client.create_kernel_manager()  # nbclient drops the one that failed
            event("retry", attempt=attempt, reason=plain(str(failure)).splitlines()[:1])


async def stop(client):
    """Ends the kernel whatever state it is in."""
    try:
        if client.kc is not None:
            client.kc.stop_channels()
            client.kc = None
        if client.km is not None and client.km.has_kernel:
            stopping = client.km.shutdown_kernel(now=True)
            if asyncio.iscoroutine(stopping):
                await stopping
    except Exception:  # a kernel that is already gone
        pass


def wanted_file_there(job):
    return job.get("stop_file") and os.path.exists(job["stop_file"])


async def run(job):
    notebook = nbformat.read(job["notebook"], as_version=4)
    metadata = json.loads(json.dumps(notebook.metadata))
    client = NotebookClient(
        notebook,
        kernel_name=job["kernel"],
        timeout=job["timeout"],
        startup_timeout=job["startup_timeout"],
        record_timing=False,
        resources={"metadata": {"path": job["cwd"]}},
    )
    client.reset_execution_trackers()
    client.km = client.create_kernel_manager()
    code = [
        (index, cell)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]
    skipped = {}
    try:
        await start(client)
        event("ready", pid=getattr(getattr(client.km.provisioner, "process", None), "pid", None))
        info = await client.kc.kernel_info(reply=True) if not metadata.get("language_info") else None
        for number, (index, cell) in enumerate(code, 1):
            missing = [tag for tag in job["skip_tags"] if tag in cell.metadata.get("tags", [])]
            if missing:
                skipped[missing[0]] = skipped.get(missing[0], 0) + 1
                continue
            event("cell", number=number, of=len(code))
            try:
                await client.async_execute_cell(cell, index)
            finally:
                tidy(cell, number)
            if wanted_file_there(job):
                break
    finally:
        await stop(client)
    if info:
        language = info["content"]["language_info"]
        kept = ("name", "file_extension", "mimetype", "codemirror_mode", "pygments_lexer")
        metadata["language_info"] = {key: language[key] for key in kept if key in language}
    notebook.metadata = nbformat.from_dict(metadata)
    nbformat.write(notebook, job["result"])
    event("done", skipped=skipped)


def describe(failure, job):
    """A failure in a few sentences."""
    if isinstance(failure, CellTimeoutError):
        return "the cell ran longer than %d s (--timeout)" % job["timeout"]
    if isinstance(failure, CellExecutionError):
        text = plain(getattr(failure, "traceback", "") or str(failure))
        # nbclient puts the cell's source before the error, between rules
        text = text.split("------------------\n")[-1]
        lines = [line for line in text.splitlines() if line.strip()]
        # and the error's name and message once more behind it
        return "\n".join(lines[:-1] if lines[-1] in lines[:-1] else lines)
    if isinstance(failure, NoSuchKernel):
        known = sorted(KernelSpecManager().find_kernel_specs())
        return "no kernel is called '%s'; installed: %s" % (job["kernel"], ", ".join(known) or "none")
    if isinstance(failure, DeadKernelError):
        return "the kernel died"
    return "%s: %s" % (type(failure).__name__, plain(str(failure)).strip())


def main():
    job = json.loads(sys.stdin.readline())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    task = loop.create_task(run(job))

    def wait_for_end():
        sys.stdin.read()
        loop.call_soon_threadsafe(task.cancel)

    threading.Thread(target=wait_for_end, daemon=True).start()
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        return 130
    except Exception as failure:
        event("failed", reason=describe(failure, job))
        return 1
    return 0


if __name__ == "__main__":
    os._exit(main())
