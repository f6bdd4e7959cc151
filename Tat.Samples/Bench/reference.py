"""Times the published PyTorch program of TAT on the weights of a TAT model, and prints one line of JSON.

Arguments: forward, folder of the program, model (.safetensors), side of the image, repetitions, threads, image and result
(bare 32-bit floats);
or train, folder, model, side, steps, threads, and a file of all degraded images, then all references.
The first repetition or step is for warmth and does not count.
Needs torch; einops, where it is missing, is replaced for the patterns that the program uses.
"""
import copy
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


def load_network(source, model, threads):
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
    return network


def read_images(path, side):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32).reshape(-1, 1, side, side)


def memory(name):
    with open("/proc/self/status") as file:
        return next((1024 * int(line.split()[1]) for line in file if line.startswith(name)), 0)


def forward(source, model, side, repetitions, threads, image_path, result_path):
    network = load_network(source, model, threads).eval()
    image = read_images(image_path, int(side))
    milliseconds = []
    with torch.no_grad():
        for _ in range(int(repetitions) + 1):
            start = time.perf_counter()
            result = network(image)
            milliseconds.append(1000 * (time.perf_counter() - start))
    with open(result_path, "wb") as file:
        file.write(result.contiguous().numpy().tobytes())
    return {"milliseconds": milliseconds[1:]}


def train(source, model, side, steps, threads, pairs_path):
    """The steps of the program's training loop, with the moving average of the weights that it keeps."""
    network = load_network(source, model, threads).train()
    from loss.AutomaticWeightedLoss import AutomaticWeightedLoss

    balancer = AutomaticWeightedLoss()
    average = copy.deepcopy(network).requires_grad_(False)
    optimizer = torch.optim.AdamW([{"params": network.parameters()}, {"params": balancer.parameters()}], lr=2e-4, betas=(0.9, 0.99))
    inputs, labels = read_images(pairs_path, int(side)).chunk(2)
    milliseconds, parts, losses, start_bytes = [], dict.fromkeys(["data", "forward", "loss", "backward", "optimizer"], 0.0), [], 0
    for step in range(int(steps) + 1):
        stamps = [time.perf_counter()]
        optimizer.zero_grad()
        restored = network(inputs)
        stamps.append(time.perf_counter())
        loss = balancer(inputs, labels, restored, [])
        stamps.append(time.perf_counter())
        loss.backward()
        stamps.append(time.perf_counter())
        optimizer.step()
        with torch.no_grad():
            for mean, parameter in zip(average.parameters(), network.parameters()):
                mean.lerp_(parameter, 0.001)
        losses.append(loss.item())
        stamps.append(time.perf_counter())
        if step == int(steps) // 10:
            start_bytes = memory("VmRSS")
        if step > 0:
            milliseconds.append(1000 * (stamps[-1] - stamps[0]))
            for name, begin, end in zip(["forward", "loss", "backward", "optimizer"], stamps, stamps[1:]):
                parts[name] += 1000 * (end - begin) / int(steps)
    return {"milliseconds": milliseconds, "parts": parts, "losses": losses, "startBytes": start_bytes, "endBytes": memory("VmRSS")}


def main():
    what, *arguments = sys.argv[1:]
    result = {"forward": forward, "train": train}[what](*arguments)
    result["peakBytes"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(result))


main()
