// What is dropped or chosen: files, each with its path inside the folder that was dropped, and what they say they are.

/** The files of a drop, with those of folders. */
export async function ofDrop(transfer) {
  // Entries are asked for at once: the browser forgets them when the event is over.
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(entry => entry);
  const files = [];
  for (const entry of entries) {
    await collect(entry, '', files);
  }

  return files;
}

/** The files of a dialog. */
export const ofInput = input => [...input.files].map(file => ({ file, path: file.webkitRelativePath || file.name }));

async function collect(entry, folder, files) {
  const path = folder + entry.name;
  if (entry.isFile) {
    files.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path });
    return;
  }

  const reader = entry.createReader();
  for (;;) {
    // A reader gives some at a time, and none when it has given all.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return;
    }

    for (const inner of some) {
      await collect(inner, `${path}/`, files);
    }
  }
}

/** Hidden files and those that systems leave in folders are no scans. */
export const isMeant = ({ path }) => !path.split('/').some(part => part.startsWith('.') || part === 'Thumbs.db' || part === '__MACOSX');

const modalities = { CT: 'CT', MR: 'MRI', PT: 'PET' };
const names = [[/_ct\.nii/i, 'CT'], [/_pet\.nii/i, 'PET'], [/_(t1w|t2w|t2starw|pdw|flair|pdt2|inplanet[12])\.nii/i, 'MRI']];

/**
 * Which task files ask for, and what tells it: `{ task, from }`. Without a task, `mustChoose` says whether somebody has to
 * name one.
 */
export async function guessTask(files) {
  const sample = files.filter((_, i) => i % Math.ceil(files.length / 20) === 0);
  const found = new Set();
  for (const { file, path } of sample) {
    if (/\.zip$/i.test(path)) {
      return { mustChoose: false };
    }

    if (/\.nii(\.gz)?$/i.test(path)) {
      found.add(names.find(([pattern]) => pattern.test(path))?.[1]);
    } else {
      found.add(modalities[modalityOf(new Uint8Array(await file.slice(0, 1 << 16).arrayBuffer()))]);
    }
  }

  const [task] = found;
  return found.size === 1 && task
    ? { task, from: /\.nii/i.test(sample[0].path) ? 'file name' : 'DICOM header' }
    : { mustChoose: files.some(({ path }) => /\.(nii|nii\.gz|hdr|img|npy)$/i.test(path)) };
}

/** The modality, (0008,0060), in the first bytes of a DICOM file; nothing where they have none. */
function modalityOf(bytes) {
  for (let i = 0; i + 10 <= bytes.length; i++) {
    if (bytes[i] === 0x08 && bytes[i + 1] === 0 && bytes[i + 2] === 0x60 && bytes[i + 3] === 0) {
      return String.fromCharCode(bytes[i + 8], bytes[i + 9]);
    }
  }

  return undefined;
}
