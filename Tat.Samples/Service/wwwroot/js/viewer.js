import { getImage, getScores, listImages } from './api.js';
import { complain, element, show } from './dom.js';
import { startGestures } from './gestures.js';
import { drawDifference, drawGrey, indexOf, shapeOf } from './picture.js';
import { Slices } from './slices.js';
import { value } from './text.js';

const sideNames = { source: 'Before', restored: 'Restored', reference: 'Reference' };

/** The images of a job: before and after, or their difference; one slice at a time, in a window of intensities. */
export function startViewer() {
  let id;
  let index;
  let image;
  let slices;
  let pair;
  let slice = 0;
  let view = { level: 0, width: 1 };
  let split = 50;

  const isDifference = () => element('view').querySelector(':checked').value === 'difference';
  const against = () => element('against').querySelector(':checked').value;

  startGestures({
    slice: () => slice,
    setSlice,
    window: () => view,
    setWindow,
    resetWindow: () => setWindow(image.presets[0]),
    split: () => split,
    setSplit,
    point,
  });
  element('view').addEventListener('change', draw);
  element('against').addEventListener('change', load);
  element('image').addEventListener('change', ({ target }) => use(Number(target.value)).catch(complain));
  element('slice').addEventListener('input', ({ target }) => setSlice(Number(target.value) - 1));
  element('presets').addEventListener('change', ({ target }) => setWindow(image.presets[target.value]));
  for (const name of ['level', 'width']) {
    element(name).addEventListener('change', ({ target }) => {
      const number = target.valueAsNumber;
      setWindow(Number.isFinite(number) && (name === 'level' || number > 0) ? { ...view, [name]: number } : view);
    });
  }

  async function open(job) {
    close();
    id = job;
    try {
      const images = await listImages(job);
      if (id === job) {
        show(element('image-field'), images.length > 1);
        element('image').replaceChildren(...images.map(({ name }, i) => new Option(name, i)));
        await use(0);
      }
    } catch (error) {
      complain(error);
    }
  }

  function close() {
    slices?.close();
    [id, image, pair] = [];
    show(element('viewer'), false);
  }

  async function use(wanted) {
    slices?.close();
    const job = id;
    index = wanted;
    const found = await getImage(job, wanted);
    if (job !== id || wanted !== index) {
      return;
    }

    image = found;
    slices = new Slices(id, index);
    pair = undefined;
    show(element('viewer'), true);
    element('frame').style.setProperty('--aspect', shapeOf(image).aspect);
    for (const edge of ['top', 'right', 'bottom', 'left']) {
      element('frame').querySelector(`.edge.${edge}`).textContent = image.orientation?.[edge] ?? '';
    }

    element('frame-name').textContent = `Images of ${image.name}`;
    element('unit').textContent = image.unit;
    element('presets').replaceChildren(element('presets').firstElementChild, ...image.presets.map(preset));
    element('slice').max = image.slices;
    element('remark').textContent = image.remark ?? '';
    show(element('slices'), image.slices > 1);
    show(element('against'), image.hasReference);
    show(element('scores'), image.hasReference);
    element('against').querySelector('[value=source]').checked = true;
    setSplit(50);
    setWindow(image.presets[0]);
    setSlice(Math.floor(image.slices / 2));
  }

  function setSlice(wanted) {
    slice = Math.min(image.slices - 1, Math.max(0, wanted));
    const text = `${slice + 1} of ${image.slices}`;
    element('slice').value = slice + 1;
    element('slice').setAttribute('aria-valuetext', text);
    element('slice-value').value = `${slice + 1} / ${image.slices}`;
    load();
  }

  async function load() {
    const wanted = slice;
    const other = against();
    element('frame').setAttribute('aria-busy', 'true');
    try {
      const [left, right, margin] = await slices.read(wanted, [other, 'restored', ...(image.hasMargins ? ['margin'] : [])]);
      pair = { left, right, margin, place: `slice ${wanted + 1} of ${image.slices}` };
      element('frame').setAttribute('aria-busy', 'false');
      draw();
      await score(wanted);
    } catch (error) {
      if (error.name !== 'AbortError') {
        element('frame').setAttribute('aria-busy', 'false');
        complain(error);
      }
    }
  }

  async function score(wanted) {
    if (!image.hasReference) {
      return;
    }

    const scores = await getScores(id, index, wanted, slices.signal);
    const rows = element('scores').tBodies[0].rows;
    ['source', 'restored'].forEach((side, column) => {
      const { psnr, ssim, rmse } = scores[side];
      const texts = [decibels(Number(psnr)), Number(ssim).toFixed(3), `${value(Number(rmse))} ${image.unit}`];
      texts.forEach((text, row) => { rows[row].cells[column + 1].textContent = text; });
    });
  }

  function draw() {
    if (!pair) {
      return;
    }

    const difference = isDifference();
    element('frame').classList.toggle('difference', difference);
    show(element('scale'), difference);
    if (difference) {
      const limit = view.width / 4;
      drawDifference(element('after'), image, pair.right, pair.left, limit);
      const [low, , high] = element('scale').children;
      low.textContent = `−${value(limit)}`;
      high.textContent = `+${value(limit)} ${image.unit}`;
      tag('after', `Restored − ${sideNames[against()].toLowerCase()}`);
      return;
    }

    tag('before', sideNames[against()]);
    tag('after', sideNames.restored);
    drawGrey(element('before'), image, pair.left, view, image.inverted);
    drawGrey(element('after'), image, pair.right, view, image.inverted);
  }

  /** Says what an image is, to those who look and to those who listen. */
  function tag(canvas, text) {
    element(`${canvas}-tag`).textContent = text;
    element(canvas).setAttribute('aria-label', `${text}, ${pair.place}`);
  }

  function setWindow({ level, width }) {
    view = { level, width };
    element('level').value = plain(level);
    element('width').value = plain(width);
    for (const input of element('presets').querySelectorAll('input')) {
      const { level: presetLevel, width: presetWidth } = image.presets[input.value];
      input.checked = presetLevel === level && presetWidth === width;
    }

    draw();
  }

  function setSplit(share) {
    split = Math.min(100, Math.max(0, share));
    element('frame').style.setProperty('--split', `${split}%`);
    element('divider').setAttribute('aria-valuenow', Math.round(split));
    element('divider').setAttribute('aria-valuetext', `${Math.round(split)} % before, ${Math.round(100 - split)} % restored`);
  }

  /** Tells the values at a place of the frame, as shares of its sides; nothing without a place. */
  function point(place) {
    const { columns, rows } = shapeOf(image);
    const [column, row] = place ? [Math.floor(place.x * columns), Math.floor(place.y * rows)] : [-1, -1];
    if (!pair || column < 0 || row < 0 || column >= columns || row >= rows) {
      element('readout').textContent = '';
      return;
    }

    const i = indexOf(image, column, row);
    element('readout').textContent = `${column}, ${row}   ${sideNames[against()].toLowerCase()} ${value(pair.left[i])}   `
      + `restored ${value(pair.right[i])}${pair.margin ? ` ± ${value(pair.margin[i])}` : ''} ${image.unit}`;
  }

  return { open, close };
}

function preset({ name }, index) {
  const label = document.createElement('label');
  const text = document.createElement('span');
  text.textContent = name;
  label.append(Object.assign(document.createElement('input'), { type: 'radio', name: 'preset', value: index }), text);
  return label;
}

const decibels = psnr => psnr === Infinity ? 'equal' : `${psnr.toFixed(2)} dB`;

/** A number as a field takes it. */
const plain = x => Math.abs(x) >= 100 ? Math.round(x) : Number(x.toPrecision(4));
