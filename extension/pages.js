// Starts the pages' program. Which page it shows is named by `data-page` of the body.
import init from "./wasm/mediafetcher_ui.js";

init().catch((error) => {
  console.error("MediaFetcher could not start", error);
});
