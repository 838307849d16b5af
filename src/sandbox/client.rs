//! A program of a shop or of the operator: JSON over HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

/// A caller of the interface with a token.
#[derive(Debug, Clone)]
pub struct ApiClient {
    http: reqwest::Client,
    base: String,
    token: String,
    keys: Arc<AtomicU64>,
    run: uuid::Uuid,
}

impl ApiClient {
    pub fn new(base: &str, token: &str) -> Self {
        Self {
            http: crate::net::client(),
            base: base.to_owned(),
            token: token.to_owned(),
            keys: Arc::default(),
            run: crate::ids::new_uuid(),
        }
    }

    /// The same server with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), run: crate::ids::new_uuid(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, path, None::<&Value>).await
    }

    /// Posts with a key of its own.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> anyhow::Result<Value> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// The bytes of a file.
    pub async fn download(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let response = request.send().await?;
        let status = response.status();
        let bytes = response.bytes().await?.to_vec();
        if !status.is_success() {
            bail!("GET {path}: {status}: {}", String::from_utf8_lossy(&bytes));
        }
        Ok(bytes)
    }

    /// Posts a file with a key of its own.
    pub async fn upload(&self, path: &str, file: Vec<u8>) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = request.header("idempotency-key", self.next_key());
        let request = request.header("content-type", "application/octet-stream");
        let response = request.body(file).send().await?;
        let (status, bytes) = (response.status(), response.bytes().await?);
        if !status.is_success() {
            bail!("POST {path}: {status}: {}", String::from_utf8_lossy(&bytes));
        }
        serde_json::from_slice(&bytes).with_context(|| format!("POST {path}: not JSON"))
    }

    /// Replaces something.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> anyhow::Result<Value> {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Posts with a key of the caller's choice and takes any answer.
    pub async fn attempt(
        &self,
        path: &str,
        key: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<ApiAnswer> {
        self.exchange(Method::POST, path, Some(key), Some(body)).await
    }

    /// Posts what has to be refused with this code.
    pub async fn refused(
        &self,
        path: &str,
        body: &impl Serialize,
        code: &str,
    ) -> anyhow::Result<()> {
        let answer = self.attempt(path, &self.next_key(), body).await?;
        answer.must_refuse(code).with_context(|| format!("POST {path}"))
    }

    /// Asks for what has to be refused with this code.
    pub async fn get_refused(&self, path: &str, code: &str) -> anyhow::Result<()> {
        let answer = self.exchange(Method::GET, path, None, None::<&Value>).await?;
        answer.must_refuse(code).with_context(|| format!("GET {path}"))
    }

    /// All items of a list, page by page. `path` has its filter already.
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut after = String::new();
        loop {
            let mut page = self.get(&format!("{path}{joint}limit=500{after}")).await?;
            if let Some(found) = page["items"].as_array_mut() {
                items.append(found);
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(items),
            }
        }
    }

    fn next_key(&self) -> String {
        format!("{}-{}", self.run, self.keys.fetch_add(1, Ordering::Relaxed))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> anyhow::Result<Value> {
        let key = body.is_some().then(|| self.next_key());
        let answer = self.exchange(method.clone(), path, key.as_deref(), body).await?;
        if !answer.is_success() {
            bail!("{method} {path}: {}: {}", answer.status, answer.body);
        }
        Ok(answer.body)
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&impl Serialize>,
    ) -> anyhow::Result<ApiAnswer> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| format!("{method} {path}"))?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).with_context(|| format!("{method} {path}: not JSON"))?
        };
        Ok(ApiAnswer { status, body })
    }
}

/// Any answer of the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAnswer {
    pub status: u16,
    pub body: Value,
}

impl ApiAnswer {
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    fn must_refuse(&self, code: &str) -> anyhow::Result<()> {
        if self.is_success() || self.body["code"] != code {
            bail!("expected the refusal {code}, got {}: {}", self.status, self.body);
        }
        Ok(())
    }
}
