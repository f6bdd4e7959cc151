"""Times the published PyTorch program of TAT on the weights of a TAT model, and prints one line of JSON.

Arguments: folder of the program, model (.safetensors), side of the image, repetitions, threads, image and result (bare 32-bit floats).
Needs torch; einops, where it is missing, is replaced for the patterns that the program uses.
"""
import json
import math
import resource
import struct
import sys
import time
import types

import torch


def rearrange(x, pattern, **sizes):
    """Enough of einops.rearrange: groups in parentheses, any order of axes."""
    left, right = (side.replace("(", " ( ").replace(")", " ) ").split() for side in pattern.split("->"))

    def groups(tokens):
        result, inside = [], None
        for token in tokens:
            if token == "(":
                inside = []
            elif token == ")":
                result.append(inside)
                inside = None
            elif inside is None:
                result.append([token])
            else:
                inside.append(token)
        return result

    sizes = dict(sizes)
    for names, length in zip(groups(left), x.shape):
        known = math.prod(sizes[name] for name in names if name in sizes)
        for name in names:
            if name not in sizes:
                sizes[name] = length // known
    axes = [name for names in groups(left) for name in names]
    order = [name for names in groups(right) for name in names]
    x = x.reshape([sizes[name] for name in axes]).permute([axes.index(name) for name in order])
    return x.reshape([math.prod(sizes[name] for name in names) for names in groups(right)])


def read_model(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin).reshape(entry["shape"])
    return tensors


def main():
    source, model, side, repetitions, threads, image_path, result_path = sys.argv[1:8]
    side, repetitions = int(side), int(repetitions)
    try:
        import einops  # noqa: F401
    except ImportError:
        stand_in = types.ModuleType("einops")
        stand_in.rearrange = rearrange
        sys.modules["einops"] = stand_in
    sys.path.insert(0, source)
    from model.TAT import TAT

    torch.set_num_threads(int(threads))
    network = TAT()
    network.load_state_dict(read_model(model))
    network.eval()
    with open(image_path, "rb") as file:
        image = torch.frombuffer(bytearray(file.read()), dtype=torch.float32).reshape(1, 1, side, side)
    milliseconds = []
    with torch.no_grad():
        for _ in range(repetitions + 1):
            start = time.perf_counter()
            result = network(image)
            milliseconds.append(1000 * (time.perf_counter() - start))
    with open(result_path, "wb") as file:
        file.write(result.contiguous().numpy().tobytes())
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"milliseconds": milliseconds[1:], "peakBytes": peak}))


main()
