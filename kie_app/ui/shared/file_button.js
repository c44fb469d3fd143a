// A button for one file, which is sent to the server and then told of. `element` is its root.

const input = element.querySelector('input');

input.addEventListener('change', async () => {
  const [file] = input.files;
  input.value = '';  // else the same file could not be chosen again
  if (!file) return;
  const one = await sent(file, props.limit);
  if (one.upload) {
    props.value = one;
    trigger('upload');
  } else {
    trigger('refuse', one);
  }
});
