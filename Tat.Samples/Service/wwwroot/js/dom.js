/** The element of an id, which must be there. */
export const element = id => document.getElementById(id);

export const show = (node, visible) => { node.hidden = !visible; };

/** Tells people who listen instead of look; the same text twice is read twice. */
export function announce(text) {
  const status = element('announcer');
  status.textContent = '';
  requestAnimationFrame(() => { status.textContent = text; });
}

/** Shows what went wrong, until the next message or until it is closed. */
export function complain(error) {
  const notices = element('notices');
  notices.replaceChildren();
  if (!error) {
    return;
  }

  const notice = document.createElement('div');
  notice.className = 'notice bad';
  const text = document.createElement('p');
  text.textContent = error.message ?? error;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'plain';
  close.textContent = 'Close';
  close.addEventListener('click', () => notice.remove());
  notice.append(text, close);
  notices.append(notice);
}
