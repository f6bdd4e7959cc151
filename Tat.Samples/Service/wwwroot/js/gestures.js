import { element } from './dom.js';

const step = 2;
const wheelStep = 60;
const keySlices = 5;

/**
 * Mouse, touch and keys on the image. The line is dragged, or moved with the arrows to left and right; a drag beside it changes
 * the window, or moves the line on a touch screen, where fingers scroll the page upwards and downwards; wheel and arrows up and
 * down change the slice.
 */
export function startGestures(viewer) {
  const frame = element('frame');
  let turned = 0;

  frame.addEventListener('pointerdown', event => {
    if (event.button !== 0) {
      return;
    }

    const onDivider = element('divider').contains(event.target);
    const move = onDivider || event.pointerType === 'touch' ? moveDivider(event, onDivider) : changeWindow(event);
    frame.setPointerCapture(event.pointerId);
    const end = () => {
      frame.removeEventListener('pointermove', move);
      frame.removeEventListener('pointerup', end);
      frame.removeEventListener('pointercancel', end);
    };
    frame.addEventListener('pointermove', move);
    frame.addEventListener('pointerup', end);
    frame.addEventListener('pointercancel', end);
  });

  function moveDivider(start, onDivider) {
    const { left, width } = frame.getBoundingClientRect();

    // Held where it was taken, so that it does not jump.
    const offset = onDivider ? left + (width * viewer.split() / 100) - start.clientX : 0;
    return ({ clientX }) => viewer.setSplit(100 * (clientX + offset - left) / width);
  }

  function changeWindow(start) {
    const { level, width } = viewer.window();
    return ({ clientX, clientY }) => viewer.setWindow({
      level: level + ((clientY - start.clientY) * width / 400),
      width: width * Math.exp((clientX - start.clientX) / 200),
    });
  }

  frame.addEventListener('dblclick', event => {
    if (!element('divider').contains(event.target)) {
      viewer.resetWindow();
    }
  });
  frame.addEventListener('pointermove', ({ clientX, clientY, pointerType }) => {
    if (pointerType !== 'touch') {
      const { left, top, width, height } = frame.getBoundingClientRect();
      viewer.point({ x: (clientX - left) / width, y: (clientY - top) / height });
    }
  });
  frame.addEventListener('pointerleave', () => viewer.point(null));

  frame.addEventListener('wheel', event => {
    if (event.ctrlKey || element('slices').hidden) {
      return;
    }

    event.preventDefault();
    turned += event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * wheelStep;
    const slices = Math.trunc(turned / wheelStep);
    if (slices !== 0) {
      turned -= slices * wheelStep;
      viewer.setSlice(viewer.slice() + slices);
    }
  }, { passive: false });

  const keys = {
    ArrowLeft: () => viewer.setSplit(viewer.split() - step),
    ArrowRight: () => viewer.setSplit(viewer.split() + step),
    Home: () => viewer.setSplit(0),
    End: () => viewer.setSplit(100),
    ArrowUp: () => viewer.setSlice(viewer.slice() - 1),
    ArrowDown: () => viewer.setSlice(viewer.slice() + 1),
    PageUp: () => viewer.setSlice(viewer.slice() - keySlices),
    PageDown: () => viewer.setSlice(viewer.slice() + keySlices),
  };
  frame.addEventListener('keydown', event => {
    const act = keys[event.key];
    if (act && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      act();
    }
  });
}
