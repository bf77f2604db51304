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
    history.replaceState(null, "", words.length ? `?q=${encodeURIComponent(field.value)}` : location.pathname);
  };

  field.addEventListener("input", narrow);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    narrow();
  });
})();
