//! Reads a request in JSON as its carrier would: every wrong field is noted, with its path.

use std::cell::RefCell;

use serde_json::Value;

use crate::carriers::amounts::{JsonDecimal, decimal};
use crate::units::Day;

/// A request and what is wrong with it.
pub(super) struct Reading<'a> {
    body: &'a Value,
    at: String,
    wrong: &'a RefCell<Vec<Wrong>>,
}

/// A field that the carrier does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) path: String,
    pub(super) problem: String,
}

impl<'a> Reading<'a> {
    pub(super) fn new(body: &'a Value, wrong: &'a RefCell<Vec<Wrong>>) -> Self {
        Self { body, at: String::new(), wrong }
    }

    pub(super) fn note(&self, path: &str, problem: impl Into<String>) {
        let path = format!("{}{path}", self.at).trim_start_matches('.').to_owned();
        self.wrong.borrow_mut().push(Wrong { path, problem: problem.into() });
    }

    /// What stands at a path with dots; null is nothing.
    pub(super) fn get(&self, path: &str) -> Option<&'a Value> {
        let mut value = self.body;
        for part in path.split('.') {
            value = value.get(part)?;
        }
        (!value.is_null()).then_some(value)
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.get(path).is_some()
    }

    /// A text that has to be there.
    pub(super) fn text(&self, path: &str) -> String {
        match self.get(path) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
            Some(_) => self.refuse(path, "должна быть непустая строка"),
            None => self.refuse(path, "обязательное поле не заполнено"),
        }
    }

    pub(super) fn one_of(&self, path: &str, words: &[&str]) -> String {
        let text = self.text(path);
        if !text.is_empty() && !words.contains(&text.as_str()) {
            self.note(path, format!("недопустимое значение {text}"));
        }
        text
    }

    pub(super) fn flag(&self, path: &str) -> bool {
        match self.get(path) {
            Some(Value::Bool(flag)) => *flag,
            _ => self.refuse(path, "должно быть логическое значение"),
        }
    }

    /// A JSON number that has to be there.
    pub(super) fn number(&self, path: &str) -> JsonDecimal {
        match self.get(path) {
            Some(Value::Number(number)) => {
                decimal(&number.to_string()).map(JsonDecimal).unwrap_or_default()
            }
            _ => self.refuse(path, "должно быть число"),
        }
    }

    /// A JSON number above zero that has to be there.
    pub(super) fn positive(&self, path: &str) -> JsonDecimal {
        let number = self.number(path);
        if number.0 <= JsonDecimal::default().0 {
            self.note(path, "должно быть больше нуля");
        }
        number
    }

    pub(super) fn whole(&self, path: &str) -> i64 {
        match self.get(path).and_then(Value::as_i64) {
            Some(number) => number,
            None => self.refuse(path, "должно быть целое число"),
        }
    }

    /// `2026-11-25`.
    pub(super) fn day(&self, path: &str) {
        let text = self.text(path);
        if !text.is_empty() && text.parse::<Day>().is_err() {
            self.note(path, "дата должна иметь вид ГГГГ-ММ-ДД");
        }
    }

    /// The elements of a list, each to be read by itself.
    pub(super) fn list(&self, path: &str) -> Vec<Reading<'a>> {
        let Some(Value::Array(list)) = self.get(path) else {
            self.note(path, "должен быть массив");
            return Vec::new();
        };
        let at = |index| format!("{}{path}[{index}].", self.at);
        let element = |(index, body)| Reading { body, at: at(index), wrong: self.wrong };
        list.iter().enumerate().map(element).collect()
    }

    fn refuse<T: Default>(&self, path: &str, problem: &str) -> T {
        self.note(path, problem);
        T::default()
    }
}
