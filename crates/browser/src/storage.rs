//! `storage`: small records of the extension. `local` outlives the browser, `session` outlives the worker.

use crate::json::{from_value, object, settle, to_js};
use js_sys::Promise;
use protocol::ErrorBody;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type StorageArea;
    #[wasm_bindgen(method, catch)]
    fn get(this: &StorageArea, key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn set(this: &StorageArea, items: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn remove(this: &StorageArea, key: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(thread_local_v2, js_namespace = ["chrome", "storage"], js_name = local)]
    static LOCAL: StorageArea;
    #[wasm_bindgen(thread_local_v2, js_namespace = ["chrome", "storage"], js_name = session)]
    static SESSION: StorageArea;
}

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// On disk, for as long as the extension is installed.
    Local,
    /// In memory, until the browser ends or the extension is reloaded.
    Session,
}

impl Area {
    fn js(self) -> StorageArea {
        let area = match self {
            Area::Local => &LOCAL,
            Area::Session => &SESSION,
        };
        area.with(StorageArea::clone)
    }

    /// The record under `key`; `None` when there is none, or one that an older version left in another shape.
    pub async fn get<T: DeserializeOwned>(self, key: &str) -> Option<T> {
        let value = self.get_value(key).await?;
        from_value(value).ok()
    }

    /// The record under `key` as JSON; `None` when there is none.
    pub async fn get_value(self, key: &str) -> Option<Value> {
        let mut all = settle(self.js().get(key)).await.ok()?;
        all.get_mut(key).map(Value::take).filter(|record| !record.is_null())
    }

    /// Keeps `record` under `key`.
    ///
    /// # Errors
    /// [`protocol::ErrorCode::Internal`] when the browser refuses (quota).
    pub async fn set(self, key: &str, record: &impl Serialize) -> Result<(), ErrorBody> {
        let items = object(&[(key, to_js(record))]);
        settle(self.js().set(&items)).await.map(drop)
    }

    /// Forgets the record under `key`, if there is one.
    ///
    /// # Errors
    /// As [`Area::set`].
    pub async fn remove(self, key: &str) -> Result<(), ErrorBody> {
        settle(self.js().remove(key)).await.map(drop)
    }
}
