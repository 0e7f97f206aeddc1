"""Functions, methods and classes of a source file, as tree-sitter parses it. Errors in a file cost what is around them.

Grammars are those inside the wheel of tree-sitter-language-pack: nothing is loaded from anywhere.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt
from tree_sitter import Node, Parser
from tree_sitter_language_pack import get_parser

# Grammars by linguist's names of languages.
GRAMMARS: Final = {
    "python": "python", "javascript": "javascript", "typescript": "typescript", "tsx": "tsx", "java": "java",
    "go": "go", "rust": "rust", "c": "c", "c++": "cpp", "cuda": "cuda", "objective-c": "objc", "c#": "csharp",
    "ruby": "ruby", "php": "php", "kotlin": "kotlin", "scala": "scala", "swift": "swift", "lua": "lua", "shell": "bash",
    "julia": "julia", "r": "r", "perl": "perl", "powershell": "powershell", "zig": "zig", "solidity": "solidity",
}  # fmt: skip
_FUNCTIONS: Final = frozenset({
    "function_definition", "function_declaration", "generator_function_declaration", "method_definition",
    "method_declaration", "constructor_declaration", "function_item", "method", "singleton_method",
    "function_definition_statement", "local_function_declaration", "secondary_constructor", "init_declaration",
    "destructor_declaration", "operator_declaration", "function_statement", "macro_definition",
    "subroutine_declaration_statement", "protocol_function_declaration", "modifier_definition",
})  # fmt: skip
_CLASSES: Final = frozenset({
    "class_definition", "class_declaration", "abstract_class_declaration", "interface_declaration", "enum_declaration",
    "record_declaration", "struct_declaration", "annotation_type_declaration", "struct_item", "enum_item", "trait_item",
    "impl_item", "mod_item", "union_item", "class_specifier", "struct_specifier", "enum_specifier", "class", "module",
    "trait_declaration", "object_declaration", "object_definition", "trait_definition", "enum_definition",
    "protocol_declaration", "type_declaration", "type_alias_declaration", "class_interface", "class_implementation",
    "namespace_definition", "namespace_declaration", "contract_declaration", "struct_definition", "module_definition",
    "class_statement", "internal_module",
})  # fmt: skip
# What definitions lie in, or are wrapped by.
_AROUND: Final = frozenset({
    "export_statement", "decorated_definition", "template_declaration", "linkage_specification", "preproc_ifdef",
    "preproc_if", "preproc_else", "declaration_list", "class_body", "block", "field_declaration_list", "interface_body",
    "enum_body", "enum_class_body", "body_statement", "program", "implementation_definition", "template_body",
    "protocol_body", "statement_block", "ambient_declaration", "contract_body", "class_block", "expression_statement",
    "struct_body", "enum_member_declaration_list", "enum_body_declarations", "namespace_body",
})  # fmt: skip
_VALUES: Final = frozenset({"lexical_declaration", "variable_declaration"})
_CLOSURES: Final = frozenset({"arrow_function", "function_expression", "function", "generator_function"})
_COMMENTS: Final = frozenset({"comment", "line_comment", "block_comment", "attribute_item", "attribute", "decorator"})
_NAMES: Final = frozenset({"identifier", "type_identifier", "field_identifier", "property_identifier", "word", "name",
                           "simple_identifier", "constant", "qualified_identifier", "destructor_name", "operator_name",
                           "namespace_identifier"})  # fmt: skip
# A generated table of a hundred thousand literals is parsed for seconds and tells nothing.
_MAX_BYTES: Final = 2_000_000
_MAX_DEPTH: Final = 12


class Definition(NamedTuple):
    """A function or class; positions are code points of the text.

    Attributes:
        start: Where it begins, comments and decorators above it included.
        end: Where it ends.
        name: "" where it has none.
        is_class: It holds others: class, module, namespace, implementation, type.
        depth: Of classes around it.
        body: What is between its head and its end, braces included where the grammar includes them.
        statements: Of the body, in order; none of a class.
    """

    start: int
    end: int
    name: str
    is_class: bool
    depth: int
    body: tuple[int, int] | None
    statements: Sequence[tuple[int, int]]


def find_definitions(text: str, language: str | None) -> list[Definition]:
    """Definitions in order of their start; those of a class follow it. Functions inside of functions are part of them.

    Args:
        text: A source file.
        language: By linguist's name, lower case; of one without a grammar nothing is found.
    """
    if language not in GRAMMARS or len(text) > _MAX_BYTES:
        return []
    data = text.encode()
    points = None if len(data) == len(text) else _points(data)
    root = _parser(GRAMMARS[language]).parse(data).root_node
    return list(_walk(root, points, 0, 0))


@cache
def _parser(grammar: str) -> Parser:
    return get_parser(cast(Any, grammar))


def _points(data: bytes) -> npt.NDArray[np.int64]:
    """Code point that begins at or before each byte."""
    begins = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
    return np.append(np.cumsum(begins) - begins, begins.sum())


def _walk(node: Node, points: npt.NDArray[np.int64] | None, depth: int, level: int) -> Iterator[Definition]:
    if level > _MAX_DEPTH:
        return
    children = node.children
    for index, child in enumerate(children):
        kind = child.type if child.is_named else ""
        if kind in _FUNCTIONS or kind in _CLASSES or (kind in _VALUES and _closure(child)):
            # What it is wrapped in (an export, decorators, a template) belongs to it.
            outer = node if _is_wrapper(node) else child
            above = child if outer is child else outer
            siblings, position = (children, index) if above is child else _place(above)
            yield from _define(child, outer, siblings, position, points, depth, level)
        elif kind in _AROUND or kind.startswith("preproc_if"):
            yield from _walk(child, points, depth, level + 1)


def _define(
    node: Node,
    outer: Node,
    siblings: Sequence[Node],
    position: int,
    points: npt.NDArray[np.int64] | None,
    depth: int,
    level: int,
) -> Iterator[Definition]:
    is_class = node.type in _CLASSES
    inner = _closure(node) or node
    body = inner.child_by_field_name("body")
    statements = [] if is_class or body is None else [_span(one, points) for one in body.named_children]
    yield Definition(
        _point(_commented(siblings, position, outer).start_byte, points),
        _point(outer.end_byte, points),
        _name(node),
        is_class,
        depth,
        _span(body, points) if body else None,
        statements,
    )
    if is_class:
        yield from _walk(body or node, points, depth + 1, level + 1)


def _is_wrapper(node: Node) -> bool:
    return node.type in {"export_statement", "decorated_definition", "template_declaration", "ambient_declaration"}


def _place(node: Node) -> tuple[Sequence[Node], int]:
    """Siblings of a node, and where it stands among them."""
    siblings = node.parent.children if node.parent else [node]
    return siblings, next(index for index, other in enumerate(siblings) if other.id == node.id)


def _commented(siblings: Sequence[Node], position: int, node: Node) -> Node:
    """The first of the comments right above a node, or itself: no empty line and no code between."""
    first = node
    for other in reversed(siblings[:position]):
        if other.type not in _COMMENTS or other.end_point.row + 1 < first.start_point.row:
            break
        # Behind code on its line it is about that.
        before = other.prev_sibling
        if before is not None and before.end_point.row == other.start_point.row and before.type not in _COMMENTS:
            break
        first = other
    return first


def _closure(node: Node) -> Node | None:
    """The function that `const name = () => …` makes."""
    if node.type not in _VALUES:
        return None
    for child in node.named_children:
        value = child.child_by_field_name("value")
        if value is not None and value.type in _CLOSURES:
            return value
    return None


def _name(node: Node) -> str:
    if node.type in _VALUES:
        node = next((child for child in node.named_children if child.child_by_field_name("name")), node)
    named = node.child_by_field_name("name")
    declarator = node.child_by_field_name("declarator")
    while named is None and declarator is not None:
        if declarator.type in _NAMES:
            named = declarator
        declarator = declarator.child_by_field_name("declarator") or next(
            (child for child in declarator.named_children if child.type in _NAMES), None
        )
    named = named or node.child_by_field_name("type")
    if named is None:
        named = next((child for child in node.named_children if child.type in _NAMES), None)
    if named is None and node.type == "type_declaration":
        return _name(node.named_children[0]) if node.named_children else ""
    said = (named.text or b"").decode("utf-8", "replace") if named else ""
    return " ".join(said.split())[:80]


def _span(node: Node, points: npt.NDArray[np.int64] | None) -> tuple[int, int]:
    return _point(node.start_byte, points), _point(node.end_byte, points)


def _point(byte: int, points: npt.NDArray[np.int64] | None) -> int:
    return byte if points is None else int(points[byte])
