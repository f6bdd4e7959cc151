import { cancelJob, deleteJob, hasEnded, result } from './api.js';
import { announce, complain, element, show } from './dom.js';
import { ago, duration, percent, size, state } from './text.js';
import { startViewer } from './viewer.js';

/** The selected job: what it is, how far it is, what can be done with it, and its images. Calls back when it is deleted. */
export function startDetail(onDeleted) {
  const viewer = startViewer();
  let job;
  let told;

  element('cancel').addEventListener('click', () => act(() => cancelJob(job.id)));
  element('delete').addEventListener('click', () => {
    element('confirm-name').textContent = job.name;
    element('confirm').returnValue = 'keep';
    element('confirm').showModal();
  });
  element('confirm').addEventListener('close', ({ target }) => {
    if (target.returnValue === 'delete') {
      act(async () => {
        await deleteJob(job.id);
        announce(`${job.name} is deleted.`);
        onDeleted(job.id);
      });
    }
  });

  function render(now) {
    const isOther = job?.id !== now?.id;
    const hasFinished = now?.state === 'succeeded' && (isOther || job.state !== 'succeeded');
    job = now;
    show(element('welcome'), !job);
    show(element('job'), job);
    if (isOther || !job) {
      viewer.close();
      told = undefined;
    }

    document.title = job ? `${state(job)} · ${job.name} · TAT` : 'TAT · image restoration';
    if (!job) {
      return;
    }

    element('job').dataset.state = job.state;
    element('job-name').textContent = job.name;
    element('job-facts').textContent = factsOf(job).join(' · ');
    element('job-state').textContent = state(job);
    element('job-bar').value = job.progress;
    if (job.state === 'queued') {
      element('job-bar').removeAttribute('value');
    }

    show(element('job-progress'), !hasEnded(job));
    show(element('cancel'), !hasEnded(job));
    show(element('delete'), hasEnded(job));
    show(element('download'), job.state === 'succeeded');
    element('download').href = result(job.id);
    show(element('job-error'), job.error);
    element('job-error').querySelector('p').textContent = job.error ?? '';
    warn(job.warnings ?? []);
    tell();
    if (hasFinished) {
      viewer.open(job.id);
    }
  }

  /** Says the state when it changes, and progress by quarters. */
  function tell() {
    const now = job.state === 'running' ? `running ${Math.floor(4 * job.progress)}` : job.state;
    if (told !== undefined && told !== now) {
      announce(`${job.name}: ${state(job)}`);
    }

    told = now;
  }

  async function act(action) {
    try {
      complain(null);
      await action();
    } catch (error) {
      complain(error);
    }
  }

  return render;
}

function warn(warnings) {
  show(element('job-warnings'), warnings.length > 0);
  element('job-warnings').firstElementChild.replaceChildren(...warnings.map(warning => {
    const item = document.createElement('li');
    item.textContent = warning;
    return item;
  }));
}

/** What was asked for beside the usual. */
function choicesOf({ strength, factor, ensemble, uncertainty, localMeans }) {
  return [strength < 1 ? `strength ${percent(strength)}` : null, factor ? `factor ${factor}` : null, ensemble ? 'ensemble' : null,
    uncertainty ? 'uncertainty' : null, localMeans ? 'local means' : null];
}

function factsOf(job) {
  const facts = [job.task, job.model === 'default' ? null : job.model, job.priority === 'urgent' ? 'urgent' : null,
    ...choicesOf(job)];
  if (hasEnded(job) && job.finished) {
    facts.push(ago(job.finished), job.started && job.state === 'succeeded' ? `took ${duration(job.started, job.finished)}` : null);
  }

  if (job.results?.length > 0) {
    facts.push(`${job.results.length > 1 ? `${job.results.length} results, ` : ''}`
      + size(job.results.reduce((sum, { bytes }) => sum + bytes, 0)));
  }

  return facts.filter(fact => fact);
}
