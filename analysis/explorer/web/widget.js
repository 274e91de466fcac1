/** The explorer as a widget of a notebook: a first picture at once, the record as soon as the kernel has time. */

import { explorer, sketch } from "./explorer.js";

function conversation(model) {
  const waiting = new Map();
  let number = 0;
  model.on("msg:custom", (message, buffers) => {
    const done = waiting.get(message.number);
    waiting.delete(message.number);
    done?.({ ...message, columns: (buffers ?? []).map((buffer) => (buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength))) });
  });
  return (message) => new Promise((done) => { waiting.set(++number, done); model.send({ ...message, number }); });
}

export default () => {
  let ask = null, record = null; // of one model: a second view of it asks for nothing
  return {
    initialize({ model }) {
      ask = conversation(model);
      record = ask({ ask: "record" });
    },
    async render({ model, el }) {
      const root = document.createElement("div");
      root.className = "incident-explorer";
      root.addEventListener("keydown", (event) => event.stopPropagation()); // the notebook has shortcuts of its own
      root.setAttribute("data-lm-suppress-shortcuts", "true");
      el.append(root);
      sketch(root, model.get("first"));
      const { head, columns } = await record;
      const shown = explorer(root, { head, columns, ask, state: model.get("state"),
        onState(state) { model.set("state", state); model.save_changes(); } });
      root.explorerShown = shown;
      const told = () => shown.set(model.get("state"));
      model.on("change:state", told);
      return () => model.off("change:state", told);
    },
  };
};
