"""How a multimodal backbone of the Qwen-VL family sees an image: as tokens in front of the text.

The image goes through the model's own processor. Its tokens have positions of three axes (time,
row, column); text after it goes on from the larger of its rows and columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor
from transformers import BaseImageProcessor, PreTrainedModel

from kie_app.errors import BackboneError


@dataclass(frozen=True)
class ImageTokens:
    """m image tokens: `pixels` (patches, values) and `grid` (1, 3) as the model takes them,
    `positions` (3, m), and the position at which text after the image begins."""

    pixels: Tensor
    grid: Tensor
    positions: Tensor
    after: int


class VisionTower:
    """The vision side of a model, with its image processor."""

    def __init__(self, model: PreTrainedModel, processor: BaseImageProcessor) -> None:
        inner = getattr(model, model.base_model_prefix)
        if not hasattr(inner, "get_vision_position_ids"):
            raise BackboneError(
                f"{type(model).__name__} sees images in a way that Onepass does not know: use a "
                "model of the Qwen-VL family (Qwen2-VL, Qwen2.5-VL), or one for text alone."
            )
        self.inner, self.processor = inner, processor
        self.merge = int(model.config.vision_config.spatial_merge_size)

    def picture(self, image: Image.Image) -> ImageTokens:
        """An RGB image as the model takes it, scaled to the processor's limits."""
        made = self.processor(images=[image], return_tensors="pt")
        grid = made["image_grid_thw"]
        positions = self.inner.get_vision_position_ids(0, grid[0], 1, self.merge)
        after = int(max(grid[0, 1], grid[0, 2])) // self.merge
        return ImageTokens(made["pixel_values"], grid, positions, after)

    @torch.no_grad()  # the vision tower is not trained
    def see(self, picture: ImageTokens) -> Tensor:
        """(m, hidden) embeddings in the language model's space."""
        device = next(self.inner.parameters()).device
        seen = self.inner.get_image_features(
            picture.pixels.to(device), picture.grid.to(device), return_dict=True
        )
        features: Tensor = torch.cat(tuple(seen.pooler_output), dim=0)
        return features
