//! What several flows ask for: goods out of a list, dates, sizes.

use serde::{Deserialize, Serialize};

use crate::catalog::Measures;
use crate::ids::{LotId, OwnerId, PlaceId, ProductId};
use crate::stock::Condition;
use crate::terminal::{Expect, Input, Text, View};
use crate::units::{Day, Grams, Millimetres, Pieces};

/// How many things a screen lets choose from.
pub const CHOICES_MAX: usize = 9;

/// Goods of one lot in one place, as a screen shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LyingGoods {
    pub place: PlaceId,
    pub place_code: String,
    pub owner: OwnerId,
    pub product: ProductId,
    pub article: String,
    pub name: String,
    pub lot: LotId,
    pub lot_code: String,
    pub condition: Condition,
    /// Free of pick tasks.
    pub free: Pieces,
}

impl LyingGoods {
    pub fn text(&self) -> Text {
        Text::new("goods-line")
            .with("article", &self.article)
            .with("name", &self.name)
            .with("lot", &self.lot_code)
            .with("condition", self.condition)
    }

    pub fn numbered(&self, index: usize) -> Text {
        Text::new("goods-choice")
            .with("number", index + 1)
            .with("article", &self.article)
            .with("lot", &self.lot_code)
            .with("condition", self.condition)
            .with("place", &self.place_code)
            .with("pieces", self.free)
    }
}

/// A list to choose from by number.
pub fn choice_view(title: &str, lines: impl Iterator<Item = Text>) -> View {
    lines.fold(View::new(Text::new(title), Expect::Choice), View::line)
}

/// Which of a list was chosen.
pub fn chosen<'a, T>(choices: &'a [T], input: &Input) -> Option<&'a T> {
    let index = usize::try_from(input.number()?.checked_sub(1)?).ok()?;
    choices.get(index)
}

/// A date as people type it: `31.12.2027`, `311227`, `31122027` or `2027-12-31`.
pub fn typed_day(text: &str) -> Option<Day> {
    let text = text.trim();
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['.', '/']).collect();
    let (day, month, year) = match parts.as_slice() {
        [day, month, year] => (*day, *month, *year),
        [digits] if matches!(digits.len(), 6 | 8) && digits.bytes().all(|b| b.is_ascii_digit()) => {
            (&digits[..2], &digits[2..4], &digits[4..])
        }
        _ => return None,
    };
    let century = if year.len() == 2 { "20" } else { "" };
    format!("{century}{year}-{month:0>2}-{day:0>2}").parse().ok()
}

/// Sizes and weight as people type them: four numbers, millimetres and grams.
pub fn typed_measures(text: &str) -> Option<Measures> {
    let numbers: Option<Vec<i64>> = text
        .split([' ', '*', 'x', 'х', ';'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok().filter(|number| *number > 0))
        .collect();
    let [length, width, height, weight] = numbers?.try_into().ok()?;
    Some(Measures {
        length_mm: Millimetres::new(length),
        width_mm: Millimetres::new(width),
        height_mm: Millimetres::new(height),
        weight_g: Grams::new(weight),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_people_write_it() {
        for text in ["31.12.2027", "311227", "31122027", "2027-12-31", "31.12.27"] {
            assert_eq!(typed_day(text).map(|day| day.to_string()).as_deref(), Some("2027-12-31"));
        }
        for text in ["", "31.13.2027", "4601234567893", "завтра"] {
            assert_eq!(typed_day(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_four_numbers() {
        let measures = typed_measures("100 80 50 300").unwrap();
        assert_eq!(measures.weight_g, Grams::new(300));
        assert_eq!(typed_measures("100x80x50 300"), Some(measures));
        assert_eq!(typed_measures("100 80 50"), None);
        assert_eq!(typed_measures("100 80 50 0"), None);
    }
}
