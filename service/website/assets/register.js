import { ask } from './api.js';
import { submits } from './form.js';

const element = (id) => document.getElementById(id);

submits(element('form'), async (fields) => {
  const company = await ask('POST', '/api/companies', { body: fields });
  element('done-name').textContent = company.companyName;
  element('done-id').textContent = company.id;
  element('register').hidden = true;
  element('done').hidden = false;
  document.title = `Registration received · Company Registration Portal`;
  element('done-title').focus();
});
