import { Refused } from './api.js';

/** Sends a form by `send`, once at a time, and shows at its fields what is wrong with them. */
export function submits(form, send) {
  const button = form.querySelector('button[type=submit]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    // A button that is disabled would lose the focus.
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    clear(form);
    try {
      await send(Object.fromEntries(new FormData(form)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      show(form, error);
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
}

function clear(form) {
  form.querySelector('[role=alert]').hidden = true;
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  for (const error of form.querySelectorAll('.error')) error.hidden = true;
}

function show(form, { message, errors }) {
  const known = errors.filter(({ field }) => form.elements.namedItem(field));
  for (const { field, message } of known) {
    form.elements.namedItem(field).setAttribute('aria-invalid', 'true');
    const error = document.getElementById(`${field}-error`);
    error.textContent = message;
    error.hidden = false;
  }
  const summary = form.querySelector('[role=alert]');
  const count = known.length === 1 ? 'One field needs' : `${known.length} fields need`;
  summary.textContent = known.length === 0 ? message : `${count} to be changed.`;
  summary.hidden = false;
  const first = form.querySelector('[aria-invalid]');
  if (first) first.focus();
}
