// Starts the pages' program. Which page it shows is named by `data-page` of the body.
import init from "./wasm/mediafetcher_ui.js";

const program = new URL("wasm/mediafetcher_ui_bg.wasm", import.meta.url);

init({ module_or_path: program }).catch((error) => {
  console.error("MediaFetcher could not start", error);
});
