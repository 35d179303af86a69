"""Writes what the tests and the checker take from the onnx package: pip install onnx==1.23.2, then run this file.

src/generated/onnx/operators.json: a compact table of all operators of ONNX, by domain and name, each with its versions.
fixtures/onnx/: small models that onnx itself made and its checker accepts.
"""

import json
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, checker, defs, helper, numpy_helper

PACKAGE = Path(__file__).parent.parent
ONE, OPTIONAL, VARIADIC = 0, 1, 2
OPTION = {"Single": ONE, "Optional": OPTIONAL, "Variadic": VARIADIC}


def table():
    operators, types = {}, {}

    def types_of(names):
        """Lists of types repeat a lot: each is kept once, and named by its place."""
        kept = tuple(sorted(names))
        return types.setdefault(kept, len(types))

    def parameters(schema, formal):
        constraints = {each.type_param_str: each.allowed_type_strs for each in schema.type_constraints}
        return [
            [
                each.name,
                each.type_str if each.type_str in constraints else "",
                types_of(constraints.get(each.type_str, [each.type_str])),
                OPTION[each.option.name],
                int(each.is_homogeneous),
            ]
            for each in formal
        ]

    for schema in sorted(defs.get_all_schemas_with_history(), key=lambda each: (each.domain, each.name, each.since_version)):
        if "preview" in schema.domain:
            continue
        operators.setdefault(schema.domain, {}).setdefault(schema.name, []).append(
            {
                "since": schema.since_version,
                **({"deprecated": 1} if schema.deprecated else {}),
                "inputs": parameters(schema, schema.inputs),
                "outputs": parameters(schema, schema.outputs),
                "counts": [schema.min_input, min(schema.max_input, 10**6), schema.min_output, min(schema.max_output, 10**6)],
                "attributes": {
                    name: [each.type.name.lower(), int(each.required)] for name, each in sorted(schema.attributes.items())
                },
            }
        )

    return {"onnx": onnx.__version__, "opset": defs.onnx_opset_version(), "types": [list(each) for each in types], "operators": operators}


def tensor(name, shape, seed, dtype=numpy.float32):
    return numpy_helper.from_array((numpy.random.default_rng(seed).standard_normal(shape)).astype(dtype), name)


def info(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def model(graph, **more):
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="slipway-fixture", **more)


def control_flow():
    """If inside Loop, with names of the outer graph used inside."""
    then = helper.make_graph([helper.make_node("Add", ["state", "step"], ["then_out"])], "then", [], [info("then_out", 1, [2])])
    other = helper.make_graph([helper.make_node("Sub", ["state", "step"], ["else_out"])], "else", [], [info("else_out", 1, [2])])
    body = helper.make_graph(
        [
            helper.make_node("If", ["up"], ["next"], name="choose", then_branch=then, else_branch=other),
            helper.make_node("Identity", ["going"], ["going_on"]),
        ],
        "body",
        [info("iteration", 7, []), info("going", 9, []), info("state", 1, [2])],
        [info("going_on", 9, []), info("next", 1, [2])],
    )
    graph = helper.make_graph(
        [helper.make_node("Loop", ["count", "", "start"], ["end"], name="repeat", body=body)],
        "control_flow",
        [info("start", 1, [2]), info("up", 9, [])],
        [info("end", 1, [2])],
        [numpy_helper.from_array(numpy.array(3, numpy.int64), "count"), tensor("step", [2], 1)],
    )
    return model(graph)


def every_kind():
    """All forms of elements, types and attributes that a file can hold."""
    initializers = [
        helper.make_tensor("floats", TensorProto.FLOAT, [3], [0.5, -1.5, 2.25]),
        helper.make_tensor("longs", TensorProto.INT64, [3], [1, -2, 2**60]),
        helper.make_tensor("ints", TensorProto.INT32, [2], [7, -7]),
        helper.make_tensor("doubles", TensorProto.DOUBLE, [2], [0.1, 1e300]),
        helper.make_tensor("unsigned", TensorProto.UINT64, [2], [0, 2**63]),
        helper.make_tensor("halves", TensorProto.FLOAT16, [2], [1.5, -2.0]),
        helper.make_tensor("strings", TensorProto.STRING, [2], [b"one", "zwölf".encode()]),
        helper.make_tensor("empty", TensorProto.FLOAT, [0, 4], []),
        helper.make_tensor("flags", TensorProto.BOOL, [2], [True, False]),
        tensor("weights", [64, 65], 2),
    ]
    nodes = [
        helper.make_node("MatMul", ["x", "weights"], ["y"], name="dense"),
        helper.make_node("Constant", [], ["c"], value_floats=[1.0, 2.5]),
        helper.make_node("Constant", [], ["d"], value=tensor("inner", [2, 2], 3)),
        helper.make_node("Gemm", ["y", "y"], ["z"], alpha=0.0, beta=-0.0, transA=0, transB=1),
        helper.make_node("Elu", ["z"], ["e"], doc_string="", alpha=1.25),
    ]
    graph = helper.make_graph(nodes, "every_kind", [info("x", 1, ["N", 64])], [info("e", 1, ["N", "N"])], initializers, doc_string="All of it")
    graph.value_info.append(info("y", 1, ["N", 65]))
    graph.metadata_props.add(key="owner", value="us")
    made = model(graph, doc_string="doc")
    helper.set_model_props(made, {"task": "test", "signature": "serving_default"})
    return made


def function():
    made = helper.make_function(
        "our.domain", "Scaled", ["x"], ["y"],
        [helper.make_node("LeakyRelu", ["x"], ["y"])],
        [helper.make_opsetid("", 17)], ["slope"],
    )
    made.node[0].attribute.add(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT)
    graph = helper.make_graph(
        [helper.make_node("Scaled", ["x"], ["y"], domain="our.domain", slope=0.5)],
        "function", [info("x", 1, ["N", 3])], [info("y", 1, ["N", 3])],
    )
    return helper.make_model(
        graph, functions=[made], ir_version=8, producer_name="slipway-fixture",
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("our.domain", 1)],
    )


def convolutional():
    nodes = [
        helper.make_node("Conv", ["image", "kernel", "bias"], ["features"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["features"], ["active"], name="relu"),
        helper.make_node("GlobalAveragePool", ["active"], ["pooled"], name="pool"),
        helper.make_node("Flatten", ["pooled"], ["flat"], name="flatten"),
        helper.make_node("Gemm", ["flat", "dense"], ["scores"], name="head"),
        helper.make_node("Softmax", ["scores"], ["probabilities"], name="softmax"),
    ]
    return model(
        helper.make_graph(
            nodes, "convolutional", [info("image", 1, [1, 3, 8, 8])], [info("probabilities", 1, [1, 5])],
            [tensor("kernel", [4, 3, 3, 3], 4), tensor("bias", [4], 5), tensor("dense", [4, 5], 6)],
        )
    )


def main():
    fixtures = PACKAGE / "fixtures" / "onnx"
    fixtures.mkdir(parents=True, exist_ok=True)
    for make in (control_flow, every_kind, function, convolutional):
        made = make()
        checker.check_model(made, full_check=True)
        (fixtures / f"{make.__name__.replace('_', '-')}.onnx").write_bytes(made.SerializeToString(deterministic=True))
    into = PACKAGE / "src" / "generated" / "onnx"
    into.mkdir(exist_ok=True)
    (into / "operators.json").write_text(json.dumps(table(), separators=(",", ":")) + "\n")


main()
