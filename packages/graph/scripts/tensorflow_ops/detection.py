import numpy as np
import tensorflow as tf

from .cases import RANDOM, case, floats, refused

raw = tf.raw_ops


def boxes_of(count):
    """Corners in any order."""
    corners = RANDOM.uniform(size=[count, 2, 2])
    low = corners.min(axis=1) * 0.6
    boxes = np.concatenate([low, low + RANDOM.uniform(0.2, 0.5, size=[count, 2])], axis=1)
    boxes[::3] = boxes[::3][:, [2, 3, 0, 1]]
    return boxes.astype(np.float32)


def detection():
    boxes, scores = boxes_of(24), RANDOM.uniform(size=24).astype(np.float32)
    shapes = [(None, 4), (None,)]
    most = np.int32(8)
    case("NonMaxSuppression", [boxes, scores], lambda b, s: raw.NonMaxSuppression(boxes=b, scores=s, max_output_size=most, iou_threshold=0.4), shapes)
    case("NonMaxSuppressionV2", [boxes, scores], lambda b, s: raw.NonMaxSuppressionV2(boxes=b, scores=s, max_output_size=most, iou_threshold=0.3), shapes)
    ties = np.round(scores * 4) / 4
    same = np.tile(boxes[:1], [6, 1])
    thin = np.array([[0, 0, 1, 1], [0, 0, 0, 1], [0.2, 0, 0.2, 1], [0, 0, 1, 0.9]], np.float32)
    for name, (b, s, iou, least) in {
        "plain": (boxes, scores, 0.3, 0.4),
        "ties": (boxes, ties, 0.3, 0.25),
        "one box six times": (same, np.full(6, 0.5, np.float32), 0.5, 0.1),
        "boxes without area": (thin, np.array([0.4, 0.9, 0.8, 0.7], np.float32), 0.5, 0.0),
        "nothing good enough": (boxes, scores, 0.3, 2.0),
        "all overlap": (boxes, scores, 0.0, 0.0),
        "none overlaps": (boxes, scores, 1.0, 0.0),
    }.items():
        case(
            f"NonMaxSuppressionV3, {name}",
            [b, s],
            lambda x, y: raw.NonMaxSuppressionV3(
                boxes=x, scores=y, max_output_size=most, iou_threshold=iou, score_threshold=least
            ),
            shapes,
        )
        for at in range(2):
            case(
                f"NonMaxSuppressionV4, {name}, {at}",
                [b, s],
                lambda x, y: raw.NonMaxSuppressionV4(
                    boxes=x, scores=y, max_output_size=most, iou_threshold=iou, score_threshold=least, pad_to_max_output_size=True
                )[at],
            )
    for at in range(3):
        for pad in [False, True]:
            case(
                f"NonMaxSuppressionV5, {at}, {pad}",
                [boxes, scores],
                lambda b, s: raw.NonMaxSuppressionV5(
                    boxes=b, scores=s, max_output_size=20, iou_threshold=0.2, score_threshold=0.3, soft_nms_sigma=0.0, pad_to_max_output_size=pad
                )[at],
            )
    case(
        "NonMaxSuppressionV3, number computed",
        [boxes, scores, np.int32(3)],
        lambda b, s, n: tf.gather(b, tf.image.non_max_suppression(b, s, n, 0.4)),
        [*shapes, ()],
    )
    refused(
        "NonMaxSuppressionV5, softened",
        [boxes, scores],
        lambda b, s: raw.NonMaxSuppressionV5(
            boxes=b, scores=s, max_output_size=8, iou_threshold=0.2, score_threshold=0.3, soft_nms_sigma=0.5
        )[0],
        "It softens scores",
    )
    refused(
        "NonMaxSuppressionV3, float16",
        [boxes.astype(np.float16), scores.astype(np.float16)],
        lambda b, s: raw.NonMaxSuppressionV3(
            boxes=b, scores=s, max_output_size=8, iou_threshold=np.float16(0.2), score_threshold=np.float16(0)
        ),
        "It compares boxes of float16.",
    )


def best_of_classes():
    shared = np.stack([boxes_of(12), boxes_of(12)])[:, :, None]
    own = np.stack([np.stack([boxes_of(12) for _ in range(3)], axis=1) for _ in range(2)])
    scores = RANDOM.uniform(size=[2, 12, 3]).astype(np.float32)
    for name, boxes in {"shared boxes": shared * 1.3, "boxes of each class": own}.items():
        for title, each, most, pad, clip, least in [
            ("few", 3, 5, False, True, 0.2),
            ("many", 10, 40, False, True, 0.5),
            ("padded by class", 2, 40, True, False, 0.9),
        ]:
            for known in [True, False]:
                for at, part in enumerate(["boxes", "scores", "classes", "counts"]):
                    case(
                        f"CombinedNonMaxSuppression, {name}, {title}, {part}, known: {known}",
                        [boxes, scores],
                        lambda b, s: raw.CombinedNonMaxSuppression(
                            boxes=b,
                            scores=s,
                            max_output_size_per_class=each,
                            max_total_size=most,
                            iou_threshold=0.4,
                            score_threshold=least,
                            pad_per_class=pad,
                            clip_boxes=clip,
                        )[at],
                        None if known else [(None, None, boxes.shape[2], 4), (None, None, 3)],
                    )
    refused(
        "CombinedNonMaxSuppression, classes not known",
        [shared, scores],
        lambda b, s: raw.CombinedNonMaxSuppression(
            boxes=b, scores=s, max_output_size_per_class=2, max_total_size=3, iou_threshold=0.4, score_threshold=0.1
        )[0],
        "How many classes it has is not known.",
        [(None, None, 1, 4), (None, None, None)],
    )


def crops():
    image = floats(2, 5, 6, 3)
    boxes = np.array([[0, 0, 1, 1], [0.1, 0.7, 0.9, 0.2], [-0.2, 0.3, 1.4, 0.8], [0.5, 0.5, 0.5, 0.5]], np.float32)
    index = np.array([0, 1, 1, 0], np.int32)
    for shape in [image.shape, (None, None, None, 3)]:
        for method in ["bilinear", "nearest"]:
            for size in [[4, 3], [1, 7], [9, 1]]:
                case(
                    f"CropAndResize, {method}, {size}, {shape}",
                    [image, boxes, index],
                    lambda t, b, i: tf.image.crop_and_resize(t, b, i, size, method, 0.25),
                    [shape, (None, 4), (None,)],
                )
    case("CropAndResize, uint8", [np.arange(48).astype(np.uint8).reshape(1, 4, 4, 3)], lambda t: tf.image.crop_and_resize(t, boxes[:2], [0, 0], [3, 3]))
    case("CropAndResize, no boxes", [image, boxes[:0], index[:0]], lambda t, b, i: tf.image.crop_and_resize(t, b, i, [2, 3]), [image.shape, (None, 4), (None,)])
    refused(
        "CropAndResize, size computed",
        [image, np.array([2, 2], np.int32)],
        lambda t, s: tf.image.crop_and_resize(t, boxes, index, s),
        "Its size is computed when the model runs.",
    )
    refused(
        "CropAndResize, into more than memory holds",
        [image],
        lambda t: tf.image.crop_and_resize(t, boxes, index, [2, 2**30]),
        "Its crops have 2 rows and 1073741824 columns.",
    )
