// The line where a citizen writes: Enter sends, Shift+Enter breaks the line.
// An Enter that only confirms what an input method offers must not send.

export function compose(form, input, send) {
  let composing = false;
  input.addEventListener("compositionstart", () => (composing = true));
  input.addEventListener("compositionend", () => (composing = false));
  input.addEventListener("input", () => grow(input));
  input.addEventListener("keydown", (event) => {
    // keyCode 229: some browsers end the composition before they report its last key
    const confirms = composing || event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || confirms) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    input.focus();
    if (!text) return;
    write(input, "");
    send(text);
  });
}

export function write(input, text) {
  input.value = text;
  grow(input);
}

function grow(input) {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 150)}px`;
  input.closest("form").classList.toggle("filled", input.value.trim() !== "");
}
