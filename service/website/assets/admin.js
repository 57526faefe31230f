import { ask, Refused } from './api.js';

const element = (id) => document.getElementById(id);
const list = element('companies');
const more = element('more');
const status = element('status');

let csrfToken;
let nextCursor = null;
/** Of the list that was asked for last: an answer that comes after it changed is passed over. */
let asked = 0;

/** Does something; what is refused is told, and who is not logged in any more goes to log in. */
async function attempt(work) {
  element('problem').hidden = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401)
      return location.replace(csrfToken === undefined ? '/admin/login' : '/admin/login?ended');
    element('problem').textContent = error.message;
    element('problem').hidden = false;
  }
}

function on(target, event, work) {
  target.addEventListener(event, () => void attempt(work));
}

function tell(text) {
  element('told').textContent = text;
}

function word(status) {
  return status.charAt(0).toUpperCase() + status.slice(1);
}

function fill(card, company) {
  card.querySelector('h2').textContent = company.companyName;
  for (const field of card.querySelectorAll('[data-field]')) field.textContent = company[field.dataset.field];
  const time = card.querySelector('time');
  time.dateTime = company.submittedDate;
  time.textContent = new Date(company.submittedDate).toLocaleString('en', {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const badge = card.querySelector('.status');
  badge.textContent = word(company.status);
  badge.dataset.status = company.status;
  for (const button of card.querySelectorAll('button')) {
    button.querySelector('.hidden').textContent = ` ${company.companyName}`;
    button.hidden = button.dataset.status === company.status;
  }
}

function cardOf(company) {
  const card = element('card').content.firstElementChild.cloneNode(true);
  fill(card, company);
  for (const button of card.querySelectorAll('button'))
    on(button, 'click', async () => {
      const decided = await ask('PATCH', `/api/companies/${company.id}`, {
        body: { status: button.dataset.status },
        csrfToken,
      });
      fill(card, decided);
      tell(`${decided.companyName}: ${word(decided.status).toLowerCase()}.`);
      // The button that was pressed is gone.
      card.querySelector('h2').focus();
    });
  return card;
}

async function load(cursor) {
  const mine = ++asked;
  const query = new URLSearchParams({
    ...(status.value === '' ? {} : { status: status.value }),
    ...(cursor === null ? {} : { cursor }),
  });
  const page = await ask('GET', `/api/companies?${query}`);
  if (mine !== asked) return;
  const cards = page.companies.map(cardOf);
  if (cursor === null) list.replaceChildren(...cards);
  else {
    list.append(...cards);
    cards[0]?.querySelector('h2').focus();
  }
  nextCursor = page.nextCursor;
  more.hidden = nextCursor === null;
  const count = list.children.length;
  const shown = count === 1 ? 'One registration' : `${count} registrations`;
  tell(
    count === 0
      ? 'There are no registrations.'
      : nextCursor === null
        ? `${shown}.`
        : `${shown} shown; there are more.`,
  );
}

on(status, 'change', () => load(null));
on(more, 'click', () => load(nextCursor));
on(element('log-out'), 'click', async () => {
  await ask('POST', '/admin/logout', { csrfToken });
  location.replace('/admin/login');
});

await attempt(async () => {
  const session = await ask('GET', '/api/session');
  ({ csrfToken } = session);
  element('user').textContent = session.user;
  await load(null);
});
