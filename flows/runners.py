"""Where the tasks of a run are done: threads, processes, or a Dask or Ray cluster. The same flow code for all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.recipe import RunnerSettings
from tasks.engine.workers import worker_processes

if TYPE_CHECKING:
    from distributed import LocalCluster

RunnerFactory = Callable[[], TaskRunner[Any]]
"""A new task runner for every flow: Prefect closes a runner with the flow it ran."""


class RunnerError(RuntimeError):
    """A runner that the recipe asks for is not installed or not reachable; says what to do."""


@contextmanager
def start_runner(settings: RunnerSettings) -> Iterator[RunnerFactory]:
    """Workers for one run, shared by all its flows and ended with it.

    Raises:
        RunnerError: The package for this kind is not installed.
    """
    workers = settings.worker_count
    match settings.kind:
        case "threads":
            yield lambda: ThreadPoolTaskRunner(max_workers=workers)
        case "processes":
            # The threads only wait; more of them than processes, so that none of those is idle.
            with worker_processes(workers):
                yield lambda: ThreadPoolTaskRunner(max_workers=2 * workers + 2)
        case "dask":
            yield from _dask(settings)
        case "ray":
            yield _ray(settings)


def _dask(settings: RunnerSettings) -> Iterator[RunnerFactory]:
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError:
        raise RunnerError("runner.kind is dask: pip install 'winnow[dask]'") from None
    if settings.address:
        yield lambda: DaskTaskRunner(address=settings.address)
        return
    # One cluster for all flows of the run; Prefect would start one for each.
    with _local_cluster(settings.worker_count) as cluster:
        address = cluster.scheduler_address
        yield lambda: DaskTaskRunner(address=address)


@contextmanager
def _local_cluster(workers: int) -> Iterator["LocalCluster"]:
    from distributed import LocalCluster

    cluster = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=40
    )
    try:
        yield cluster
    finally:
        cluster.close()


def _ray(settings: RunnerSettings) -> RunnerFactory:
    try:
        from prefect_ray import RayTaskRunner
    except ImportError:
        raise RunnerError("runner.kind is ray: pip install prefect-ray") from None
    options = {} if settings.address else {"num_cpus": settings.worker_count}
    return lambda: RayTaskRunner(address=settings.address, init_kwargs=options)
