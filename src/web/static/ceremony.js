/**
 * Passkey ceremonies of the approver pages. A form with `data-ceremony` is sent only after the passkey was asked: the
 * address in it says what to ask for, and what the passkey answers goes into the form's hidden field.
 */
(() => {
  const { startAuthentication, startRegistration } = globalThis.SimpleWebAuthnBrowser;

  for (const form of document.querySelectorAll('form[data-ceremony]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void run(form);
    });
  }

  async function run(form) {
    const button = form.querySelector('button[type=submit]');
    const trouble = form.querySelector('.trouble');
    trouble.textContent = '';
    button.disabled = true;
    try {
      await ceremony(form);
      form.submit();
    } catch (error) {
      trouble.textContent = `Not sent: ${error.message}`;
      button.disabled = false;
      button.focus();
    }
  }

  async function ceremony(form) {
    let asked = await ask(form, {});
    if (asked.authenticate !== undefined) {
      const assertion = JSON.stringify(await startAuthentication({ optionsJSON: asked.authenticate }));
      if (form.elements.assertion !== undefined) {
        form.elements.assertion.value = assertion;
        return;
      }
      asked = await ask(form, { assertion });
    }
    form.elements.attestation.value = JSON.stringify(
      await startRegistration({ optionsJSON: asked.register }),
    );
  }

  async function ask(form, body) {
    const answer = await fetch(form.dataset.ceremony, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-form-token': form.elements.token.value },
      body: JSON.stringify(body),
    });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.detail);
    return content;
  }
})();
