"""Writes the reference numbers that the tests compare with, from the authors' published program.

    python3 make_golden.py FOLDER_OF_THE_PUBLISHED_PROGRAM [OUTPUT_FOLDER]

Needs PyTorch and NumPy. The network is a small one with random weights and images from seeds, so that the
files hold no one's data. Numbers of another version of PyTorch differ in the last digits.
"""
import json
import struct
import sys
import types
from pathlib import Path

import numpy
import torch

WIDTH, FEATURES, TRAIN_SIZE, SEED = 8, 8, 32, 2025
BLOCKS = [1, 1, 1, 2]
GRADIENTS = """
patch_embed.proj.weight encoder_level1.0.norm1.body.weight encoder_level1.0.norm1.body.bias encoder_level1.0.attn.temperature
down1_2.body.0.weight encoder_level2.0.attn.qkv_dwconv.weight encoder_level3.0.ffn.dwconv.weight latent.0.attn.temperature
latent.0.attn.dw_kernel latent.0.attn.lambda_dw latent.1.ffn.dw_kernel latent.1.ffn.lambda_dw decoder_level1.0.attn.dw_kernel
decoder_level1.0.ffn.lambda_dw refinement.0.attn.lambda_dw refinement.0.ffn.project_out.weight reduce_final.2.weight output.weight
tren.E.0.weight tren.E.0.bias tren.mlp.0.weight tren.kernel_level1_attn.0.weight
""".split()
STEPPED = ["patch_embed.proj.weight", "latent.0.attn.lambda_dw", "output.weight", "encoder_level1.0.attn.temperature"]


def stand_in_for_einops():
    """The program needs one function of a package that few systems have."""
    def rearrange(x, pattern, head=None, h=None, w=None):
        if pattern == "b c h w -> b (h w) c":
            return x.flatten(2).transpose(1, 2)
        if pattern == "b (h w) c -> b c h w":
            return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], h, w)
        if pattern == "b (head c) h w -> b head c (h w)":
            return x.reshape(x.shape[0], head, x.shape[1] // head, -1)
        assert pattern == "b head c (h w) -> b (head c) h w", pattern
        return x.reshape(x.shape[0], -1, h, w)

    module = types.ModuleType("einops")
    module.rearrange = rearrange
    sys.modules.setdefault("einops", module)


def small_network(program):
    """The published network at a small width; what it has as constants is set afterwards."""
    nn = torch.nn
    network = program.TAT(dim=WIDTH, num_blocks=BLOCKS, num_refinement_blocks=1)
    network.tren = program.TREN(n_feats=FEATURES, dim=WIDTH)
    network.tren.E[0] = nn.Conv2d(WIDTH // 2, FEATURES, 3, padding=1)
    for name, head in network.tren.named_children():
        if name.startswith("kernel_"):
            head[0] = nn.Linear(4 * FEATURES, head[0].out_features, bias=False)
    for module in network.modules():
        if hasattr(module, "train_size"):
            module.train_size = (TRAIN_SIZE // module.num_heads,) * 2
            module.kernel_size = (int(1.5 * TRAIN_SIZE // module.num_heads),) * 2
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("lambda_dw"):
                parameter.normal_()
            elif name.startswith("tren."):
                # Large enough for the generated kernels to matter.
                parameter.mul_(8 if "kernel_" in name else 2.5)
            elif name == "output.weight":
                # What the network adds to the image is as large as the image.
                parameter.mul_(4)
            elif "norm" in name or name.endswith("temperature"):
                parameter.add_(torch.randn_like(parameter) * 0.2)
    return network


def smooth(generator, *size):
    """Random images with structure, in about [0, 1]."""
    coarse = torch.rand(size[0], 1, size[1] // 4 + 2, size[2] // 4 + 2, generator=generator)
    return torch.nn.functional.interpolate(coarse, size=size[1:], mode="bilinear", align_corners=False)


def network_numbers(program, balancing):
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    network, loss = small_network(program), balancing.AutomaticWeightedLoss()
    numbers = {f"w.{name}": value.detach().clone() for name, value in network.named_parameters()}
    label = smooth(generator, 2, TRAIN_SIZE, TRAIN_SIZE)
    image = label + 0.1 * torch.randn(label.shape, generator=generator)
    numbers["in.train"], numbers["label.train"] = image, label

    seen = {}

    def keep(module, name):
        def hook(_, __, output):
            seen.setdefault(name, output[0] if isinstance(output, list) else output)
        module.register_forward_hook(hook)

    keep(network.encoder_level1[0].attn, "enc1_0_attn")
    keep(network.encoder_level3, "enc3")
    keep(network.down3_4, "inp_enc_level4")
    keep(network.tren.mlp, "tren_emb")
    keep(network.tren, "kernels")
    keep(network.latent[0].attn, "latent_0_attn")
    keep(network.latent[0].ffn, "latent_0_ffn")
    keep(network.latent, "latent")
    restored = network(image)
    kernels = seen.pop("kernels")
    levels = ["l1_ffn", "l1_attn", "l2_ffn", "l2_attn", "l3_ffn", "l3_attn", "lat_ffn", "lat_attn"]
    numbers.update({f"act.kernel_{level}": kernel for level, kernel in zip(levels, kernels)})
    numbers.update({f"act.{name}": value for name, value in seen.items()})
    numbers["out.train"] = restored

    for i, size in enumerate([(64, 64), (104, 56), (24, 16)]):
        numbers[f"in.tlc{i}"] = smooth(generator, 1, *size) + 0.05 * torch.randn(1, 1, *size, generator=generator)
        with torch.no_grad():
            numbers[f"out.tlc{i}"] = network(numbers[f"in.tlc{i}"])

    numbers["loss.total_init"] = loss(image, label, restored).reshape(1)
    with torch.no_grad():
        loss.weight_estimator.fc_out.weight.normal_(0, 0.1)
    numbers.update({f"awl.{name}": value.detach().clone() for name, value in loss.named_parameters()})
    errors = [(a - b).abs().flatten(1).mean(1) for a, b in [(image, label), (image, restored), (restored, label)]]
    weights = loss.weight_estimator(torch.stack(errors, 1).detach(), [])
    total = loss(image, label, restored)
    numbers.update(dict(zip(["loss.input", "loss.change", "loss.restored"], errors)))
    numbers["loss.u"] = weights
    numbers["loss.term"] = 0.5 / (weights ** 2 + 1e-8) * errors[2] + 0.5 * torch.log(1 + weights ** 2)
    numbers["loss.total"] = total.reshape(1)

    total.backward()
    gradients = {name: value.grad.clone() for name, value in network.named_parameters()}
    numbers.update({f"grad.{name}": gradients[name] for name in GRADIENTS})
    numbers.update({f"gradawl.{name}": value.grad.clone() for name, value in loss.named_parameters()})
    numbers["gradnorm.all"] = torch.stack([gradient.norm() for gradient in gradients.values()])

    both = [*network.parameters(), *loss.parameters()]
    optimizer = torch.optim.AdamW(both, lr=2e-4, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.01)
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        value = loss(image, label, network(image))
        value.backward()
        optimizer.step()
        losses.append(value.detach().reshape(()))
    numbers["step.loss"] = torch.stack(losses)
    numbers.update({f"step.w.{name}": dict(network.named_parameters())[name] for name in STEPPED})
    return numbers, {"gradnorm_names": " ".join(gradients), "torch": torch.__version__}


def metric_numbers(evaluation):
    generator = torch.Generator().manual_seed(SEED + 1)
    numbers, results = {}, []
    # Scale and noise: of PET, CT and MRI, nearly equal images, and images that have nothing in common.
    for i, (low, high, noise) in enumerate([(0, 1, 0.05), (0, 1, 0.4), (-1024, 1400, 40), (0, 20, 0.5), (-160, 240, 25), (0, 1, 1e-3)]):
        reference = low + (high - low) * smooth(generator, 1, 96, 96)
        image = reference + noise * torch.randn(reference.shape, generator=generator)
        data_range = reference.max() - reference.min()
        numbers[f"img{i}"], numbers[f"ref{i}"] = image, reference
        results.append([data_range.item(), *evaluation.compute_measure(image, reference, data_range)])
    numbers["result"] = torch.tensor(results, dtype=torch.float64)
    return numbers, {"columns": "data_range psnr ssim rmse"}


def save(path, numbers, metadata):
    """The safetensors format: the length of a JSON header, the header, the values."""
    header, values = {"__metadata__": metadata}, []
    position = 0
    for name, value in numbers.items():
        array = value.detach().contiguous().numpy()
        dtype = {"float32": "F32", "float64": "F64"}[array.dtype.name]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [position, position + array.nbytes]}
        values.append(numpy.ascontiguousarray(array).tobytes())
        position += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(values))
    print(f"{path}: {len(numbers)} tensors")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    output = Path(sys.argv[2] if len(sys.argv) == 3 else Path(__file__).parent)
    sys.path.insert(0, sys.argv[1])
    stand_in_for_einops()
    from evaluation import evaluation_metric
    from loss import AutomaticWeightedLoss
    from model import TAT
    torch.set_num_threads(1)
    save(output / "network.safetensors", *network_numbers(TAT, AutomaticWeightedLoss))
    save(output / "metrics.safetensors", *metric_numbers(evaluation_metric))


if __name__ == "__main__":
    main()
