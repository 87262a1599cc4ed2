"""The API's description (OpenAPI) as a reference page tells it: no views, no words."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
METHODS: Final = ("get", "post", "put", "patch", "delete")
# How the generator writes what the values of an enumeration mean.
VALUE_LINE: Final = re.compile(r"^\* `(?P<code>[^`]*)` - (?P<label>.+)$", re.MULTILINE)

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """One of the allowed values, and what it means."""

    code: str
    label: str = ""


@dataclass(frozen=True)
class Field:
    """A parameter, or a member of a document by its dotted name."""

    name: str
    type: str
    text: str = ""
    place: str = ""
    required: bool = False
    default: str = ""
    smallest: int | None = None
    largest: int | None = None
    shortest: int | None = None
    longest: int | None = None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What may come back: the document of a success, or a refusal."""

    status: str
    text: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One method at one address."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    example: str
    curl: str
    answers: tuple[Answer, ...]
    refusals: tuple[Answer, ...]


@dataclass(frozen=True)
class Group:
    """The operations of one tag."""

    name: str
    title: str
    text: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Reference:
    """All that the page shows of a description."""

    groups: tuple[Group, ...]
    problem: tuple[Field, ...]


def reference(schema: Node, *, origin: str) -> Reference:
    """Read a description; `origin` is the scheme and host that examples call."""
    tags: dict[str, Node] = {tag["name"]: tag for tag in schema.get("tags", ())}
    operations: dict[str, list[Operation]] = {name: [] for name in tags}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                found = _operation(schema, path, method, item[method], origin)
                tag = item[method]["tags"][0]
                operations.setdefault(tag, []).append(found)
    groups = tuple(
        Group(
            name,
            tags.get(name, {}).get("x-displayName", name),
            tags.get(name, {}).get("description", ""),
            tuple(members),
        )
        for name, members in operations.items()
        if members
    )
    problem = schema["components"]["schemas"].get("Problem", {})
    return Reference(groups, tuple(_fields(schema, problem)))


def _operation(
    schema: Node, path: str, method: str, item: Node, origin: str
) -> Operation:
    media = _content(item.get("requestBody", {}))
    body = media.get("schema", {})
    example = _example(schema, media) if media else None
    answers = [
        (_answer(schema, status, answer), PROBLEM in answer.get("content", {}))
        for status, answer in sorted(item["responses"].items())
    ]
    return Operation(
        id=item["operationId"],
        method=method.upper(),
        path=path,
        summary=item.get("summary", item["operationId"]),
        text=item.get("description", ""),
        parameters=tuple(_parameter(schema, one) for one in item.get("parameters", ())),
        body=tuple(_fields(schema, body)),
        example=json.dumps(example, ensure_ascii=False, indent=2) if media else "",
        curl=_curl(origin + path, method, example),
        answers=tuple(answer for answer, refuses in answers if not refuses),
        refusals=tuple(answer for answer, refuses in answers if refuses),
    )


def _answer(schema: Node, status: str, answer: Node) -> Answer:
    document = _content(answer).get("schema", {})
    fields = tuple(_fields(schema, document))
    return Answer(status, answer.get("description", ""), fields)


def _content(part: Node) -> Node:
    media: Node = part.get("content", {}).get(JSON, {})
    return media


def _parameter(schema: Node, parameter: Node) -> Field:
    node = {**parameter["schema"], "description": parameter.get("description", "")}
    required = parameter.get("required", False)
    return _field(
        schema, parameter["name"], node, required=required, place=parameter["in"]
    )


def _fields(schema: Node, node: Node, path: str = "") -> Iterator[Field]:
    """The members of a document, in depth: customer.surname, clocks[].status."""
    node = _plain(schema, node)
    if "items" in node:
        yield from _fields(schema, node["items"], f"{path}[]")
    required = node.get("required", ())
    for name, member in node.get("properties", {}).items():
        full = f"{path}.{name}" if path else name
        yield _field(schema, full, member, required=name in required)
        yield from _fields(schema, member, full)


def _field(
    schema: Node, name: str, node: Node, *, required: bool, place: str = ""
) -> Field:
    given = node
    node = _plain(schema, node)
    text = node.get("description", "")
    labels = {found["code"]: found["label"] for found in VALUE_LINE.finditer(text)}
    codes = [str(code) for code in node.get("enum", ()) if code is not None]
    return Field(
        name=name,
        type=_type(schema, given),
        text=VALUE_LINE.sub("", text).strip() or node.get("title", ""),
        place=place,
        required=required,
        default=_shown(node["default"]) if node.get("default") else "",
        smallest=node.get("minimum"),
        largest=node.get("maximum"),
        shortest=node.get("minLength"),
        longest=node.get("maxLength"),
        values=tuple(Value(code, labels.get(code, "")) for code in codes),
    )


def _type(schema: Node, node: Node) -> str:
    """string, date-time | null, object[] and the like."""
    node = _plain(schema, node)
    types = node.get("type", "object" if "properties" in node else "any")
    types = [types] if isinstance(types, str) else list(types)
    if types[0] == "array":
        types[0] = f"{_type(schema, node.get('items', {}))}[]"
    elif "additionalProperties" in node:
        types[0] = f"map of {_type(schema, node['additionalProperties'])}"
    elif types[0] == "string" and "format" in node:
        types[0] = node["format"]
    return " | ".join(types)


def _plain(schema: Node, node: Node) -> Node:
    """The node with its references followed; what stands beside a reference wins."""
    merged: dict[str, Any] = {}
    nullable = False
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        merged |= _plain(schema, schema["components"]["schemas"][name])
        merged.pop("title", None)
        if "properties" in merged:  # a docstring about the class, not about this member
            merged.pop("description", None)
    for part in (*node.get("allOf", ()), *node.get("oneOf", ())):
        plain = _plain(schema, part)
        if plain.get("type") == "null":
            nullable = True
        else:
            merged |= plain
    merged |= {k: v for k, v in node.items() if k not in {"$ref", "allOf", "oneOf"}}
    if nullable:
        merged["type"] = [merged.get("type", "string"), "null"]
    return merged


def _example(schema: Node, media: Node) -> Any:
    """The author's own example, else one made from the shape."""
    for example in media.get("examples", {}).values():
        return example["value"]
    return _made_up(schema, media.get("schema", {}))


def _made_up(schema: Node, node: Node) -> Any:
    node = _plain(schema, node)
    if "properties" in node:
        return {k: _made_up(schema, v) for k, v in node["properties"].items()}
    if "items" in node:
        return [_made_up(schema, node["items"])]
    if node.get("enum"):
        return node["enum"][0]
    types = node.get("type", "string")
    kind = types if isinstance(types, str) else types[0]
    return {"integer": 1, "number": 1.0, "boolean": True}.get(kind, "string")


def _curl(url: str, method: str, body: Any) -> str:
    """A command to paste into a shell where TOKEN is set; {number} becomes $NUMBER."""
    address = re.sub(r"\{(\w+)\}", lambda name: f"${name[1].upper()}", url)
    command = ["curl", f'"{address}"' if "$" in address else shlex.quote(address)]
    lines = [" ".join(command), '-H "Authorization: Token $TOKEN"']
    if body is not None:
        lines += [
            '-H "Content-Type: application/json"',
            f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
        ]
    elif method != "get":
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ", 1)
    return " \\\n  ".join(lines)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
