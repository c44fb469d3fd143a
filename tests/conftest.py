"""Tiny random models of several architectures and documents of text: no test downloads anything."""

from __future__ import annotations

import os
import random
import tempfile
from functools import cache
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    GemmaConfig,
    GPTNeoXConfig,
    LlamaConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
)
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from kie_app.model import checkpoint as checkpoints
from kie_app.model.backbone import Backbone
from kie_app.model.checkpoint import Calibration, Checkpoint
from kie_app.model.heads import Heads
from kie_app.types import Box, Document, Key, Line, Page, Schema

# Of several processes each keeps to one thread, or they wait for each other at every barrier.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("ONEPASS_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of what tests start
    torch.set_num_threads(1)

# Before any test reads the settings: nothing of a test goes where the person's own data is.
DATA = tempfile.TemporaryDirectory(prefix="onepass-tests-")
os.environ["ONEPASS_DATA_DIR"] = DATA.name

WORDS = [
    "TOTAL",
    "CASH",
    "DATE",
    "JALAN",
    "KLANG",
    "SDN",
    "BHD",
    "TAX",
    "INVOICE",
    "12.50",
    "03/04/2018",
    "NO",
    "17",
    "GST",
    "ID",
    "THANK",
    "YOU",
]
SIZES = {
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 1024,
}
CONFIGS: dict[str, type[PreTrainedConfig]] = {
    "llama": LlamaConfig,
    "qwen2": Qwen2Config,
    "gemma": GemmaConfig,
    "gpt_neox": GPTNeoXConfig,
}
ARCHITECTURES = tuple(CONFIGS)


@cache
def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE with single digits, as SmolLM2's."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet
    )
    tokenizer.train_from_iterator([" ".join(WORDS), "company: date: address: total:"], trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")


@cache
def make_backbone(architecture: str = "llama", seed: int = 0) -> Backbone:
    """`fresh_backbone`, made once for all who leave it as it is."""
    return fresh_backbone(architecture, seed)


def fresh_backbone(architecture: str = "llama", seed: int = 0) -> Backbone:
    """A random float32 model with random heads; large weights make its choices distinct."""
    torch.manual_seed(seed)
    tokenizer = tiny_tokenizer()
    extra = {} if architecture == "gpt_neox" else {"num_key_value_heads": 2}
    if architecture == "gemma":
        extra["head_dim"] = 12
    config = CONFIGS[architecture](
        vocab_size=len(tokenizer), tie_word_embeddings=False, **SIZES, **extra
    )
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2:
                parameter.normal_(0, 0.25 if "embed" in name else 0.15)
    heads = Heads(config.hidden_size)
    with torch.no_grad():
        heads.layout.tables.normal_(0, 0.05)
    return Backbone(model, tokenizer, heads, f"tiny-{architecture}")


def seeded_backbone(architecture: str = "llama", seed: int = 0) -> Backbone:
    """`fresh_backbone` with a random seed head whose choices are distinct."""
    return with_seeds(fresh_backbone(architecture, seed))


def with_seeds(backbone: Backbone) -> Backbone:
    """The backbone with a random seed head."""
    backbone.heads.add_seeds()
    head = backbone.heads.seed
    assert head is not None
    with torch.no_grad():
        for name, parameter in head.named_parameters():
            if parameter.ndim == 2 and "pointer" in name:
                parameter.normal_(0, 0.15)
        head.pointer.no_run.bias.fill_(2.0)
        head.state.weight.normal_(0, 0.1)
    return backbone


def slots_win(always: bool = True) -> Checkpoint:
    """A calibration by which the slots' own text wins over every run of the page, or never does."""
    own = 1e3 if always else -1e3
    return Checkpoint(Path("made"), "tiny", Calibration(absent_bias=-1e3, own_text_bias=own))


def save_backbone(folder: Path, seed: int = 0) -> Path:
    """A tiny model as a folder for ONEPASS_BACKBONE."""
    backbone = make_backbone(seed=seed)
    backbone.model.save_pretrained(folder)
    backbone.text.tokenizer.save_pretrained(folder)
    return folder


def save_checkpoint(folder: Path, seed: int = 0) -> Path:
    """Random adapter and heads for any tiny "llama", as a checkpoint."""
    backbone = fresh_backbone(seed=seed)
    lora = LoraConfig(
        r=2, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False
    )
    get_peft_model(backbone.model, lora).save_pretrained(str(folder))
    save_file(backbone.heads.state_dict(), folder / checkpoints.HEADS)
    checkpoints.write_facts(Checkpoint(folder, "tiny"))
    return folder


def make_document(seed: int = 0, lines: int = 8) -> Document:
    """Random words on random lines; the id names the seed."""
    rng = random.Random(seed)
    out = []
    for index in range(lines):
        text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 5)))
        y = index / max(lines, 1)
        x = rng.random() * 0.4
        out.append(Line(text, Box(x, y, min(1.0, x + 0.03 * len(text)), y + 0.05)))
    page = Page(0, 600, 900)
    return Document(f"document-{seed}", f"{seed}.png", (page,), tuple(out), "given")


RECEIPT_KEYS = (
    Key("company"),
    Key("date", kind="date"),
    Key("address", kind="address"),
    Key("total", kind="amount"),
)


@pytest.fixture
def tiny_backbone() -> Backbone:
    return make_backbone()


@pytest.fixture(params=ARCHITECTURES)
def any_backbone(request: pytest.FixtureRequest) -> Backbone:
    return make_backbone(request.param)


@pytest.fixture
def receipt_schema() -> Schema:
    return Schema("receipt", RECEIPT_KEYS)


# Files of tests/e2e that use the one app with its model: in one process it starts once.
SHARING = {
    "test_extract.py",
    "test_insights.py",
    "test_keys_editor.py",
    "test_looks.py",
    "test_own_keys.py",
    "test_race.py",
    "test_stalled_events.py",
}
SLOW = ("e2e", "batch", "integration", "training", "store")  # folders whose files run first


def folder(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath).parts[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files first: what is left at the end is short, so both processes end together."""
    for item in items:
        uses = folder(item) == "e2e" and "address" in getattr(item, "fixturenames", ())
        if uses and item.path.name not in SHARING:
            raise pytest.UsageError(f"{item.path.name} uses `address`: name it in SHARING")
    items.sort(key=lambda item: SLOW.index(folder(item)) if folder(item) in SLOW else len(SLOW))


class Shares(LoadFileScheduling):
    """Files are shared out among processes, those of SHARING together, as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "the app with its model" if file.removeprefix("tests/e2e/") in SHARING else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    return Shares(config, log)
