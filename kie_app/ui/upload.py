"""A drop zone for documents of one's own, that leaves no file in Gradio's cache.

Gradio receives the file into its cache, where whoever knows the address could read it; so it is
read from there at once and deleted. The size is checked in the browser already, before sending.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder

from kie_app.config import Settings
from kie_app.documents import SUFFIXES
from kie_app.errors import DocumentError

MEGABYTE = 1_000_000
ACCEPT = ",".join(SUFFIXES)

TEMPLATE = """
<label class="drop">
  <input type="file" accept="${accept}" ${many ? 'multiple' : ''} aria-label="${title}">
  <b>${title}</b>
  <span>PDF or image, up to ${limit} MB${many ? ' each; drop them' : '; drop it'} here</span>
</label>
"""

# One zone takes one file or many. A file that is not sent is told of by its name and size.
SCRIPT = """
const zone = element.querySelector('.drop'), input = zone.querySelector('input');
const sent = async file => {
  if (file.size > props.limit * 1000000) return {name: file.name, size: file.size};
  // Gradio keeps equal files of one name in one place, where the first to be read goes for all.
  const name = `${Math.random().toString(36).slice(2)}-${file.name}`;
  try {
    const kept = await upload(new File([file], name, {type: file.type}));
    return {path: kept.path, orig_name: file.name, meta: {_type: 'gradio.FileData'}};
  } catch (error) {
    return {name: file.name, size: -1};
  }
};
const send = async files => {
  if (!files.length) return;
  zone.classList.add('busy');
  if (props.many) {
    const all = [];
    for (const file of files) all.push(await sent(file));
    props.value = all;
    trigger('upload');
  } else {
    document.querySelectorAll('.card').forEach(card => card.setAttribute('aria-pressed', 'false'));
    const one = await sent(files[0]);
    if (one.path) {
      props.value = one;
      trigger('upload');
    } else {
      trigger('refuse', one);
    }
  }
  zone.classList.remove('busy');
  input.value = '';
};
input.addEventListener('change', () => send([...input.files]));
zone.addEventListener('dragover', event => { event.preventDefault(); zone.classList.add('over'); });
zone.addEventListener('dragleave', () => zone.classList.remove('over'));
zone.addEventListener('drop', event => {
  event.preventDefault();
  zone.classList.remove('over');
  send([...event.dataTransfer.files]);
});
"""


def check_received(file: Any) -> None:
    """DocumentError unless this is a file that was sent here: whatever else it named would be read
    and deleted."""
    path = file.get("path") if isinstance(file, dict) else None
    folder = Path(get_upload_folder()).resolve()
    named = isinstance(path, str) and "\0" not in path  # which no path holds
    if not named or not Path(str(path)).resolve().is_relative_to(folder):
        raise DocumentError(
            "file is no upload to this app: send it first, to /gradio_api/upload or with "
            "gradio_client's handle_file."
        )


def take(payload: Any) -> tuple[bytes, str]:
    """The bytes and the name of a received file, which is deleted. DocumentError for any other."""
    check_received(payload)
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
