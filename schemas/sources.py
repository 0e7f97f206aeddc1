"""The sources a recipe can name."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from schemas.settings import Settings


class _Source(Settings):
    kb: str = Field("default", min_length=1, max_length=50, description="Routing label of the knowledge base.")

    @property
    def key(self) -> str:
        """What tells this source from others wherever its files lie: part of every id below it."""
        return f"{self.kind}:{self.address}"  # type: ignore[attr-defined]


class _PathSource(_Source):
    path: str = Field(min_length=1, description="File, folder or glob; relative to the folder of the recipe.")

    @property
    def address(self) -> str:
        """Path, as the recipe writes it."""
        return self.path


class DocumentsSource(_PathSource):
    """PDF, DOCX, PPTX, XLSX, HTML, Markdown, EPUB, e-mail and text files; the type is decided by content."""

    kind: Literal["documents"]
    password_env: str | None = Field(None, description="Environment variable with the password of encrypted files.")


class CodeSource(_PathSource):
    """A folder, git repository (bare or not), zip, tar or wheel of source code. Nothing in it is executed."""

    kind: Literal["code"]
    revision: str = Field("HEAD", description="Commit, tag or branch of a git repository.")
    repo: str | None = Field(None, description="Name of the repository, owner/name; default: the folder's name.")


class IssuesSource(_Source):
    """Exported issue threads (GitHub REST, `gh --json`, JSONL, archive.json), or a live API."""

    kind: Literal["issues"]
    path: str | None = Field(None, min_length=1, description="Export file or glob; relative to the recipe's folder.")
    repo: str | None = Field(None, description="owner/name, for a live API or where the export does not say.")
    api_url: str | None = Field(None, description="Base URL of a live API; the token comes from the environment.")
    platform: Literal["github", "gitlab", "gitee"] | None = Field(
        None, description="What answers at `api_url`; default: as the address looks."
    )
    token_env: str | None = Field(
        None, description="Environment variable with the token; default: GITHUB_TOKEN, GH_TOKEN, GITLAB_TOKEN, …"
    )

    @property
    def address(self) -> str:
        """Path or URL, as the recipe writes it."""
        return self.path or f"{self.api_url}/{self.repo}"

    @property
    def is_live(self) -> bool:
        """Whether threads are asked of an API, and not read from a file."""
        return not self.path

    @model_validator(mode="after")
    def _has_a_place(self) -> "IssuesSource":
        if not self.path and not (self.api_url and self.repo):
            raise ValueError("give `path`, or `api_url` and `repo`")
        if self.path:
            return self
        # The address is published with the recipe.
        parts = urlsplit(self.api_url or "")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("`api_url` is no http or https address")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("`api_url` holds more than an address: a token belongs into the environment")
        return self


class FaqSource(_PathSource):
    """Questions and answers, one pair a line: question<TAB>answer."""

    kind: Literal["faq"]


class TextSource(_PathSource):
    """An existing corpus: .jsonl, .jsonl.gz, .jsonl.zst or .parquet."""

    kind: Literal["text"]
    id_field: str = "id"
    text_field: str = "text"


Source = Annotated[DocumentsSource | CodeSource | IssuesSource | FaqSource | TextSource, Field(discriminator="kind")]
