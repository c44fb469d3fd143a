"""A drop zone for one document of one's own, that leaves no file on the server.

Gradio receives the file into its cache, where whoever knows the address could read it; so it is
read from there at once and deleted. The size is checked in the browser already, before sending.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from kie_app.config import Settings
from kie_app.documents import SUFFIXES
from kie_app.errors import DocumentError

MEGABYTE = 1_000_000
ACCEPT = ",".join(SUFFIXES)

TEMPLATE = """
<label class="drop" data-limit="${limit}">
  <input type="file" accept="${accept}" aria-label="Open a document of your own">
  <b>Open your own</b><span>PDF or image, up to ${limit} MB; drop it here</span>
</label>
"""

SCRIPT = """
const zone = element.querySelector('.drop'), input = zone.querySelector('input');
const send = async file => {
  if (!file) return;
  if (file.size > props.limit * 1000000) {
    trigger('refuse', {name: file.name, size: file.size});
  } else {
    zone.classList.add('busy');
    document.querySelectorAll('.card').forEach(card => card.setAttribute('aria-pressed', 'false'));
    try {
      const sent = await upload(file);
      props.value = {path: sent.path, orig_name: file.name, meta: {_type: 'gradio.FileData'}};
      trigger('upload');
    } catch (error) {
      trigger('refuse', {name: file.name, size: -1});
    }
    zone.classList.remove('busy');
  }
  input.value = '';
};
input.addEventListener('change', () => send(input.files[0]));
zone.addEventListener('dragover', event => { event.preventDefault(); zone.classList.add('over'); });
zone.addEventListener('dragleave', () => zone.classList.remove('over'));
zone.addEventListener('drop', event => {
  event.preventDefault();
  zone.classList.remove('over');
  send(event.dataTransfer.files[0]);
});
"""


def take(payload: Any) -> tuple[bytes, str]:
    """The bytes and the name of a received file, which is deleted. Gradio has checked the path."""
    path = Path(payload["path"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError("The upload did not arrive whole: open the file again.") from error
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # its folder, unless somebody else's upload lies there too
            path.parent.rmdir()
    return data, str(payload.get("orig_name") or path.name)


def refusal(name: str, size: int, settings: Settings) -> DocumentError:
    """Why a file was not even sent; a negative size means that sending failed."""
    if size < 0:
        return DocumentError(
            f'"{name}" could not be sent: check the connection, then open it again.'
        )
    return DocumentError(
        f'"{name}" is {size / MEGABYTE:.1f} MB, over the limit of {settings.max_file_mb} MB: '
        "send fewer pages or a smaller scan, or raise ONEPASS_MAX_FILE_MB."
    )
