"""Writes fixtures/onnx-shapes.json: pip install onnx==1.23.2, then run this file.

Each case is one of onnx's own tests of its operators: nodes, the shapes of what they take, the elements of small inputs that
shapes are computed from, what onnx's shape inference says of each value, and the shapes that its test expects to be found.
"""

import json
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper, shape_inference
from onnx.backend.test.case.node import collect_testcases

TARGET = Path(__file__).parent.parent / "fixtures/onnx-shapes.json"
ELEMENTS = 16
FOLLOWED = (numpy.int32, numpy.int64)
ATTRIBUTES = {onnx.AttributeProto.INT: "i", onnx.AttributeProto.INTS: "ints", onnx.AttributeProto.STRING: "s"}
NODES = 5
# The checker has no rule for these.
LEFT_OUT = set(
    """AffineGrid Attention BitCast BlackmanWindow CausalConvWithState CenterCropPad Col2Im DFT DeformConv Det Einsum GridSample
    HammingWindow HannWindow ImageDecoder LinearAttention MaxUnpool MelWeightMatrix NegativeLogLikelihoodLoss OptionalGetElement
    OptionalHasElement RegexFullMatch RoiAlign RotaryEmbedding STFT SoftmaxCrossEntropyLoss StringConcat StringNormalizer
    StringSplit SwiGLU TensorScatter TfIdfVectorizer Unique""".split()
)


def dims_of(value):
    if not value.type.HasField("tensor_type") or not value.type.tensor_type.HasField("shape"):
        return None
    return [each.dim_value if each.HasField("dim_value") else None for each in value.type.tensor_type.shape.dim]


def attributes_of(node):
    found = {}
    for each in node.attribute:
        if each.type == onnx.AttributeProto.TENSOR:
            array = numpy_helper.to_array(each.t)
            if array.ndim > 1 or array.size > ELEMENTS or array.dtype not in FOLLOWED:
                found[each.name] = {"dims": list(array.shape)}
            else:
                found[each.name] = {"dims": list(array.shape), "elements": array.flatten().tolist()}
        elif each.type in ATTRIBUTES:
            value = getattr(each, ATTRIBUTES[each.type])
            found[each.name] = value.decode() if isinstance(value, bytes) else list(value) if each.type == 7 else value
        elif node.op_type == "Constant" and each.type in (onnx.AttributeProto.FLOAT, onnx.AttributeProto.FLOATS):
            found[each.name] = {"dims": [] if each.type == onnx.AttributeProto.FLOAT else [len(each.floats)]}
        elif each.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS):
            return None
    return found


def array_of(value):
    return numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else numpy.asarray(value)


def case_of(test):
    graph = test.model.graph
    opset = next((each.version for each in test.model.opset_import if each.domain == ""), None)
    if opset is None or len(graph.node) > NODES or any(node.domain or node.op_type in LEFT_OUT for node in graph.node):
        return None
    if any(not value.type.HasField("tensor_type") for value in [*graph.input, *graph.output]):
        return None
    resizes = any(node.op_type in ("Resize", "Upsample") for node in graph.node)
    given, expected = test.data_sets[0]
    inputs = {}
    for value, array in zip(list(graph.input), given):
        array = array_of(array)
        inputs[value.name] = {"dims": list(array.shape)}
        floats = resizes and array.dtype == numpy.float32
        if array.ndim > 1 or array.size > ELEMENTS or not (floats or array.dtype in FOLLOWED):
            continue
        inputs[value.name]["elements"] = array.flatten().tolist()
        inputs[value.name]["type"] = {"float32": "float", "int32": "int32", "int64": "int64"}[str(array.dtype)]
        graph.input.remove(value)
        graph.initializer.append(numpy_helper.from_array(array, value.name))
    for value in list(graph.value_info):
        graph.value_info.remove(value)
    found = {value.name: list(array_of(array).shape) for value, array in zip(graph.output, expected)}
    for value in graph.output:
        value.type.tensor_type.ClearField("shape")
    nodes = []
    for node in graph.node:
        attributes = attributes_of(node)
        if attributes is None:
            return None
        nodes.append([node.op_type, list(node.input), list(node.output), attributes])
    try:
        answer = shape_inference.infer_shapes(test.model, data_prop=True, strict_mode=True).graph
    except Exception:
        return None
    said = {value.name: dims_of(value) for value in [*answer.value_info, *answer.output]}
    # What it infers of an output is told only where it is less than what is found.
    inferred = {name: said.get(name) for name in [*said, *found] if found.get(name) != said.get(name)}
    return {"opset": opset, "inputs": inputs, "nodes": nodes, "inferred": inferred, "found": found}


cases, seen = {}, set()
for test in collect_testcases(None):
    case = case_of(test)
    if case is None:
        continue
    key = json.dumps([*case["inputs"].values(), *case["nodes"]])
    if key not in seen:
        seen.add(key)
        cases[test.name.removeprefix("test_")] = case
lines = [f"{json.dumps(name)}: {json.dumps(case, separators=(',', ':'))}" for name, case in cases.items()]
TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
