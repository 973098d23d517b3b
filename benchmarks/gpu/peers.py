"""Times flash-linear-attention's operators. Reads lines 'operator batch tokens heads channels', answers each with a line of JSON:
milliseconds of a forward pass, and of forward and backward, as medians of replays of a CUDA graph."""
import importlib.util
import json
import os
import sys

missing = [x for x in ("torch", "triton", "fla") if importlib.util.find_spec(x) is None]
if missing:
    print(json.dumps({"missing": ", ".join(missing)}), flush=True)
    sys.exit()

answers = os.dup(1)
os.dup2(2, 1)  # what libraries print is no answer

import torch
import torch.nn.functional as F
import triton
import fla
import fla.ops.common.chunk_o as chunk_o

# On Hopper with Triton before 3.7.1 the gated backward is refused, because it gave wrong gradients for some shapes. It is timed all the same.
if hasattr(chunk_o, "TRITON_ABOVE_3_7_1"):
    chunk_o.TRITON_ABOVE_3_7_1 = True


def answer(**fields):
    os.write(answers, (json.dumps(fields) + "\n").encode())


def operator(name):
    if name == "linear_attn":
        from fla.ops.linear_attn import chunk_linear_attn
        return lambda x: chunk_linear_attn(**x, normalize=False)[0]
    if name in ("retention", "simple_gla"):
        from fla.ops.simple_gla import chunk_simple_gla
        return lambda x: chunk_simple_gla(**x)[0]
    if name == "delta_rule":
        from fla.ops.delta_rule import chunk_delta_rule
        return lambda x: chunk_delta_rule(**x)[0]
    if name == "gated_delta_rule":
        from fla.ops.gated_delta_rule import chunk_gated_delta_rule
        return lambda x: chunk_gated_delta_rule(**x)[0]
    if name == "gla":
        from fla.ops.gla import chunk_gla
        return lambda x: chunk_gla(**x)[0]
    if name == "kda":
        from fla.ops.kda import chunk_kda
        return lambda x: chunk_kda(**x)[0]
    if name == "kda_bounded":
        from fla.ops.kda import chunk_kda
        return lambda x: chunk_kda(**x, safe_gate=True, lower_bound=-5, use_qk_l2norm_in_kernel=True)[0]
    if name == "rwkv7":
        from fla.ops.rwkv7 import chunk_rwkv7
        return lambda x: chunk_rwkv7(**x)[0]
    if name == "comba":
        from fla.ops.comba import chunk_comba
        return lambda x: chunk_comba(**x)[0]
    if name == "gdn2":
        from fla.ops.gdn2 import chunk_gdn2
        return lambda x: chunk_gdn2(**x, safe_gate=True, lower_bound=-5)[0]
    raise ValueError(f"no operator {name}")


def inputs(name, batch, tokens, heads, channels):
    torch.manual_seed(1)
    vector = lambda: torch.randn(batch, tokens, heads, channels, device="cuda")
    scalar = lambda: torch.randn(batch, tokens, heads, device="cuda")
    delta = name in ("delta_rule", "gated_delta_rule", "kda", "kda_bounded", "comba", "gdn2")
    unit = (lambda x: F.normalize(x, dim=-1)) if delta else (lambda x: x)
    half = lambda x: x.to(torch.bfloat16)
    x = dict(q=half(unit(vector())), k=half(unit(vector())), v=half(vector()))
    if name in ("simple_gla", "gated_delta_rule", "comba"):
        x["g"] = F.logsigmoid(scalar())
    if name in ("gla", "kda", "kda_bounded", "gdn2"):
        x["g"] = F.logsigmoid(vector()).clamp_min(-5)
    if name in ("delta_rule", "gated_delta_rule", "kda", "kda_bounded", "comba"):
        x["beta"] = half(scalar().sigmoid())
    if name == "comba":
        x["p"] = half(x["k"].float() * 0.9)
    if name == "gdn2":
        x["b"], x["w"] = half(vector().sigmoid()), half(vector().sigmoid())
    if name == "rwkv7":
        removal, rate = F.normalize(vector(), dim=-1), vector().sigmoid()
        x["a"], x["b"] = half(-removal), half(removal * rate)
        x["w"] = -0.6065306597126334 * vector().sigmoid()
        x["r"] = x.pop("q")
    return {key: value.contiguous() for key, value in x.items()}


def decay_of_retention(heads):
    return (1 - torch.tensor(2.0, device="cuda").pow(-5.0 - torch.arange(heads, device="cuda"))).log()


def graphed(run):
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = run()
    return graph, kept


def median(run):
    graph, kept = graphed(run)
    milliseconds = triton.testing.do_bench(graph.replay, warmup=25, rep=100, quantiles=[0.5])
    del graph, kept
    return milliseconds


def measure(name, batch, tokens, heads, channels):
    x = inputs(name, batch, tokens, heads, channels)
    constant = dict(g_gamma=decay_of_retention(heads)) if name == "retention" else {}
    run = operator(name)
    forward = median(lambda: run(x | constant))
    given = {key: value.requires_grad_(True) for key, value in x.items()}
    upstream = torch.randn_like(run(given | constant))
    both = median(lambda: torch.autograd.grad(run(given | constant), list(given.values()), upstream))
    torch.cuda.empty_cache()
    return dict(forward=forward, both=both)


answer(ready=f"flash-linear-attention {fla.__version__}, torch {torch.__version__}, Triton {triton.__version__}, {torch.cuda.get_device_name()}")
for line in sys.stdin:
    name, *sizes = line.split()
    try:
        answer(**measure(name, *map(int, sizes)))
    except Exception as error:  # the next operator may well work
        answer(error=f"{type(error).__name__}: {str(error)[:300]}")
