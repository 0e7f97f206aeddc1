"""A recipe at set times: registered as a module, with its recipe and its schedule, from here or for a work pool."""

import os
import signal
import subprocess
import sys
import time

import httpx

from tests.flows.conftest import environment, write_recipe


def _deployment(server, dataset):
    wanted = {"deployments": {"name": {"any_": [dataset]}}}
    found = httpx.post(f"{server}/deployments/filter", json=wanted, timeout=60).json()
    return found[0] if found else None


def _check(deployment, folder, cron):
    assert deployment["entrypoint"] == "flows.curate.curate"
    assert deployment["parameters"] == {"recipe": str(folder / "recipe.yaml")}
    assert [schedule["schedule"]["cron"] for schedule in deployment["schedules"]] == [cron]


def test_a_recipe_is_registered_for_the_workers_of_a_pool(inbox, winnow, server):
    write_recipe(inbox, dataset="nightly-pool")
    httpx.post(f"{server}/work_pools/", json={"name": "night", "type": "process"}, timeout=60).raise_for_status()
    done = winnow("deploy", "recipe.yaml", "--pool", "night", "--cron", "0 3 * * *")
    assert done.returncode == 0, done.stderr
    assert "curate/nightly-pool" in done.stdout
    found = _deployment(server, "nightly-pool")
    assert found["work_pool_name"] == "night"
    _check(found, inbox, "0 3 * * *")


def test_a_served_recipe_is_registered_and_ends_when_interrupted(inbox, server):
    write_recipe(inbox, dataset="nightly-here")
    command = [sys.executable, "-m", "flows", "serve", "recipe.yaml", "--cron", "30 2 * * *"]
    process = subprocess.Popen(
        command, cwd=inbox, env={**environment(inbox), "PREFECT_API_URL": server}, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + 120
        while _deployment(server, "nightly-here") is None:
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < deadline
            time.sleep(0.3)
        _check(_deployment(server, "nightly-here"), inbox, "30 2 * * *")
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(60)


def test_without_a_server_nothing_is_scheduled_and_that_is_said(inbox):
    command = [sys.executable, "-m", "flows", "serve", "recipe.yaml"]
    done = subprocess.run(command, cwd=inbox, env=environment(inbox), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "PREFECT_API_URL" in done.stderr
