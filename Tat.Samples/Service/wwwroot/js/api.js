// What the server offers, one function each. Addresses are relative, so that the page may lie below a path of a proxy.

/** An answer that says what is wrong (RFC 9457), or none at all. */
export class Problem extends Error {
  constructor(message, status = 0, field = undefined) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

const unreachable = 'The server does not answer. What was accepted goes on; look again in a moment.';

const job = id => `api/jobs/${encodeURIComponent(id)}`;

export const result = id => `${job(id)}/result`;

export const listJobs = (skip, take) => getJson(`api/jobs?skip=${skip}&take=${take}`);
export const getJob = id => getJson(job(id));
export const listModels = () => getJson('api/models');
export const listImages = id => getJson(`${job(id)}/images`);
export const getImage = (id, image) => getJson(`${job(id)}/images/${image}`);
export const getScores = (id, image, slice, signal) => getJson(`${job(id)}/images/${image}/slices/${slice}/metrics`, signal);
export const openSession = key => ask('api/session', { method: 'POST', headers: { 'X-Api-Key': key } });
export const cancelJob = id => ask(`${job(id)}/cancel`, { method: 'POST' });
export const deleteJob = id => ask(job(id), { method: 'DELETE' });

/** The values of a slice, row by row, in the unit of the scan. */
export async function getPixels(id, image, slice, side, signal) {
  const response = await ask(`${job(id)}/images/${image}/slices/${slice}?side=${side}`, { signal });
  return new Float32Array(await response.arrayBuffer());
}

/** Follows a job until it has ended. Returns a function that stops following. */
export function watch(id, onJob) {
  const events = new EventSource(`${job(id)}/events`);
  const receive = event => {
    const now = JSON.parse(event.data);
    if (hasEnded(now)) {
      events.close();
    }

    onJob(now);
  };
  events.addEventListener('message', receive);
  events.addEventListener('job', receive);
  return () => events.close();
}

export const hasEnded = ({ state }) => state !== 'queued' && state !== 'running';

/** Sends a job; tells how much of it has arrived. The key makes a second try harmless. */
export function submit(form, key, onSent, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', 'api/jobs');
    request.setRequestHeader('Idempotency-Key', key);
    request.upload.addEventListener('progress', event => onSent(event.total > 0 ? event.loaded / event.total : 0));
    request.addEventListener('load', () => {
      tellOfKey(request.status);
      return request.status < 400 ? resolve(JSON.parse(request.responseText)) : reject(problemOf(request.status, request.responseText));
    });
    request.addEventListener('error', () => reject(new Problem(unreachable)));
    request.addEventListener('abort', () => reject(new DOMException('Stopped.', 'AbortError')));
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

async function getJson(address, signal) {
  const response = await ask(address, { signal });
  return response.status === 204 ? null : response.json();
}

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    throw error.name === 'AbortError' ? error : new Problem(unreachable);
  }

  if (!response.ok) {
    tellOfKey(response.status, options);
    throw problemOf(response.status, await response.text());
  }

  return response;
}

/** Whoever shows the page asks for a key then. */
function tellOfKey(status, options) {
  if (status === 401 && !options?.headers) {
    dispatchEvent(new Event('keyneeded'));
  }
}

function problemOf(status, text) {
  let problem = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // A proxy answers in its own way.
  }

  const [field] = Object.keys(problem.errors ?? {});
  return new Problem(problem.detail ?? problem.title ?? `The server answered with status ${status}.`, status, field);
}
