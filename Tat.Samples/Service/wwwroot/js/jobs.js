import { getJob, hasEnded, listJobs, watch } from './api.js';
import { element, show } from './dom.js';
import { ago, state } from './text.js';

const page = 20;
const interval = 2000;

/**
 * The list of jobs, kept up to date: the selected job by its events, as it has one stream of them; the others by asking again
 * while one of them is at work. `onJob` is told of each change of the selected one, with nothing where it is gone.
 */
export function startJobs(onJob) {
  const jobs = new Map();
  let total = 0;
  let wanted = page;
  let selected;
  let stop = () => {};
  let timer;
  element('more-jobs').addEventListener('click', () => { wanted += page; refresh(); });

  async function refresh() {
    clearTimeout(timer);
    try {
      const { items, total: all } = await listJobs(0, wanted);
      total = all;
      const watched = jobs.get(selected);
      jobs.clear();
      items.forEach(job => jobs.set(job.id, job));
      if (watched && jobs.has(selected) && !hasEnded(watched)) {
        jobs.set(selected, watched);
      }

      draw();
    } catch {
      // The list stays as it was; whoever acts is told.
    }

    if ([...jobs.values()].some(job => !hasEnded(job) && job.id !== selected)) {
      timer = setTimeout(refresh, interval);
    }
  }

  async function select(id) {
    stop();
    stop = () => {};
    selected = id;
    draw();
    if (!id) {
      return;
    }

    try {
      const job = jobs.get(id) ?? await getJob(id);
      if (selected !== id) {
        return;
      }

      update(job);
      if (!hasEnded(job)) {
        stop = watch(id, update);
      }
    } catch (error) {
      onJob(null, error);
    }
  }

  function update(job) {
    if (jobs.has(job.id)) {
      jobs.set(job.id, job);
      draw();
    }

    onJob(job);
    if (hasEnded(job)) {
      refresh();
    }
  }

  function draw() {
    const list = element('jobs');
    const rows = new Map([...list.children].map(row => [row.dataset.id, row]));
    list.replaceChildren(...[...jobs.values()].map(job => fill(rows.get(job.id) ?? newRow(job), job, job.id === selected)));
    show(element('no-jobs'), jobs.size === 0);
    show(element('more-jobs'), jobs.size < total);
  }

  return { refresh, select, next: id => [...jobs.keys()].find(other => other !== id) };
}

function newRow(job) {
  const row = element('job-row').content.firstElementChild.cloneNode(true);
  row.dataset.id = job.id;
  row.querySelector('a').href = `#${job.id}`;
  return row;
}

function fill(row, job, isSelected) {
  row.dataset.state = job.state;
  const link = row.querySelector('a');
  if (isSelected) {
    link.setAttribute('aria-current', 'true');
  } else {
    link.removeAttribute('aria-current');
  }

  row.querySelector('.job-title').textContent = job.name;
  row.querySelector('.job-kind').textContent = [job.task, job.priority === 'urgent' ? 'urgent' : null, ago(job.created)]
    .filter(part => part).join(' · ');
  row.querySelector('.state').textContent = state(job);
  const bar = row.querySelector('progress');
  show(bar, job.state === 'running');
  bar.value = job.progress;
  bar.setAttribute('aria-label', `Progress of ${job.name}`);
  return row;
}
