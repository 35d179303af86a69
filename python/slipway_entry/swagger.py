"""The documents behind `/swagger.json`: OpenAPI 2.0, 3.0 and 3.1."""

import json
import os
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from slipway_entry.answers import Answer, json_answer, refusal
from slipway_entry.failures import StartFailure
from slipway_entry.inputs import is_schema_decorated
from slipway_entry.settings import Settings

Document = Dict[str, Any]

#: The documents there are, by what the caller may ask for.
_VERSIONS = {"2": "2", "2.0": "2", "3": "3", "3.0": "3", "3.1": "3.1"}

#: The versions under the names that inference_schema has for them.
_SCHEMA_VERSIONS = {"2": "2.0", "3": "3.0", "3.1": "3.1"}

#: Files in the app root that win over what is made here.
_FILES = {
    "2": ("swagger.json", "swagger2.json"),
    "3": ("swagger3.json",),
    "3.1": ("swagger3.1.json",),
}

_ANYTHING = {"type": "object", "example": {}}


class Schemas(NamedTuple):
    """What goes in, what comes out, and the versions that can say it."""

    input: Document
    output: Document
    versions: Tuple[str, ...]


class SwaggerDocuments:
    """The documents of a script, made once."""

    def __init__(self, documents: Dict[str, Document]) -> None:
        self._answers = {
            version: json_answer(200, document) for version, document in documents.items()
        }

    def answer(self, asked: str) -> Answer:
        """The document, or 404 that says which there are."""
        there = ", ".join(sorted(self._answers))
        version = _VERSIONS.get(asked)
        if version is None:
            return refusal(
                404,
                "Swagger version [{}] is not valid. Supported versions: [{}].".format(
                    asked, there
                ),
            )
        if version not in self._answers:
            message = (
                "Swagger version [{}] is not supported for the scoring script. Supported swagger"
                " versions: [{}]."
            )
            return refusal(404, message.format(asked, there))
        return self._answers[version]


def swagger_documents(settings: Settings, run: Callable[..., Any]) -> SwaggerDocuments:
    """
    The documents of `run`. Raises StartFailure where a file of the app root, or a schema, is not
    JSON.
    """
    documents = {}
    for version in ("2", "3", "3.1"):
        document = _read_file(settings.app_root, _FILES[version]) or _make(settings, run, version)
        if document is not None:
            documents[version] = document
    try:
        return SwaggerDocuments(documents)
    except (TypeError, ValueError) as error:
        raise StartFailure("checks", "The schema of run() is not JSON.") from error


def _make(settings: Settings, run: Callable[..., Any], version: str) -> Optional[Document]:
    """The document in a version; None if the schemas cannot be said in it."""
    try:
        schemas = _schemas_of(run)
    except Exception as error:
        raise StartFailure("checks", "The schema of run() cannot be made.") from error
    if _SCHEMA_VERSIONS[version] not in schemas.versions:
        return None
    return (
        _swagger_2(settings, schemas) if version == "2" else _openapi_3(settings, schemas, version)
    )


def _schemas_of(run: Callable[..., Any]) -> Schemas:
    if not is_schema_decorated(run):
        return Schemas(_ANYTHING, _ANYTHING, tuple(_SCHEMA_VERSIONS.values()))
    schema_util = sys.modules["inference_schema.schema_util"]
    return Schemas(
        schema_util.get_input_schema(run),
        schema_util.get_output_schema(run),
        tuple(schema_util.get_supported_versions(run)),
    )


def _read_file(folder: str, names: Tuple[str, ...]) -> Optional[Document]:
    for name in names:
        path = os.path.join(folder, name)
        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise StartFailure(
                "checks", "The swagger file {} cannot be used.".format(path)
            ) from error
    return None


def _info(settings: Settings) -> Document:
    name = settings.service_name
    return {
        "title": name,
        "description": "API specification for the Azure Machine Learning service {}".format(name),
        "version": settings.service_version,
    }


#: Description and name of the security scheme, which both languages have in the same words.
_BEARER = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "description": "For example: Bearer abc123",
}

_ERROR = {"type": "object", "properties": {"message": {"type": "string"}}}

_HEALTH = (
    "ServiceHealthCheck",
    "Says whether the service is up.",
    "The service is up: the text 'Healthy'.",
)
_SCORE = (
    "RunMLService",
    "Runs the model of the service on an input.",
    "What the model says about the input.",
)
_SWAGGER = ("GetSwaggerSpec", "Gets this specification.", "The specification.")
_FAILED = "The service failed to execute due to an error."


def _swagger_2(settings: Settings, schemas: Schemas) -> Document:
    def operation(
        texts: Tuple[str, str, str], schema: Document, parameters: List[Document]
    ) -> Document:
        return {
            "operationId": texts[0],
            "description": texts[1],
            "parameters": parameters,
            "responses": {
                "200": {"description": texts[2], "schema": schema},
                "default": {
                    "description": _FAILED,
                    "schema": {"$ref": "#/definitions/ErrorResponse"},
                },
            },
        }

    body = {
        "name": "serviceInputPayload",
        "in": "body",
        "schema": {"$ref": "#/definitions/ServiceInput"},
    }
    version = {
        "name": "version",
        "in": "query",
        "required": False,
        "type": "string",
        "enum": list(_FILES),
    }
    score = operation(_SCORE, {"$ref": "#/definitions/ServiceOutput"}, [body])
    return {
        "swagger": "2.0",
        "info": _info(settings),
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"Bearer": _BEARER},
        "paths": {
            settings.path_prefix + "/": {"get": operation(_HEALTH, {"type": "string"}, [])},
            settings.path_prefix + "/score": {"post": {**score, "security": [{"Bearer": []}]}},
            settings.path_prefix + "/swagger.json": {
                "get": operation(_SWAGGER, {"type": "object"}, [version])
            },
        },
        "definitions": {
            "ServiceInput": schemas.input,
            "ServiceOutput": schemas.output,
            "ErrorResponse": _ERROR,
        },
    }


def _openapi_3(settings: Settings, schemas: Schemas, version: str) -> Document:
    def content(schema: Document, media: str = "application/json") -> Document:
        return {media: {"schema": schema}}

    def operation(texts: Tuple[str, str, str], answer: Document) -> Document:
        return {
            "operationId": texts[0],
            "description": texts[1],
            "responses": {
                "200": {"description": texts[2], "content": answer},
                "default": {
                    "description": _FAILED,
                    "content": content({"$ref": "#/components/schemas/ErrorResponse"}),
                },
            },
        }

    asked = {
        "name": "version",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": list(_FILES)},
    }
    score = operation(_SCORE, content({"$ref": "#/components/schemas/ServiceOutput"}))
    body = {"requestBody": {"content": content({"$ref": "#/components/schemas/ServiceInput"})}}
    swagger = operation(_SWAGGER, content({"type": "object"}))
    return {
        "openapi": {"3": "3.0.3", "3.1": "3.1.0"}[version],
        "info": _info(settings),
        "paths": {
            settings.path_prefix + "/": {
                "get": operation(_HEALTH, content({"type": "string"}, "text/plain"))
            },
            settings.path_prefix + "/score": {
                "post": {**score, **body, "security": [{"Bearer": []}]}
            },
            settings.path_prefix + "/swagger.json": {"get": {**swagger, "parameters": [asked]}},
        },
        "components": {
            "schemas": {
                "ServiceInput": schemas.input,
                "ServiceOutput": schemas.output,
                "ErrorResponse": _ERROR,
            },
            "securitySchemes": {"Bearer": _BEARER},
        },
    }
