"""The bridge to Prefect, once: a task from a step's declaration. The only `import prefect` in tasks/.

Flows call it when they submit a step. Steps do not: whoever needs one alone (a worker process, a test, a notebook)
does not load Prefect, which takes a second and 100 MB.
"""

import errno
from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run

from schemas.settings import Settings
from schemas.shard import StepRecord
from tasks.engine.run_step import Refs
from tasks.engine.step import Step
from tasks.engine.store import Store
from tasks.engine.workers import dispatch

# A broken world may mend; a bug or a full disk will not.
_TRANSIENT = (OSError, BrokenProcessPool)
_PERMANENT_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT}


@cache
def shard_task(step: Step[Any]) -> Task[..., StepRecord]:
    """A Prefect task that runs `step` on one shard (or on many, for a summary).

    Prefect's result cache stays off: its key covers the decorated function only, so it would serve old results after
    a change in code the step calls. The store is the cache (docs/decisions/0003).
    """

    def run(
        shards: Refs,
        settings: Settings,
        store: Store,
        uses: Mapping[str, Refs] | None,
        shard_id: str,
    ) -> StepRecord:
        try:
            return dispatch(step, shards, settings, store, uses, shard_id=shard_id)
        except Exception as error:
            error.add_note(f"step {step.name}, shard {shard_id}")
            raise

    run.__name__ = run.__qualname__ = step.name
    run.__doc__ = step.run.__doc__
    return task(
        name=step.name,
        version=str(step.version),
        task_run_name=_run_name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=2,
        retry_delay_seconds=[2, 15],
        retry_condition_fn=_is_transient,
    )(run)


def _run_name() -> str:
    # What it works on may not be known yet: another task is making it.
    return f"{task_run.task_name}-{task_run.parameters['shard_id']}"


def _is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.data if isinstance(state.data, BaseException) else None
    return isinstance(error, _TRANSIENT) and getattr(error, "errno", None) not in _PERMANENT_ERRNO
