// Sends one file, no larger than `limit` MB, to the app: `{upload, name}`, where the server has it
// for ten minutes, or `{name, size}` of a file that was not sent. A size of -1: sending failed.

async function sent(file, limit, signal) {
  if (file.size > limit * 1000000) return {name: file.name, size: file.size};
  const form = new FormData();
  form.append('files', file);
  try {
    const answer = await fetch('uploads', {method: 'POST', body: form, signal});
    if (!answer.ok) throw new Error(answer.statusText);
    const [upload] = await answer.json();
    return {upload: upload.id, name: file.name};
  } catch {
    return {name: file.name, size: -1};
  }
}
