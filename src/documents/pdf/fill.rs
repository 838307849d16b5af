//! Places for data in the texts of a template: `{recipient.name}`, `{cod_kopecks|roubles}`.
//!
//! **Invariant:** data is looked up once and never read as a template.
//! **Invariant:** a path that the model does not have is an error of the template, never empty text.

use serde_json::Value;

use super::super::{typography, words};
use super::PaperError;
use crate::units::Kopecks;

/// A text of a template.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Phrase(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Data(Place),
}

/// Where a value stands in the model, and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Place {
    pub(super) path: String,
    shown: Shown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Plain,
    /// Grams as `1,250`.
    Kilograms,
    /// Kopecks as `1 490,00`.
    Roubles,
    /// Whole roubles of kopecks, `1 490`.
    WholeRoubles,
    /// The two digits of the rest, `00`.
    RestKopecks,
    /// Roubles in words, `одна тысяча`.
    RoubleWords,
    /// Roubles in words and kopecks in digits, with their nouns and a capital.
    SumWords,
    /// ШПИ and S10 in their groups.
    PostalGroups,
}

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (path, shown) = text.split_once('|').unwrap_or((&text, "plain"));
        let shown = match shown {
            "plain" => Shown::Plain,
            "kg" => Shown::Kilograms,
            "roubles" => Shown::Roubles,
            "whole_roubles" => Shown::WholeRoubles,
            "rest_kopecks" => Shown::RestKopecks,
            "rouble_words" => Shown::RoubleWords,
            "sum_words" => Shown::SumWords,
            "postal" => Shown::PostalGroups,
            other => return Err(format!("{other} is no way to show a value")),
        };
        Ok(Self { path: path.to_owned(), shown })
    }
}

impl TryFrom<String> for Phrase {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once('{') {
            let (place, after) =
                behind.split_once('}').ok_or_else(|| format!("{text}: {{ has no }}"))?;
            if !before.is_empty() {
                parts.push(Part::Words(before.to_owned()));
            }
            parts.push(Part::Data(Place::try_from(place.to_owned())?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Words(rest.to_owned()));
        }
        Ok(Self(parts))
    }
}

impl Phrase {
    /// The text with its data.
    pub(super) fn fill(&self, model: &Value) -> Result<String, PaperError> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Words(words) => filled.push_str(words),
                Part::Data(place) => filled.push_str(&place.text(model)?),
            }
        }
        Ok(filled)
    }

    /// The path of its first value, to name it in a refusal.
    pub(super) fn field(&self) -> &str {
        self.0.iter().find_map(path_of).unwrap_or("")
    }
}

fn path_of(part: &Part) -> Option<&str> {
    match part {
        Part::Data(place) => Some(&place.path),
        Part::Words(_) => None,
    }
}

impl Place {
    pub(super) fn text(&self, model: &Value) -> Result<String, PaperError> {
        show(at(model, &self.path)?, self.shown)
            .ok_or_else(|| PaperError::Template(format!("{} cannot be shown so", self.path)))
    }

    /// The whole number there.
    pub(super) fn number(&self, model: &Value) -> Result<i64, PaperError> {
        let number = at(model, &self.path)?.as_i64();
        number.ok_or_else(|| PaperError::Template(format!("{} is no whole number", self.path)))
    }

    /// The whole number there, or nothing where the model has nothing.
    pub(super) fn number_if_any(&self, model: &Value) -> Result<Option<i64>, PaperError> {
        let is_nothing = at(model, &self.path)?.is_null();
        if is_nothing { Ok(None) } else { self.number(model).map(Some) }
    }

    /// Another number shown as this one is.
    pub(super) fn show_number(&self, number: i64) -> String {
        show(&Value::from(number), self.shown).unwrap_or_default()
    }
}

/// The value at a path of keys between points.
pub(super) fn at<'a>(model: &'a Value, path: &str) -> Result<&'a Value, PaperError> {
    path.split('.').try_fold(model, |value, key| {
        value.get(key).ok_or_else(|| PaperError::Template(format!("the model has no {path}")))
    })
}

/// Whether there is something: not nothing, not empty, not zero, not false.
pub(super) fn is_there(model: &Value, path: &str) -> Result<bool, PaperError> {
    Ok(match at(model, path)? {
        Value::Null => false,
        Value::Bool(is_so) => *is_so,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(_) => true,
    })
}

fn show(value: &Value, shown: Shown) -> Option<String> {
    match (value, shown) {
        (Value::Null, _) => Some(String::new()),
        (Value::String(text), Shown::Plain) => Some(text.clone()),
        (Value::String(text), Shown::PostalGroups) => Some(crate::labels::postal_groups(text)),
        (Value::Number(number), _) => number.as_i64().and_then(|number| show_number(number, shown)),
        _ => None,
    }
}

fn show_number(number: i64, shown: Shown) -> Option<String> {
    let kopecks = Kopecks::new(number);
    let roubles = || kopecks.to_roubles_text().replace("\u{a0}₽", "");
    Some(match shown {
        Shown::Plain => number.to_string(),
        Shown::Kilograms => typography::decimal(number, 3),
        Shown::Roubles => roubles(),
        Shown::WholeRoubles => roubles().split(',').next().unwrap_or_default().to_owned(),
        Shown::RestKopecks => format!("{:02}", number.unsigned_abs() % 100),
        Shown::RoubleWords => words::roubles(kopecks),
        Shown::SumWords => words::sum(kopecks),
        Shown::PostalGroups => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(phrase: &str, model: &Value) -> Result<String, String> {
        let phrase = Phrase::try_from(phrase.to_owned())?;
        phrase.fill(model).map_err(|error| error.to_string())
    }

    #[test]
    fn data_is_shown_and_never_read_as_a_template() {
        let model = json!({
            "name": "{sum} {", "sum": 149_050, "weight": 1_250, "none": null,
            "deep": { "number": "80093053624992" },
        });
        for (phrase, text) in [
            ("{name}!", "{sum} {!"),
            ("{sum|roubles} ₽", "1\u{a0}490,50 ₽"),
            ("{sum|whole_roubles} руб. {sum|rest_kopecks}", "1\u{a0}490 руб. 50"),
            ("{sum|rouble_words}", "одна тысяча четыреста девяносто"),
            ("{weight|kg}{none}", "1,250"),
            ("{deep.number|postal}", "800930 53 62499 2"),
            ("", ""),
        ] {
            assert_eq!(filled(phrase, &model).unwrap(), text);
        }
        assert!(filled("{other}", &model).unwrap_err().contains("other"));
        assert!(filled("{name|kg}", &model).unwrap_err().contains("name"));
        assert!(filled("{name|blue}", &model).unwrap_err().contains("blue"));
        assert!(filled("{name", &model).is_err());
    }

    #[test]
    fn what_is_there_is_said_by_every_kind_of_value() {
        let model = json!({ "a": 0, "b": 1, "c": "", "d": "x", "e": null, "f": true, "g": [] });
        let there: Vec<&str> = ["a", "b", "c", "d", "e", "f", "g"]
            .into_iter()
            .filter(|path| is_there(&model, path).unwrap())
            .collect();
        assert_eq!(there, ["b", "d", "f"]);
    }
}
