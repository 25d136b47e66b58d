// Starts the page's program, which `data-program` of the body names.
const name = `./wasm/mediafetcher_${document.body.dataset.program}`;

import(`${name}.js`)
  .then(({ default: init }) => init({ module_or_path: new URL(`${name}_bg.wasm`, import.meta.url) }))
  .catch((error) => {
    console.error("MediaFetcher could not start", error);
  });
