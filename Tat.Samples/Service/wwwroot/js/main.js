import { listModels } from './api.js';
import { complain, element } from './dom.js';
import { startDetail } from './detail.js';
import { startIntake } from './intake.js';
import { startJobs } from './jobs.js';
import { startKey } from './key.js';

// The address names the selected job, so that it can be kept, sent and gone back from.
const selected = () => decodeURIComponent(location.hash.slice(1));

let isNew = false;
const jobs = startJobs((job, error) => {
  render(job);
  if (job && isNew) {
    isNew = false;
    element('job-name').focus();
  }

  if (error) {
    complain(error);
  }
});
const render = startDetail(id => {
  location.hash = jobs.next(id) ?? '';
  jobs.refresh();
  element('jobs-title').focus();
});

function follow() {
  const id = selected();
  if (!id) {
    render(null);
  }

  jobs.select(id);
}

addEventListener('hashchange', () => { complain(null); follow(); });
addEventListener('visibilitychange', () => { if (!document.hidden) { jobs.refresh(); } });
element('skip').addEventListener('click', event => { event.preventDefault(); element('detail').focus(); });
element('jobs').addEventListener('click', ({ target }) => {
  if (target.closest('a')) {
    // On a narrow page the job stands below the list.
    requestAnimationFrame(() => {
      if (element('detail').getBoundingClientRect().top > innerHeight / 2) {
        element('detail').scrollIntoView();
      }
    });
  }
});

startKey();
startIntake(async job => {
  await jobs.refresh();
  isNew = true;
  location.hash = job.id;
});
try {
  await jobs.refresh();
  follow();
  element('model').textContent = `Model: ${(await listModels()).map(({ title }) => title).join(', ')}`;
} catch (error) {
  complain(error);
}
