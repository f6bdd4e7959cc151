const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: false });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** A value of a pixel or a window; whole numbers from 100 on. */
export const value = x => !Number.isFinite(x) ? '–' : Math.abs(x) >= 100 ? String(Math.round(x)) : number.format(x).replace('-', '−');

export const percent = share => `${Math.round(100 * share)} %`;

export function size(bytes) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let i = 0;
  for (; bytes >= 1000 && i < units.length - 1; i++) {
    bytes /= 1000;
  }

  return `${bytes < 10 && i > 0 ? bytes.toFixed(1) : Math.round(bytes)} ${units[i]}`;
}

export function ago(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1000;
  const unit = [['day', 86400], ['hour', 3600], ['minute', 60]].find(([, length]) => -seconds >= length);
  return unit ? relative.format(Math.ceil(seconds / unit[1]), unit[0]) : 'just now';
}

export function duration(from, to) {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 60 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** What a state is called, for people. */
export function state(job) {
  switch (job.state) {
    case 'queued': return 'Waiting';
    case 'running': return `Restoring, ${percent(job.progress)}`;
    case 'succeeded': return 'Restored';
    case 'cancelled': return 'Cancelled';
    default: return 'Failed';
  }
}
