/* Narrows the questions of /help to those that hold every word that is typed. Without it the form asks the server. */
(() => {
  const field = document.querySelector("[data-help-search]");
  const rows = [...document.querySelectorAll("[data-help]")].map((row) => [row, row.textContent.toLowerCase()]);
  const groups = document.querySelectorAll("[data-help-group]");
  const found = document.querySelector("[data-help-found]");
  const none = document.querySelector("[data-help-none]");

  const narrow = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      count += row.hidden ? 0 : 1;
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-help]:not([hidden])");
    none.className = count ? "away" : "";
    found.textContent = words.length ? `${count} ${count === 1 ? "answer" : "answers"}` : "";
  };

  /* The address, so that going back finds the same. Browsers refuse to have it changed with every key. */
  let waiting = 0;
  const remember = () => {
    clearTimeout(waiting);
    const query = field.value.trim() ? `?${new URLSearchParams({ q: field.value })}` : location.pathname;
    history.replaceState(null, "", query + location.hash);
  };

  field.addEventListener("input", () => {
    narrow();
    clearTimeout(waiting);
    waiting = setTimeout(remember, 250);
  });
  field.addEventListener("change", remember);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    narrow();
    remember();
  });
})();
