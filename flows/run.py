"""One run of a recipe: its store, its workers, and the records of everything it did."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from prefect import flow
from prefect.futures import PrefectFuture

from flows.recipe import Recipe
from flows.runners import RunnerFactory
from schemas.settings import Settings
from schemas.shard import ShardRef, StepRecord
from tasks.engine.run_step import find_record
from tasks.engine.shard_task import shard_task
from tasks.engine.step import Step
from tasks.engine.store import Store

P = ParamSpec("P")
T = TypeVar("T")

Pending = Sequence[Any]
"""Shards, records or futures of records: what a task can be given."""


class Observer(Protocol):
    """Is told how a run gets on."""

    def expect(self, shards: int) -> None:
        """So many more shards were given to a step."""

    def finish(self, record: StepRecord) -> None:
        """A step is done with a shard."""


_observers: list[Observer] = []


@contextmanager
def observe(observer: Observer) -> Iterator[None]:
    """Tell `observer` of every finished shard while the block runs."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


class Run:
    """What the flows of one run share.

    Args:
        recipe: Checked, with absolute places.
        runner: Makes the task runner of each subflow.
    """

    def __init__(self, recipe: Recipe, runner: RunnerFactory) -> None:
        self.recipe = recipe
        self.store = Store(recipe.root)
        self.records: list[StepRecord] = []
        self._runner = runner

    def subflow(self, body: Callable[Concatenate["Run", P], T], *args: P.args, **named: P.kwargs) -> T:
        """Call `body(run, ...)` as a flow of its own, with its tasks on this run's workers.

        Prefect is told the dataset only: what flows hand each other grows with the number of shards, and its server
        refuses parameters of more than 512 KiB.
        """

        @flow(
            name=body.__name__,
            description=body.__doc__,
            flow_run_name=f"{body.__name__}-{{dataset}}",
            task_runner=self._runner(),
            validate_parameters=False,
        )
        def placed(dataset: str) -> T:  # noqa: ARG001 (names the run)
            return body(self, *args, **named)

        return placed(self.recipe.dataset)

    def submit(
        self,
        step: Step[Any],
        shards: Pending,
        settings: Settings,
        names: Sequence[str],
        **uses: Pending,
    ) -> Pending:
        """One task per shard, called by its name; each side table in `uses` has an entry per shard."""
        sides = [dict(zip(uses, row, strict=True)) for row in zip(*uses.values(), strict=True)] or [{}] * len(shards)
        return [
            self.submit_one(step, shard, settings, name, **side)
            for shard, side, name in zip(shards, sides, names, strict=True)
        ]

    def submit_one(self, step: Step[Any], batch: Any, settings: Settings, name: str, **uses: Any) -> Any:
        """One task for one batch: a shard, or all shards of a summary; or its record, where it was done before.

        Only where everything it depends on is known already: else that task will find out.
        """
        for observer in _observers:
            observer.expect(1)
        # A task run takes 15 ms of the server; asking here would take as long where the store is far away.
        if self.store.is_local and all(map(_is_known, (batch, *uses.values()))):
            done = find_record(step, batch, settings, self.store, uses)
            if done:
                return done
        return shard_task(step).submit(batch, settings, self.store, uses, name)

    def gather(self, pending: Iterable[PrefectFuture[StepRecord] | StepRecord]) -> list[StepRecord]:
        """Wait for tasks, in order, and note what they did, or what was done before.

        Raises:
            Exception: What the first failed task raised.
        """
        return self.note(one if isinstance(one, StepRecord) else one.result() for one in pending)

    def note(self, records: Iterable[StepRecord]) -> list[StepRecord]:
        """Add finished work to the books."""
        noted = []
        for record in records:
            noted.append(record)
            self.records.append(record)
            for observer in _observers:
                observer.finish(record)
        return noted


def untouched(record: StepRecord, step: Step[Any]) -> StepRecord:
    """A record that says that `step` had nothing to do with a shard: for the order of stages, not for the books."""
    return record.model_copy(update={"step": step.name, "rows_in": record.kept.rows})


def _is_known(refs: Any) -> bool:
    """Whether references are those of tables, and not of tasks that have yet to make them."""
    many = [refs] if isinstance(refs, ShardRef | StepRecord | PrefectFuture) else refs
    return all(isinstance(ref, ShardRef | StepRecord) for ref in many)
