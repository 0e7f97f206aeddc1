"""Start a process without what libraries look for, and load when they find it, though nothing here asks them to use it.

Measured with pyarrow 26 and numba 0.68: pandas is 0.27 s and 45 MB of every process, scipy.linalg 0.07 s and 20 MB;
with presidio-analyzer 2.2, which needs spaCy for models only: spaCy is half of the second it loads for, and 27 MB.
"""

import gc
import sys
from collections.abc import Iterator, MutableSequence, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import accumulate
from types import ModuleType

# Of pyarrow; ours are fsspec's.
_FILE_SYSTEMS = ("pyarrow._s3fs", "pyarrow._gcsfs", "pyarrow._azurefs", "pyarrow._hdfs")


class _Absent(MetaPathFinder):
    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        if name in self._names:
            raise ModuleNotFoundError(f"{name} is set aside while this process starts", name=name)
        return None


@contextmanager
def _asked_first(finder: MetaPathFinder) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """Modules that cannot be imported while the block runs; those that are loaded already stay."""
    with _asked_first(_Absent(names)):
        yield


class _PlaceholderType(type):
    def __getattr__(cls, name: str) -> "_PlaceholderType":
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class _Placeholder(metaclass=_PlaceholderType):
    """What stands for a class, a function or a registry: can be named, subclassed and used as a decorator."""

    def __init__(self, *values: object, **named: object) -> None:
        del values, named

    def __call__(self, decorated: object) -> object:
        return decorated


class _PlaceholderModule(ModuleType):
    __path__: MutableSequence[str] = []  # noqa: RUF012 - a package with nothing in it

    def __getattr__(self, name: str) -> type[_Placeholder]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Placeholder


class _PlaceholderFinder(MetaPathFinder):
    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        parents = accumulate(name.split("."), lambda parent, child: f"{parent}.{child}")
        return ModuleSpec(name, self) if self._names.intersection(parents) else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


@contextmanager
def unneeded(*names: str) -> Iterator[None]:
    """Packages that what is imported in the block names, but does not use here; those that are loaded already stay.

    Afterwards they can be imported as ever; what was imported in the block keeps placeholders for them.
    """
    wanted = [name for name in names if name not in sys.modules]
    try:
        with _asked_first(_PlaceholderFinder(wanted)):
            yield
    finally:
        # A copy: other threads import meanwhile.
        for name, module in list(sys.modules.items()):
            if isinstance(module, _PlaceholderModule):
                del sys.modules[name]


def start_lean() -> None:
    """For processes of ours only: `to_pandas` of pyarrow does not work in this one afterwards; pandas itself does."""
    import pyarrow as pa

    with absent("pandas", *_FILE_SYSTEMS):
        import pyarrow.fs

        # The first array of a list asks whether pandas is there, and remembers the answer.
        pa.array([0])


@contextmanager
def loading() -> Iterator[None]:
    """While a process loads what it needs: what an import makes stays, so nobody looks for garbage among it.

    Looking took a fifth of the time that Prefect, its server and Presidio take to load.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def load_compiler() -> None:
    """Load what compiled kernels need before the first of them is called."""
    from numba.core.registry import cpu_target

    # Asked for matrix products and for functions of C, neither of which a kernel has.
    with absent("scipy.linalg", "cffi"):
        cpu_target.target_context.refresh()
