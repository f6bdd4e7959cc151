import { openSession } from './api.js';
import { element } from './dom.js';

/** Asks for the key of the service where it wants one. The browser keeps it until it is closed, out of reach of pages. */
export function startKey() {
  const dialog = element('key');
  addEventListener('keyneeded', () => {
    if (!dialog.open) {
      dialog.showModal();
    }
  });
  element('key-form').addEventListener('submit', async event => {
    event.preventDefault();
    try {
      await openSession(element('key-text').value);
      location.reload();
    } catch (error) {
      element('key-hint').textContent = error.status === 401 ? 'The service does not know this key.' : error.message;
      element('key-text').select();
    }
  });
}
