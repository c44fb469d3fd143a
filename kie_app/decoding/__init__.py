"""The registry of decoders: one dict. To add one, write its file and its line here."""

from kie_app.decoding import autoregressive, hyper_parallel, mask_parallel, verified
from kie_app.decoding.base import Decoded, DecodedKey, Decoder, Written

PIP, BASELINE, HPD, VERIFIED = "mask_parallel", "autoregressive", "hyper_parallel", "verified"

# In the order in which the arms of a race run and stand on the page.
DECODERS: dict[str, Decoder] = {
    one.name: one
    for one in (
        Decoder(
            PIP,
            "PIP",
            "PIP",
            "all slots in one forward pass",
            mask_parallel.decode,
            mask_parallel.decode_stacked,
        ),
        Decoder(
            BASELINE,
            "AR",
            "Autoregressive",
            "one token a pass, with KV cache",
            autoregressive.decode,
            independent=False,
        ),
        Decoder(
            HPD,
            "HPD",
            "HPD",
            "one token of every key a pass",
            hyper_parallel.decode,
            hyper_parallel.decode_stacked,
        ),
        Decoder(
            VERIFIED,
            "Verified",
            "Verified",
            "PIP drafts, one causal pass checks",
            verified.decode,
        ),
    )
}
DEFAULT_ARMS = (PIP, BASELINE, HPD)  # of a race, unless a person ticks others

__all__ = [
    "BASELINE",
    "DECODERS",
    "DEFAULT_ARMS",
    "HPD",
    "PIP",
    "VERIFIED",
    "Decoded",
    "DecodedKey",
    "Decoder",
    "Written",
]
