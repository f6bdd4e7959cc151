import { getPixels } from './api.js';

const kept = 128 << 20;

/** The slices of one image of a job: read once, kept while there is room, and no longer waited for when others are wanted. */
export class Slices {
  #id;
  #image;
  #known = new Map();
  #bytes = 0;
  #waiting = new AbortController();

  constructor(id, image) {
    [this.#id, this.#image] = [id, image];
  }

  /** Reads sides of a slice together; what was asked for before and is still on its way is given up. */
  async read(slice, sides) {
    this.close();
    this.#waiting = new AbortController();
    return Promise.all(sides.map(side => this.#one(slice, side, this.#waiting.signal)));
  }

  get signal() {
    return this.#waiting.signal;
  }

  /** Gives up what is on its way. */
  close() {
    this.#waiting.abort();
  }

  async #one(slice, side, signal) {
    const key = `${side} ${slice}`;
    const values = this.#known.get(key) ?? await getPixels(this.#id, this.#image, slice, side, signal);
    if (this.#known.delete(key)) {
      this.#bytes -= values.byteLength;
    }

    // The last one is the one used last.
    this.#known.set(key, values);
    this.#bytes += values.byteLength;
    for (const [old, { byteLength }] of this.#known) {
      if (this.#bytes <= kept || old === key) {
        break;
      }

      this.#known.delete(old);
      this.#bytes -= byteLength;
    }

    return values;
  }
}
