"""The registry of decoders: one dict. To add one, write its file and its line here."""

from kie_app.decoding import autoregressive, hyper_parallel, mask_parallel, verified
from kie_app.decoding.base import Decoded, DecodedKey, Decoder, Written

DECODERS: dict[str, Decoder] = {
    one.name: one
    for one in (
        Decoder(
            "mask_parallel",
            "PIP: one pass",
            mask_parallel.decode,
            mask_parallel.decode_stacked,
        ),
        Decoder(
            "autoregressive",
            "Autoregressive: token by token",
            autoregressive.decode,
            independent=False,
        ),
        Decoder(
            "hyper_parallel",
            "HPD: one token of every key a pass",
            hyper_parallel.decode,
            hyper_parallel.decode_stacked,
        ),
        Decoder(
            "verified",
            "Verified: PIP drafts, HPD confirms",
            verified.decode,
        ),
    )
}

__all__ = ["DECODERS", "Decoded", "DecodedKey", "Decoder", "Written"]
