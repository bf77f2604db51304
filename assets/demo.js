/* The demo on the landing page: a pack, its link, the payment, and what is left of it. Nothing leaves the page.

   Each step's button works as soon as it makes sense, and the one that leads on is marked `data-next`. A value that
   cannot be used is told beside its field and put right when the field is left: until then the last good one counts. */
(() => {
  const demo = document.querySelector("[data-demo]");
  const part = (name) => demo.querySelector(`[data-demo-part=${name}]`);
  const form = demo.querySelector("form");
  const LONGEST_NAME = 60;
  const MOST_CREDITS = 20;
  const LEAST_PRICE = 50; /* in cents, as Stripe has it */
  const MOST_PRICE = 1_000_000;

  const named = (text) => {
    const name = [...text.replace(/\s+/g, " ").trim()].slice(0, LONGEST_NAME).join("");
    return /[\p{L}\p{N}\p{P}\p{S}]/u.test(name) ? name : null;
  };
  const counted = (text) => {
    const count = /^\d{1,4}$/.test(text.trim()) ? Number(text) : 0;
    return count >= 1 && count <= MOST_CREDITS ? count : null;
  };
  const priced = (text) => {
    const plain = text.replace(/[\s€]/g, "").replace(/[.,](?=\d{3}(\D|$))/g, "").replace(",", ".");
    const cents = /^\d{1,6}(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
    return cents >= LEAST_PRICE && cents <= MOST_PRICE ? cents : null;
  };
  const fields = [
    ["name", named, "A pack needs a name"],
    ["credits", counted, `A number from 1 to ${MOST_CREDITS}`],
    ["price", priced, "€0.50 to €10,000"],
  ].map(([name, read, wrong]) => {
    const input = document.getElementById(`demo-${name}`);
    const note = document.getElementById(`demo-${name}-note`);
    return { name, read, wrong, input, note, hint: note.textContent, text: input.defaultValue };
  });

  let pack = {}; /* what the form says */
  let made = false; /* whether it has a link */
  let sold = null; /* what was bought: it stays as it was, whatever becomes of the form */
  let paid = false; /* whether that is what the form says */
  let left = 0;

  const euros = (cents, digits) =>
    new Intl.NumberFormat("en", {
      style: "currency",
      currency: "EUR",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(cents / 100);
  const whole = (cents) => euros(cents, cents % 100 ? 2 : 0);
  const each = ({ price, credits }) => euros(price / credits, price / credits < 10 ? 3 : 2);
  const count = (number) => `${number} ${number === 1 ? "credit" : "credits"}`;

  /* As the server does it: plain letters, digits and hyphens. */
  const LETTERS = { ø: "o", æ: "ae", œ: "oe", ß: "ss", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };
  const slug = (name) =>
    name
      .toLowerCase()
      .replace(/[øæœßłđðþı]/g, (letter) => LETTERS[letter])
      .normalize("NFKD")
      .replace(/[^\x00-\x7f]/g, "")
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, LONGEST_NAME)
      .replace(/^-|-$/g, "") || "pack";

  const say = (words) => {
    part("say").textContent = words;
  };
  const show = (name, words) => {
    for (const place of demo.querySelectorAll(`[data-demo-show=${name}]`)) place.textContent = words;
  };
  const element = (tag, className, ...children) => {
    const node = document.createElement(tag);
    node.className = className;
    node.append(...children);
    return node;
  };

  const drawPack = () => {
    const link = `${location.host}/c/you/${slug(pack.name)}`;
    show("name", pack.name);
    show("credits", pack.credits);
    show("price", whole(pack.price));
    show("each", each(pack));
    show("pay", paid ? "Paid" : `Pay ${whole(pack.price)}`);
    show("link", made ? link : "Appears when you create it");
    show("address", made ? link : "Preview");
  };
  const drawTicket = () => {
    const shown = sold ?? pack;
    const used = sold ? shown.credits - left : 0;
    part("ticket").toggleAttribute("data-off", !sold);
    show("bought", shown.name);
    show("left", sold ? left : shown.credits);
    show("of", sold ? `of ${shown.credits} left` : "once it is paid");
    const holes = part("holes").querySelector(".holes");
    holes.setAttribute("aria-label", sold ? `${left} of ${shown.credits} credits left` : `${count(shown.credits)}, not bought yet`);
    holes.replaceChildren(
      ...Array.from({ length: shown.credits }, (_, at) => {
        const hole = element("i", "", String(at + 1));
        hole.dataset.k = at < used ? "s" : "a";
        return hole;
      }),
    );
  };
  const drawSteps = () => {
    const next = !made ? "create" : !paid ? "pay" : left ? "use" : "again";
    for (const button of demo.querySelectorAll("[data-demo-do]")) {
      button.toggleAttribute("data-next", button.dataset.demoDo === next);
    }
    part("create").toggleAttribute("data-done", made);
    part("pay").toggleAttribute("data-done", paid);
    part("use").toggleAttribute("data-done", Boolean(sold) && !left);
    demo.querySelector("[data-demo-do=pay]").setAttribute("aria-disabled", String(paid));
    demo.querySelector("[data-demo-do=use]").setAttribute("aria-disabled", String(!left));
  };
  const draw = () => {
    drawPack();
    drawTicket();
    drawSteps();
  };
  const line = (what, amount, after) => {
    const adds = amount > 0;
    const row = part("ledger").querySelector("li").cloneNode(true);
    const [words, figure, rest] = row.children;
    words.replaceChildren(...what);
    figure.textContent = `${adds ? "+" : "\u2212"}${Math.abs(amount)}`;
    figure.classList.toggle("text-success", adds);
    rest.textContent = after;
    row.classList.add("enter");
    return row;
  };

  const read = (field) => {
    const value = field.read(field.input.value);
    const right = value !== null;
    if (right) {
      field.text = field.input.value;
      pack[field.name] = value;
    }
    field.input.setAttribute("aria-invalid", String(!right));
    field.note.textContent = right ? field.hint : field.wrong;
    return right;
  };
  const settle = (field) => {
    if (read(field)) return;
    field.input.value = field.text;
    read(field);
  };

  const create = () => {
    fields.forEach(settle);
    const again = made;
    made = true;
    draw();
    say(again ? "The link stays the same. Now be the buyer: pay in step 2." : "The link is made. Now be the buyer: pay in step 2.");
  };
  const pay = () => {
    if (paid) return say("It is paid. Nothing is charged twice, and nothing renews.");
    fields.forEach(settle);
    made = paid = true;
    sold = { ...pack };
    left = sold.credits;
    draw();
    part("ledger").replaceChildren(line(["Bought ", element("bdi", "", sold.name)], left, left));
    restart(part("ticket"), "data-new");
    say(`Paid ${whole(sold.price)}, once. ${count(left)} on the ticket. Use one in step 3.`);
  };
  const use = () => {
    if (!left) return say(sold ? "No credit is left. Start again, or sell another pack." : "Nothing is bought yet. Pay in step 2 first.");
    left -= 1;
    draw();
    part("holes").querySelectorAll("i")[sold.credits - left - 1].setAttribute("data-fresh", "");
    part("ledger").prepend(line(["Used today, with you"], -1, left));
    part("ledger").scrollTop = 0;
    say(left ? `1 credit used. ${left} of ${sold.credits} left, as both of you can read.` : "All used. Nothing renews: the buyer decides whether to buy again.");
  };
  const again = () => {
    for (const field of fields) {
      field.input.value = field.input.defaultValue;
      read(field);
    }
    made = paid = false;
    sold = null;
    left = 0;
    empty();
    draw();
    say("Back at the start. Change a value, or create the link as it is.");
  };
  /* The example's one line stays as the shape of all others; without a sale nobody sees it. */
  const empty = () => {
    const row = part("ledger").firstElementChild;
    row.classList.remove("enter");
    row.children[0].textContent = "Each credit that moves leaves a line";
    row.children[1].textContent = row.children[2].textContent = "";
    part("ledger").replaceChildren(row);
  };
  const restart = (moving, attribute) => {
    moving.removeAttribute(attribute);
    void moving.offsetWidth; /* a style that is read between makes the animation run anew */
    moving.setAttribute(attribute, "");
  };

  for (const field of fields) {
    field.input.readOnly = false;
    field.input.addEventListener("change", () => {
      settle(field);
      draw();
    });
    field.input.addEventListener("input", () => {
      if (!read(field)) return say(`${field.input.labels[0].textContent}: ${field.wrong}.`);
      made = paid = false;
      draw();
      say(sold ? "Who has bought keeps what they bought. This is what the next buyer sees." : "The buyer's page follows. Create the link when it is right.");
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    create();
  });
  const acts = { pay, use, again };
  demo.addEventListener("click", (event) => acts[event.target.closest("[data-demo-do]")?.dataset.demoDo]?.());

  fields.forEach(settle); /* a browser that reloads may keep what was typed */
  empty();
  draw();
})();
