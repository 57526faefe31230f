import { ask } from './api.js';
import { submits } from './form.js';

const form = document.getElementById('form');

document.getElementById('ended').hidden = location.search !== '?ended';

submits(form, async (fields) => {
  try {
    await ask('POST', '/admin/login', { body: fields });
  } catch (error) {
    const password = form.elements.namedItem('password');
    password.value = '';
    if (error.status === 401) password.focus();
    throw error;
  }
  location.assign('/admin');
});
