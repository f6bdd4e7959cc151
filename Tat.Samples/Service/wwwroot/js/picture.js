// From values to pixels of a canvas: windows in grey, differences in two colours, each way round as people are used to see it.

const levels = 256;
const middle = 255;
const background = [20, 24, 31];
const lower = [88, 166, 255];
const higher = [255, 176, 59];

const greys = Uint32Array.from({ length: levels }, (_, i) => colour([i, i, i]));
const signed = Uint32Array.from({ length: (2 * middle) + 1 }, (_, i) => {
  const share = (i - middle) / middle;
  const end = share < 0 ? lower : higher;
  return colour(background.map((start, channel) => Math.round(start + (Math.abs(share) * (end[channel] - start)))));
});

/** The size of an image as it is shown, in pixels, and the shape of the frame that it fills. */
export function shapeOf({ width, height, rowSpacing, columnSpacing, orientation }) {
  const aspect = (width * (columnSpacing ?? 1)) / (height * (rowSpacing ?? 1));
  return orientation?.transpose ? { columns: height, rows: width, aspect: 1 / aspect } : { columns: width, rows: height, aspect };
}

/** Where the pixel at a column and a row of what is shown lies among the values. */
export function indexOf(image, column, row) {
  const { origin, right, down } = walkOf(image);
  return origin + (column * right) + (row * down);
}

/** Shows values from black to white, or from white to black. */
export function drawGrey(canvas, image, values, { level, width }, inverted) {
  const scale = levels / width;
  const start = level - (width / 2);
  draw(canvas, image, i => {
    const grey = Math.min(levels - 1, Math.max(0, (values[i] - start) * scale)) | 0;
    return greys[inverted ? levels - 1 - grey : grey];
  });
}

/** Shows values less others: blue below, amber above, dark where they are equal; full colour at the limit. */
export function drawDifference(canvas, image, values, others, limit) {
  const scale = middle / limit;
  draw(canvas, image, i => signed[middle + Math.round(Math.min(middle, Math.max(-middle, (values[i] - others[i]) * scale)) || 0)]);
}

function draw(canvas, image, colourOf) {
  const { columns, rows } = shapeOf(image);
  const { origin, right, down } = walkOf(image);
  const context = canvas.getContext('2d', { alpha: false });
  if (canvas.width !== columns || canvas.height !== rows) {
    [canvas.width, canvas.height] = [columns, rows];
  }

  const picture = context.createImageData(columns, rows);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let row = 0, target = 0; row < rows; row++) {
    for (let column = 0, i = origin + (row * down); column < columns; column++, i += right) {
      pixels[target++] = colourOf(i);
    }
  }

  context.putImageData(picture, 0, 0);
}

/** The first value that is shown, and the steps to its right and lower neighbours. */
function walkOf({ width, height, orientation }) {
  const { transpose = false, flipRows = false, flipColumns = false } = orientation ?? {};
  const origin = (flipColumns ? width - 1 : 0) + (flipRows ? (height - 1) * width : 0);
  const [alongRow, alongColumn] = [flipColumns ? -1 : 1, flipRows ? -width : width];
  return transpose ? { origin, right: alongColumn, down: alongRow } : { origin, right: alongRow, down: alongColumn };
}

function colour([red, green, blue]) {
  const bytes = new Uint8Array([red, green, blue, 255]);
  return new Uint32Array(bytes.buffer)[0];
}
