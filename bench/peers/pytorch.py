"""The zero-bias CNN in PyTorch, as bench/peers/peer.ts asks a peer: a JSON line in, a JSON line out.

    python3 pytorch.py devices                  what is there: {"devices": [...]}
    python3 pytorch.py FOLDER cpu|cuda|cuda-tf32
"""

import json
import sys
import time

import numpy
import torch
import torch.nn.functional as F


def network(w, x, dropout=0.0):
    x = F.max_pool2d(F.relu(F.conv2d(x, w["conv1.weight"], padding=2)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, w["conv2.weight"], padding=2)), 2)
    x = F.relu(F.conv2d(x, w["conv3.weight"], padding=2))
    x = F.max_pool2d(x, x.shape[-1] // 2).flatten(1)
    if dropout > 0:
        x = F.dropout(x, dropout)
    x = F.relu(F.linear(x, w["fc4.weight"], w["fc4.bias"]))
    return F.linear(x, w["output.weight"], w["output.bias"])


def main(folder, kind):
    with open(f"{folder}/problem.json") as file:
        problem = json.load(file)
    torch.set_num_threads(problem["threads"])
    device = torch.device("cuda" if kind.startswith("cuda") else "cpu")
    tf32 = kind == "cuda-tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    side = problem["imageSize"]

    def read(name, dtype, shape):
        values = numpy.fromfile(f"{folder}/{name}", dtype=dtype).reshape(shape)
        return torch.from_numpy(values).to(device)

    images = read("images.f32", "<f4", (-1, 1, side, side))
    labels = read("labels.i32", "<i4", -1).long()
    w = {name: read(f"{name}.f32", "<f4", shape).requires_grad_() for name, shape in problem["shapes"].items()}
    optimizer = torch.optim.SGD(
        w.values(), lr=problem["learningRate"], momentum=problem["momentum"], weight_decay=problem["weightDecay"]
    )

    def gradients(count, dropout=0.0):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(w, images[:count], dropout), labels[:count])
        loss.backward()
        return loss

    def check(count):
        loss = gradients(count)
        return {"loss": loss.item(), "norms": {name: value.grad.norm().item() for name, value in w.items()}}

    def step(count):
        gradients(count, problem["dropout"])
        optimizer.step()

    def forward(count):
        with torch.no_grad():
            F.softmax(network(w, images[:count]), 1)

    def timed(work, count, times):
        start, used = time.perf_counter(), time.process_time()
        for _ in range(times):
            work(count)
        if device.type == "cuda":
            torch.cuda.synchronize()
        clock, processor = time.perf_counter() - start, time.process_time() - used
        return {"milliseconds": 1000 * clock, "processor": 1000 * processor}

    where = f"{problem['threads']} threads" if device.type == "cpu" else (
        f"{torch.cuda.get_device_name()}, cuDNN {torch.backends.cudnn.version()}, TF32 {'on' if tf32 else 'off'}"
    )
    print(json.dumps({"name": f"PyTorch {torch.__version__}, {where}"}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        what, count = question["do"], question["images"]
        if what == "check":
            answer = check(count)
        else:
            answer = timed(step if what == "step" else forward, count, question["times"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "devices":
        print(json.dumps({"devices": ["cuda", "cuda-tf32"] if torch.cuda.is_available() else ["cpu"]}))
    else:
        main(sys.argv[1], sys.argv[2])
