"""Qwen3 in plain PyTorch, with Hugging Face's parameter names, small enough to train on a processor."""
import torch
import torch.nn.functional as F
from torch import nn

CONFIG = dict(vocab_size=4096, hidden_size=256, intermediate_size=512, num_hidden_layers=4, num_attention_heads=4,
              num_key_value_heads=2, head_dim=64, rms_norm_eps=1e-6, rope_theta=10000.0, max_position_embeddings=4096)


class Norm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.eps)


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv, self.dim = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
        h = c["hidden_size"]
        self.q_proj = nn.Linear(h, self.heads * self.dim, bias=False)
        self.k_proj = nn.Linear(h, self.kv * self.dim, bias=False)
        self.v_proj = nn.Linear(h, self.kv * self.dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.dim, h, bias=False)
        self.q_norm, self.k_norm = Norm(self.dim, c["rms_norm_eps"]), Norm(self.dim, c["rms_norm_eps"])

    def forward(self, x, cos, sin, mask):
        b, n, _ = x.shape
        q = self.q_norm(self.q_proj(x).view(b, n, self.heads, self.dim)).transpose(1, 2)
        k = self.k_norm(self.k_proj(x).view(b, n, self.kv, self.dim)).transpose(1, 2)
        v = self.v_proj(x).view(b, n, self.kv, self.dim).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = (t.repeat_interleave(self.heads // self.kv, 1) for t in (k, v))
        score = torch.matmul(q, k.transpose(2, 3) * self.dim ** -0.5) + mask  # torch's fused attention is slower at these lengths
        y = torch.matmul(F.softmax(score, -1, dtype=x.dtype), v)
        return self.o_proj(y.transpose(1, 2).reshape(b, n, -1))


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        h, m = c["hidden_size"], c["intermediate_size"]
        self.gate_proj, self.up_proj = nn.Linear(h, m, bias=False), nn.Linear(h, m, bias=False)
        self.down_proj = nn.Linear(m, h, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.self_attn, self.mlp = Attention(c), Mlp(c)
        self.input_layernorm = Norm(c["hidden_size"], c["rms_norm_eps"])
        self.post_attention_layernorm = Norm(c["hidden_size"], c["rms_norm_eps"])

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.norm = Norm(c["hidden_size"], c["rms_norm_eps"])


class Guide(nn.Module):
    """The model; forward gives the hidden state before the head, `head` the logits (the embedding is tied)."""

    def __init__(self, c=CONFIG, drop=0.0):
        super().__init__()
        self.model, self.drop = Body(c), drop
        for name, p in self.named_parameters():
            if p.dim() == 2:
                scale = 0.02 if not name.endswith(("o_proj.weight", "down_proj.weight")) else 0.02 / (2 * c["num_hidden_layers"]) ** 0.5
                nn.init.normal_(p, std=scale if "embed" not in name else 0.04)
        angle = torch.outer(torch.arange(c["max_position_embeddings"]).float(),
                            c["rope_theta"] ** -(torch.arange(0, c["head_dim"], 2).float() / c["head_dim"]))
        angle = torch.cat((angle, angle), -1)
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)

    def forward(self, ids):
        x = F.dropout(self.model.embed_tokens(ids), self.drop, self.training)
        n = ids.shape[1]
        dtype = torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32
        x = x.to(dtype)
        cos, sin = self.cos[:n].to(dtype), self.sin[:n].to(dtype)
        mask = torch.full((n, n), float("-inf"), dtype=dtype).triu_(1)
        for layer in self.model.layers:
            x = layer(x, cos, sin, mask)
        return self.model.norm(x)

    def head(self, x):
        return F.linear(x, self.model.embed_tokens.weight.to(x.dtype))
