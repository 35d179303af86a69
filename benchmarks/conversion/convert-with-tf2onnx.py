"""Converts a SavedModel as tf2onnx's own command does, and prints the most memory that took, in bytes."""

import resource
import sys

from tf2onnx.convert import main

sys.argv = ["tf2onnx", "--saved-model", sys.argv[1], "--output", sys.argv[2], "--opset", "18"]
main()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
