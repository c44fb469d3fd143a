"""What is trained of a backbone: LoRA on its linear layers, and the heads."""

from __future__ import annotations

from peft import LoraConfig, get_peft_model
from transformers import PreTrainedModel

from kie_app.model.backbone import Backbone


def adapted(backbone: Backbone, rank: int) -> Backbone:
    """Put LoRA on every linear layer of the language model (Hu et al., arXiv 2106.09685) and open
    the heads."""
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules="all-linear",
        exclude_modules=r".*\bvisual\b.*" if sees(backbone.model) else None,  # it stays as it is
        task_type="CAUSAL_LM",
    )
    backbone.model = get_peft_model(backbone.model, config, autocast_adapter_dtype=False)
    # The card names the backbone, not where this machine keeps it.
    backbone.model.peft_config["default"].base_model_name_or_path = backbone.name
    for parameter in backbone.heads.parameters():
        parameter.requires_grad_(True)
    return backbone


def freeze_all_but_pointers(backbone: Backbone) -> None:
    """Close the adapter, the layout embedding and the `[mask]` vector: what the backbone reads and
    what the other decoders write stays the same."""
    for module in (backbone.model, backbone.heads):
        module.requires_grad_(False)
    backbone.heads.pointer.requires_grad_(True)


def use_attention(model: PreTrainedModel, name: str) -> None:
    """Set the language model's attention; a vision tower keeps its own."""
    model.set_attn_implementation({"text_config": name} if sees(model) else name)


def sees(model: PreTrainedModel) -> bool:
    """Whether the model has a vision tower."""
    return hasattr(model.config, "vision_config")
