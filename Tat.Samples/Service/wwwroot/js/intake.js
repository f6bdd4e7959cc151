import { listModels, submit } from './api.js';
import { announce, complain, element, show } from './dom.js';
import { guessTask, isMeant, ofDrop, ofInput } from './files.js';
import { percent, size } from './text.js';

/** The form for a new job: files by drop or dialog, their task, and what is sent. Calls back with the job. */
export function startIntake(onJob) {
  let files = [];
  let sending;
  let mustChoose = false;
  let hint;
  let models = [];
  const ready = listModels().then(known => {
    models = known;
    element('models').replaceChildren(...known.map(({ name, title }) => new Option(`${name}: ${title}`, name)));
    show(element('models').parentElement, known.length > 1);
    offerTasks('');
  });
  ready.catch(complain);
  listen();

  function listen() {
    for (const [button, input] of [['choose-files', 'files'], ['choose-folder', 'folder']]) {
      element(button).addEventListener('click', () => element(input).click());
      element(input).addEventListener('change', ({ target }) => { choose(ofInput(target)); target.value = ''; });
    }

    element('discard').addEventListener('click', () => { clear(); element('choose-files').focus(); });
    element('strength').addEventListener('input', ({ target }) => { element('strength-value').value = percent(target.value / 100); });
    element('stop-sending').addEventListener('click', () => sending?.abort());
    element('intake').addEventListener('submit', event => { event.preventDefault(); send(); });
    element('models').addEventListener('change', () => offerTasks(chosenTask()?.value));
    element('tasks').addEventListener('change', () => {
      element('task-hint').classList.remove('bad');
      element('task-hint').textContent = hint;
    });

    // The whole page takes a drop, so that nobody misses and leaves the page for a file.
    let depth = 0;
    const curtain = raised => element('curtain').classList.toggle('down', raised);
    addEventListener('dragenter', event => { event.preventDefault(); curtain(++depth > 0); });
    addEventListener('dragleave', () => curtain(--depth > 0));
    addEventListener('dragover', event => event.preventDefault());
    addEventListener('drop', async event => {
      event.preventDefault();
      curtain((depth = 0) > 0);
      if (!sending) {
        choose(await ofDrop(event.dataTransfer));
      }
    });
  }

  /** Shows the tasks of the model, one of them checked where it has that. */
  function offerTasks(task) {
    const known = models[element('models').selectedIndex].tasks;
    element('tasks').replaceChildren(...[...(mustChoose ? [] : ['']), ...known].map(choice));
    for (const input of element('tasks').querySelectorAll('input')) {
      input.checked = input.value === task;
    }
  }

  async function choose(chosen) {
    files = chosen.filter(isMeant);
    complain(chosen.length > 0 && files.length === 0 ? 'There is no file in what was dropped.' : null);
    if (files.length === 0) {
      return;
    }

    const [guess] = await Promise.all([guessTask(files), ready]);
    mustChoose = guess.task === undefined && guess.mustChoose;
    element('chosen-name').textContent = nameOf(files);
    element('chosen-size').textContent = `${files.length > 1 ? `${files.length} files, ` : ''}`
      + size(files.reduce((sum, { file }) => sum + file.size, 0));
    element('task-hint').classList.remove('bad');
    hint = guess.task ? `${guess.task} by the ${guess.from}; change it where that is wrong.`
      : mustChoose ? 'NIfTI files do not say it themselves.' : 'DICOM files say it themselves; NIfTI files do not.';
    element('task-hint').textContent = hint;
    offerTasks(mustChoose ? undefined : guess.task ?? '');
    show(element('drop'), false);
    show(element('chosen'), true);
    (mustChoose ? firstTask() : element('restore')).focus();
    announce(`${element('chosen-name').textContent}: ${hint}`);
  }

  async function send() {
    const task = chosenTask();
    if (!task) {
      element('task-hint').classList.add('bad');
      element('task-hint').textContent = 'Say first what the images show.';
      announce(element('task-hint').textContent);
      firstTask().focus();
      return;
    }

    const form = new FormData();
    for (const { file, path } of files) {
      form.append('files', file, path);
    }

    const model = models.length > 1 ? element('models').value : '';
    const fields = { model, task: task.value, priority: element('urgent').checked ? 'urgent' : '', strength: strength() };
    fields.factor = element('factor').value.trim();
    for (const name of ['ensemble', 'uncertainty', 'localMeans']) {
      fields[name] = element(name).checked ? 'true' : '';
    }

    for (const [name, text] of Object.entries(fields).filter(([, text]) => text !== '')) {
      form.append(name, text);
    }

    const [reference] = element('reference').files;
    if (reference) {
      form.append('reference', reference, reference.name);
    }

    complain(null);
    sending = new AbortController();
    let wrong;
    busy(true);
    try {
      const job = await submit(form, newKey(), share => { element('sent').value = share; }, sending.signal);
      clear();
      onJob(job);
    } catch (error) {
      if (error.name !== 'AbortError') {
        complain(error);
        wrong = error.field;
      }
    } finally {
      sending = undefined;
      busy(false);
      pointAt(wrong);
    }
  }

  function clear() {
    files = [];
    element('intake').reset();
    element('strength-value').value = percent(1);
    show(element('drop'), true);
    show(element('chosen'), false);
  }
}

function busy(sending) {
  element('sent').value = 0;
  show(element('sending'), sending);
  show(element('restore'), !sending);
  if (sending) {
    element('stop-sending').focus();
    announce('Sending.');
  }
}

/** Leads to the option that the server refuses, where there is one. */
function pointAt(field) {
  element('intake').querySelector('[aria-invalid]')?.removeAttribute('aria-invalid');
  const input = field && element(field);
  if (input?.matches('#intake details input')) {
    input.closest('details').open = true;
    input.setAttribute('aria-invalid', 'true');
    input.focus();
  }
}

const firstTask = () => element('tasks').querySelector('input');

const chosenTask = () => element('tasks').querySelector('input:checked');

const strength = () => element('strength').value === '100' ? '' : String(element('strength').value / 100);

function choice(task) {
  const label = document.createElement('label');
  const input = Object.assign(document.createElement('input'), { type: 'radio', name: 'task', value: task });
  const text = document.createElement('span');
  text.textContent = task || 'As the files say';
  label.append(input, text);
  return label;
}

/** A folder is called by its name, and files by the first. */
function nameOf(files) {
  const [folder, ...rest] = files[0].path.split('/');
  return rest.length > 0 && files.every(({ path }) => path.startsWith(`${folder}/`)) ? folder
    : files.length > 1 ? `${files[0].path} and ${files.length - 1} more` : files[0].path;
}

/** A random name that no other upload has; `crypto.randomUUID` is for pages of a secure origin alone. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
