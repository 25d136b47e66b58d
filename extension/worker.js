// The extension's worker: registers every listener at once and hands what happens to the Rust core.
//
// The browser stops this worker when it is idle and starts it again for an event. Only listeners that are
// registered synchronously, while the script first runs, get that event: so nothing here waits before they are,
// and each of them waits for the core by itself. No logic lives here.
import init, * as core from "./wasm/mediafetcher_core.js";

// The core's start function goes on with what an earlier life of the worker left unfinished.
const ready = init({ module_or_path: new URL("wasm/mediafetcher_core_bg.wasm", import.meta.url) });

chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  await ready;
  await core.on_installed(reason);
});

chrome.runtime.onStartup.addListener(async () => {
  await ready;
  await core.on_startup();
});

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (message?.to !== "worker" || sender.id !== chrome.runtime.id) {
    return false;
  }
  ready.then(() => core.handle_message(message)).then(answer, (problem) => {
    // 1009 is `Internal`, see crates/protocol/src/error.rs.
    answer({ err: { code: 1009, params: { detail: String(problem) } } });
  });
  return true; // The answer comes later.
});

chrome.alarms.onAlarm.addListener(async ({ name }) => {
  await ready;
  await core.on_alarm(name);
});

chrome.cookies.onChanged.addListener(async (change) => {
  await ready;
  await core.on_cookie_changed(change);
});

chrome.contextMenus.onClicked.addListener(async (info, tab) => {
  await ready;
  await core.on_menu_clicked(info, tab);
});

chrome.commands.onCommand.addListener(async (name, tab) => {
  await ready;
  await core.on_command(name, tab);
});

chrome.omnibox.onInputStarted.addListener(async () => {
  await ready;
  core.on_address_typed("");
});

chrome.omnibox.onInputChanged.addListener(async (text) => {
  await ready;
  core.on_address_typed(text);
});

chrome.omnibox.onInputEntered.addListener(async (text) => {
  await ready;
  await core.on_address_entered(text);
});

chrome.permissions.onAdded.addListener(async (permissions) => {
  await ready;
  await core.on_permissions_added(permissions);
});

chrome.permissions.onRemoved.addListener(async (permissions) => {
  await ready;
  await core.on_permissions_removed(permissions);
});
